package io.lutra.bench.wal;

import io.lutra.bench.wal.Profile.Phase;
import io.lutra.wal.Disk;
import io.lutra.wal.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk whose writes and syncs are phases of their own in the profile of its thread. */
final class TimedDisk implements Disk {
    private final Disk disk;
    private final Profile profile;

    TimedDisk(Disk disk, Profile profile) {
        this.disk = disk;
        this.profile = profile;
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
            Phase before = profile.toDisk(Phase.WRITE);
            file.write(source, offset);
            profile.to(before);
        }

        @Override
        public void sync() throws IOException {
            Phase before = profile.toDisk(Phase.SYNC);
            file.sync();
            profile.to(before);
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
