package io.lutra.wal;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The directory of a log while its lock is held: closing it waits for what is under way, and then gives the lock back. After that
 * every operation throws a {@link WalException}: another may have the log open, and a name that is made, changed or removed here
 * would be one of its.
 */
final class HeldDirectory implements Disk, Closeable {
    private interface Operation<T> {
        T run() throws IOException;
    }

    private final Disk disk;
    private final Closeable directoryLock;
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private boolean closed;

    /**
     * Takes the lock of a directory.
     *
     * @throws DiskLockedException if it is held
     */
    HeldDirectory(Disk disk) throws IOException {
        this.disk = disk;
        this.directoryLock = disk.lock(Format.LOCK);
    }

    private <T> T held(Operation<T> operation) throws IOException {
        Lock lock = use.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new WalException("the log is closed");
            }
            return operation.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> list() throws IOException {
        return held(disk::list);
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return held(() -> disk.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return held(() -> disk.open(name));
    }

    @Override
    public DiskFile openToRead(String name) throws IOException {
        return held(() -> disk.openToRead(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        held(() -> {
            disk.rename(from, to);
            return to;
        });
    }

    @Override
    public void delete(String name) throws IOException {
        held(() -> {
            disk.delete(name);
            return name;
        });
    }

    @Override
    public void sync() throws IOException {
        held(() -> {
            disk.sync();
            return disk;
        });
    }

    @Override
    public long freeBytes() throws IOException {
        return held(disk::freeBytes);
    }

    @Override
    public Closeable lock(String name) throws IOException {
        return disk.lock(name);
    }

    @Override
    public boolean isLocked(String name) throws IOException {
        return disk.isLocked(name);
    }

    @Override
    public void close() throws IOException {
        Lock lock = use.writeLock();
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                directoryLock.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes this, and then the files: from the first on nothing of the log can change what the directory holds, whatever comes of
     * them.
     *
     * @throws WalException if one could not be closed; the others were
     */
    void closeWith(List<DiskFile> files) {
        List<Closeable> open = new ArrayList<>(List.of(this));
        open.addAll(files);
        IOException first = null;
        for (Closeable each : open) {
            try {
                each.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw new WalException("a file of the log could not be closed", first);
        }
    }

    @Override
    public String toString() {
        return disk.toString();
    }
}
