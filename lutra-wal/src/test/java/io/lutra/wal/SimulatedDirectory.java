package io.lutra.wal;

import io.lutra.testkit.disk.DiskFault;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.SimulatedFile;
import io.lutra.testkit.disk.SimulatedIOException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The root directory of the testkit's disk, as the log sees it. A crash frees the lock: the process is dead. */
final class SimulatedDirectory implements Disk {
    private final SimulatedDisk disk;
    private boolean locked;

    SimulatedDirectory(SimulatedDisk disk) {
        this.disk = disk;
    }

    SimulatedDisk disk() {
        return disk;
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list("");
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new File(typed(() -> disk.create(name)));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new File(disk.open(name));
    }

    @Override
    public DiskFile openToRead(String name) throws IOException {
        return new File(disk.open(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        typed(() -> {
            disk.rename(from, to);
            return to;
        });
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void sync() throws IOException {
        disk.syncDirectory("");
    }

    @Override
    public long freeBytes() {
        return disk.freeBytes();
    }

    @Override
    public Closeable lock(String name) throws IOException {
        if (locked) {
            throw new DiskLockedException(name + " is locked");
        }
        locked = true;
        return () -> locked = false;
    }

    @Override
    public boolean isLocked(String name) {
        return locked;
    }

    @Override
    public String toString() {
        return "the simulated disk";
    }

    private interface Operation<T> {
        T run() throws IOException;
    }

    private static <T> T typed(Operation<T> operation) throws IOException {
        try {
            return operation.run();
        } catch (SimulatedIOException e) {
            throw e.fault() == DiskFault.NO_SPACE ? new DiskFullException("full", e) : e;
        }
    }

    private record File(SimulatedFile file) implements DiskFile {
        @Override
        public long size() {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int count = file.read(offset + total, target);
                if (count < 0) {
                    break;
                }
                total += count;
            }
            return total;
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            long at = offset;
            while (source.hasRemaining()) {
                long position = at;
                at += typed(() -> file.write(position, source));
            }
        }

        @Override
        public void sync() throws IOException {
            file.sync();
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
