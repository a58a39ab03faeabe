package io.lutra.testkit.disk;

/** What a program asks of a disk. */
public enum DiskOperation {
    /** A file is made. */
    CREATE,
    /** A file is opened. */
    OPEN,
    /** Bytes are written at a position, or at the end. */
    WRITE,
    /** Bytes are read. */
    READ,
    /** A file is made shorter. */
    TRUNCATE,
    /** Room is taken for a file, filled with zeros. */
    ALLOCATE,
    /** A file's bytes and size are made durable. */
    SYNC,
    /** A directory is made. */
    CREATE_DIRECTORY,
    /** A directory's names are read. */
    LIST,
    /** A directory's names are made durable. */
    SYNC_DIRECTORY,
    /** A name is changed, or another's is taken. */
    RENAME,
    /** A name is removed. */
    DELETE;

    /** Tells whether it can change what the disk holds; a crash before one that cannot is a crash before the next that can. */
    boolean changes() {
        return this != OPEN && this != READ && this != LIST;
    }
}
