package io.lutra.bench.wal;

import io.lutra.bench.wal.Profile.Phase;
import io.lutra.wal.Disk;
import io.lutra.wal.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk whose writes and syncs are told to a watcher, which does them. */
final class WatchedDisk implements Disk {
    /** Something that a disk does. */
    interface Action {
        void run() throws IOException;
    }

    /** Does what the disk is asked for, in the thread that asks. */
    interface Watcher {
        /**
         * Does one thing.
         *
         * @param phase {@link Phase#WRITE} or {@link Phase#SYNC}
         */
        void run(Phase phase, Action action) throws IOException;
    }

    private final Disk disk;
    private final Watcher watcher;

    WatchedDisk(Disk disk, Watcher watcher) {
        this.disk = disk;
        this.watcher = watcher;
    }

    private final class File implements DiskFile {
        private final DiskFile file;

        File(DiskFile file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            return file.read(target, offset);
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            watcher.run(Phase.WRITE, () -> file.write(source, offset));
        }

        @Override
        public void sync() throws IOException {
            watcher.run(Phase.SYNC, file::sync);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new File(disk.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new File(disk.open(name));
    }

    @Override
    public DiskFile openToRead(String name) throws IOException {
        return disk.openToRead(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void sync() throws IOException {
        disk.sync();
    }

    @Override
    public long freeBytes() throws IOException {
        return disk.freeBytes();
    }

    @Override
    public Closeable lock(String name) throws IOException {
        return disk.lock(name);
    }

    @Override
    public boolean isLocked(String name) throws IOException {
        return disk.isLocked(name);
    }
}
