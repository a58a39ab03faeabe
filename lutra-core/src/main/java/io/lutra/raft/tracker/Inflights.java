package io.lutra.raft.tracker;

import io.lutra.raft.RaftInvariantException;
import java.util.Arrays;

/**
 * The append messages on their way to a peer, oldest first: a ring of each one's last index and payload bytes. Their
 * number is bounded, and their bytes, which one message may exceed.
 */
final class Inflights {
    private final int maxMessages;
    private final long maxBytes;
    private long[] indexes = {};
    private long[] sizes = {};
    private int start;
    private int count;
    private long bytes;

    /** Creates an empty window; {@code maxBytes} 0 is no limit of bytes. */
    Inflights(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    int count() {
        return count;
    }

    boolean isFull() {
        return count == maxMessages || (maxBytes != 0 && bytes >= maxBytes);
    }

    /** Adds a message by the index of its last entry, which must be above those before it. */
    void add(long lastIndex, long payloadBytes) {
        if (isFull()) {
            throw new RaftInvariantException("a message was sent to a peer with a full window");
        }
        if (count == indexes.length) {
            grow();
        }
        int at = slot(count);
        indexes[at] = lastIndex;
        sizes[at] = payloadBytes;
        bytes += payloadBytes;
        count++;
    }

    /** Removes the messages whose entries are all at or below {@code index}: they have arrived. */
    void freeTo(long index) {
        while (count > 0 && indexes[start] <= index) {
            bytes -= sizes[start];
            start = slot(1);
            count--;
        }
    }

    /** Forgets all messages. */
    void clear() {
        start = 0;
        count = 0;
        bytes = 0;
    }

    private int slot(int i) {
        int at = start + i;
        return at < indexes.length ? at : at - indexes.length;
    }

    /** Doubles the ring up to its limit: most peers never need the whole window. */
    private void grow() {
        int capacity = (int) Math.min(maxMessages, Math.max(8L, indexes.length * 2L));
        long[] moreIndexes = Arrays.copyOfRange(indexes, start, start + capacity);
        long[] moreSizes = Arrays.copyOfRange(sizes, start, start + capacity);
        int wrapped = start;
        System.arraycopy(indexes, 0, moreIndexes, indexes.length - wrapped, wrapped);
        System.arraycopy(sizes, 0, moreSizes, sizes.length - wrapped, wrapped);
        indexes = moreIndexes;
        sizes = moreSizes;
        start = 0;
    }
}
