package io.lutra.bench.wal;

import io.lutra.wal.Disk;
import io.lutra.wal.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk that adds up how long its writes and its syncs take. For one thread. */
final class TimedDisk implements Disk {
    private final Disk disk;
    long writeNanos;
    long syncNanos;
    long syncs;
    long bytes;

    TimedDisk(Disk disk) {
        this.disk = disk;
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
            long start = System.nanoTime();
            bytes += source.remaining();
            file.write(source, offset);
            writeNanos += System.nanoTime() - start;
        }

        @Override
        public void sync() throws IOException {
            long start = System.nanoTime();
            file.sync();
            syncs++;
            syncNanos += System.nanoTime() - start;
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
}
