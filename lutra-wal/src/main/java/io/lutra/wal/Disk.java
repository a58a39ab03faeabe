package io.lutra.wal;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * One flat directory of files: all that the log asks of an operating system.
 *
 * <p>Names are of the log's making, never from outside. Errors are {@link IOException}; that the disk is full is told by
 * {@link DiskFullException}. Implementations are safe for use by many threads on different files.
 */
public interface Disk {
    /** Returns the names of all files, sorted. */
    List<String> list() throws IOException;

    /** Creates a file, which must not exist, for reading and writing. It survives a crash after {@link #sync}. */
    DiskFile create(String name) throws IOException;

    /** Opens a file that exists for reading and writing. */
    DiskFile open(String name) throws IOException;

    /** Opens a file that exists for reading alone. */
    DiskFile openToRead(String name) throws IOException;

    /** Gives a file another name, atomically, in place of one that may have it. Durable after {@link #sync}. */
    void rename(String from, String to) throws IOException;

    /** Removes a file that exists. Durable after {@link #sync}. */
    void delete(String name) throws IOException;

    /** Makes durable which names there are. */
    void sync() throws IOException;

    /** Returns how many bytes files may still grow by, roughly; {@link Long#MAX_VALUE} if that cannot be told. */
    long freeBytes() throws IOException;

    /**
     * Takes a lock that one process holds at a time, by a file of this name, until it is closed or the process ends.
     *
     * @throws DiskLockedException if it is held
     */
    Closeable lock(String name) throws IOException;

    /**
     * Tells whether the lock of this name is held, by this process or another. Writes nothing; a process that asks for the lock
     * in that very moment may be refused it.
     */
    boolean isLocked(String name) throws IOException;
}
