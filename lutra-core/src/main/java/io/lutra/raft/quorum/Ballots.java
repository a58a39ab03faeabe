package io.lutra.raft.quorum;

/** Tells how each voter has voted. */
@FunctionalInterface
public interface Ballots {
    /** What a voter has said. */
    enum Ballot {
        GRANTED,
        REJECTED,
        MISSING
    }

    /** Returns what a voter has said. */
    Ballot of(long id);
}
