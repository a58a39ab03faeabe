package io.lutra.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Offsets and sizes are bytes. Many threads may read at once; one writes. */
public interface DiskFile extends Closeable {
    /** Returns the file's size. */
    long size() throws IOException;

    /** Reads from an offset until the buffer is full or the file ends, and returns how many bytes were read. */
    int read(ByteBuffer target, long offset) throws IOException;

    /** Writes all that remains in the buffer; the file grows if it must. */
    void write(ByteBuffer source, long offset) throws IOException;

    /** Makes durable what was written, and the size if that is needed to read it (fdatasync). */
    void sync() throws IOException;

    /** Cuts the file to a size. */
    void truncate(long size) throws IOException;
}
