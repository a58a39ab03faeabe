package io.lutra.raft.quorum;

/** Where a vote stands. */
public enum VoteResult {
    /** What is missing decides. */
    PENDING,
    /** A majority can no longer be reached. */
    LOST,
    /** A majority has granted. */
    WON
}
