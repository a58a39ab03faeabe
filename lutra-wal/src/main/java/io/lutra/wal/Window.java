package io.lutra.wal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A stretch of a file in memory, that moves forward as it is read. */
final class Window {
    private static final int STEP = 1 << 20;

    private final DiskFile file;
    private final long fileSize;
    private byte[] bytes = {};
    private long from;
    private int length;

    Window(DiskFile file) throws IOException {
        this.file = file;
        this.fileSize = file.size();
    }

    long fileSize() {
        return fileSize;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Returns the bytes of memory that it takes now. */
    int memory() {
        return bytes.length;
    }

    /** Gives the memory back; what is asked for next is read again. */
    void release() {
        bytes = new byte[0];
        length = 0;
    }

    /** Makes {@code count} bytes from an offset on available and returns where they begin in {@link #bytes}; -1 past the end. */
    int at(long offset, int count) throws IOException {
        if (count < 0 || offset + count > fileSize) {
            return -1;
        }
        if (offset < from || offset + count > from + length) {
            int atLeast = (int) Math.max(count, Math.min(STEP, fileSize));
            if (bytes.length < atLeast) {
                bytes = new byte[atLeast];
            }
            ByteBuffer target = ByteBuffer.wrap(bytes);
            target.limit((int) Math.min(bytes.length, fileSize - offset));
            from = offset;
            length = file.read(target, offset);
            if (length < count) {
                throw new IOException("read " + length + " bytes at " + offset + " of a file of " + fileSize);
            }
        }
        return (int) (offset - from);
    }
}
