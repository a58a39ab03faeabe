package io.lutra.raft.quorum;

/** Tells up to which index each voter has acknowledged. */
@FunctionalInterface
public interface AckedIndexer {
    /** Returns the index that a voter has acknowledged, 0 if none. */
    long ackedIndex(long id);
}
