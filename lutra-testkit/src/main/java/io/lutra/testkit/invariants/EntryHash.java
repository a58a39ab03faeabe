package io.lutra.testkit.invariants;

import io.lutra.raft.Entry;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Hashes of logs: each depends on every byte of every entry up to an index. Not for use by many threads. */
public final class EntryHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private byte[] scratch = new byte[256];

    /** Creates a hasher. */
    public EntryHash() {}

    /** Returns the hash of a log that ends with an entry, from that of the log before it. */
    public long extend(long prefixHash, Entry entry) {
        int size = entry.encodedSize();
        if (size + Long.BYTES > scratch.length) {
            scratch = new byte[2 * size + Long.BYTES];
        }
        entry.writeTo(scratch, 0);
        return hash(prefixHash + GOLDEN, scratch, size);
    }

    /** Returns the hash of the first bytes of an array; those after them are overwritten, at most 8. */
    private static long hash(long seed, byte[] bytes, int size) {
        LONGS.set(bytes, size, 0L);
        long hash = seed ^ size * GOLDEN;
        for (int i = 0; i < size; i += Long.BYTES) {
            hash = (Long.rotateLeft(hash, 29) ^ (long) LONGS.get(bytes, i)) * GOLDEN;
        }
        return hash ^ hash >>> 32;
    }

    /** Returns a hash of bytes. */
    public static long of(byte[] bytes) {
        return of(ByteBuffer.wrap(bytes));
    }

    /** Returns a hash of the bytes that a buffer has left, and leaves it as it is. */
    public static long of(ByteBuffer bytes) {
        ByteBuffer source = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long hash = source.remaining();
        while (source.remaining() >= Long.BYTES) {
            hash = (Long.rotateLeft(hash, 29) ^ source.getLong()) * GOLDEN;
        }
        while (source.hasRemaining()) {
            hash = (Long.rotateLeft(hash, 9) ^ source.get()) * GOLDEN;
        }
        return hash ^ hash >>> 32;
    }
}
