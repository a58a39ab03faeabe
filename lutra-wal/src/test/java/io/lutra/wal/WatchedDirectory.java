package io.lutra.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A directory that tells of every operation on a name before it does it, and knows which files are open. */
final class WatchedDirectory implements Disk {
    /** May throw instead of letting an operation happen. */
    interface Watcher {
        void before(String operation, String name) throws IOException;
    }

    static final Watcher NOBODY = (operation, name) -> {};

    private final Disk disk;
    private final List<String> open = new ArrayList<>();
    private Watcher watcher = NOBODY;

    WatchedDirectory(Disk disk) {
        this.disk = disk;
    }

    void watch(Watcher by) {
        watcher = by;
    }

    /** Returns the names under which the files that are open were opened. */
    List<String> openFiles() {
        return open;
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public DiskFile create(String name) throws IOException {
        watcher.before("create", name);
        return new File(name, disk.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        watcher.before("open", name);
        return new File(name, disk.open(name));
    }

    @Override
    public DiskFile openToRead(String name) throws IOException {
        watcher.before("openToRead", name);
        return new File(name, disk.openToRead(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        watcher.before("rename", to);
        disk.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
        watcher.before("delete", name);
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

    private final class File implements DiskFile {
        private final String name;
        private final DiskFile file;
        private boolean closed;

        File(String name, DiskFile file) {
            this.name = name;
            this.file = file;
            open.add(name);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            watcher.before("read", name);
            return file.read(target, offset);
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            watcher.before("write", name);
            file.write(source, offset);
        }

        @Override
        public void sync() throws IOException {
            watcher.before("sync", name);
            file.sync();
        }

        @Override
        public void truncate(long size) throws IOException {
            watcher.before("truncate", name);
            file.truncate(size);
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                open.remove(name);
                file.close();
                watcher.before("closed", name);
            }
        }
    }
}
