package io.lutra.raft;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A member of a new group and what the application says about it, such as its address. */
public final class Peer {
    private final long id;
    private final byte[] context;

    private Peer(long id, byte[] context) {
        this.id = id;
        this.context = context;
    }

    /** Returns a peer; the context is copied and becomes the context of the entry that adds the peer. */
    public static Peer of(long id, byte[] context) {
        return new Peer(id, context.clone());
    }

    /** Returns a peer of which nothing is said. */
    public static Peer of(long id) {
        return new Peer(id, new byte[0]);
    }

    /** Returns the replica id: not 0, and used once, ever, in its group. */
    public long id() {
        return id;
    }

    /** Returns a copy of what the application says about the peer. */
    public byte[] context() {
        return context.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Peer that && id == that.id && Arrays.equals(context, that.context);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    @Override
    public String toString() {
        return "peer " + Long.toUnsignedString(id);
    }
}
