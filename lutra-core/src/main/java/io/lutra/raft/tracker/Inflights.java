package io.lutra.raft.tracker;

import io.lutra.raft.RaftInvariantException;

/**
 * The append messages on their way to a peer, oldest first: a ring of each one's last index and payload bytes. Their
 * number is bounded, and their bytes, which one message may exceed.
 *
 * <p>{@link #NONE} is shared by all peers of all nodes until something is sent to them: only a leader's peers need a window
 * of their own.
 */
final class Inflights {
    /** Nothing on its way yet. It has no limits, and never changes. */
    static final Inflights NONE = new Inflights(new InflightLimits(Integer.MAX_VALUE, 0), new long[0]);

    private final InflightLimits limits;
    /** Of each message its last index and, in the next slot, its payload bytes. */
    private long[] ring;

    private int start;
    private int count;
    private long bytes;

    private Inflights(InflightLimits limits, long[] ring) {
        this.limits = limits;
        this.ring = ring;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    boolean isFull() {
        return count == limits.messages() || (limits.bytes() != 0 && bytes >= limits.bytes());
    }

    /**
     * Returns the window that has a message more, by the index of its last entry, which must be above those before it:
     * this one, unless it is shared. The limits hold from the first message on.
     */
    Inflights with(long lastIndex, long payloadBytes, InflightLimits newLimits) {
        Inflights own = this == NONE ? new Inflights(newLimits, new long[2]) : this;
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
        if (count > 0) {
            start = 0;
            count = 0;
            bytes = 0;
        }
    }

    private int slot(int i) {
        int at = start + 2 * i;
        return at < ring.length ? at : at - ring.length;
    }

    /** Doubles the full ring up to its limit: most peers never need the whole window. */
    private void grow() {
        long[] more = new long[(int) Math.min(2L * limits.messages(), 2L * ring.length)];
        System.arraycopy(ring, start, more, 0, ring.length - start);
        System.arraycopy(ring, 0, more, ring.length - start, start);
        ring = more;
        start = 0;
    }
}
