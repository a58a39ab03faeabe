package io.lutra.raft.tracker;

import io.lutra.raft.RaftInvariantException;

/**
 * The append messages on their way to a peer, oldest first: a ring of each one's last index and payload bytes. Their
 * number is bounded, and their bytes, which one message may exceed.
 *
 * <p>An empty window without a ring is shared by all peers until something is sent to them: only a leader's peers need
 * one of their own. That is 400 bytes less for each of three idle nodes.
 */
final class Inflights {
    private static final long[] NO_RING = {};

    private final int maxMessages;
    private final long maxBytes;
    /** Of each message its last index and, in the next slot, its payload bytes. */
    private long[] ring;

    private int start;
    private int count;
    private long bytes;

    /** Creates an empty window; {@code maxBytes} 0 is no limit of bytes. */
    Inflights(int maxMessages, long maxBytes) {
        this(maxMessages, maxBytes, NO_RING);
    }

    private Inflights(int maxMessages, long maxBytes, long[] ring) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.ring = ring;
    }

    int count() {
        return count;
    }

    boolean isFull() {
        return count == maxMessages || (maxBytes != 0 && bytes >= maxBytes);
    }

    /**
     * Returns the window that has a message more, by the index of its last entry, which must be above those before it:
     * this one, unless it is shared.
     */
    Inflights with(long lastIndex, long payloadBytes) {
        Inflights own = ring == NO_RING ? new Inflights(maxMessages, maxBytes, new long[2]) : this;
        own.add(lastIndex, payloadBytes);
        return own;
    }

    private void add(long lastIndex, long payloadBytes) {
        if (isFull()) {
            throw new RaftInvariantException("a message was sent to a peer with a full window");
        }
        if (2 * count == ring.length) {
            grow();
        }
        int at = slot(count);
        ring[at] = lastIndex;
        ring[at + 1] = payloadBytes;
        bytes += payloadBytes;
        count++;
    }

    /** Removes the messages whose entries are all at or below {@code index}: they have arrived. */
    void freeTo(long index) {
        while (count > 0 && ring[start] <= index) {
            bytes -= ring[start + 1];
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
        int at = start + 2 * i;
        return at < ring.length ? at : at - ring.length;
    }

    /** Doubles the full ring up to its limit: most peers never need the whole window. */
    private void grow() {
        long[] more = new long[(int) Math.min(2L * maxMessages, 2L * ring.length)];
        System.arraycopy(ring, start, more, 0, ring.length - start);
        System.arraycopy(ring, 0, more, ring.length - start, start);
        ring = more;
        start = 0;
    }
}
