package io.lutra.raft.protocol;

/** Sets what only chance may set otherwise: for tests of other packages. */
public final class ElectionTimeoutAccess {
    private ElectionTimeoutAccess() {}

    /** Makes a node campaign when it did not hear of a leader for this many ticks, until it draws anew. */
    public static void set(RawNode node, int ticks) {
        node.setRandomizedElectionTimeout(ticks);
    }
}
