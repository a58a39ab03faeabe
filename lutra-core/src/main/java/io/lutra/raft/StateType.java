package io.lutra.raft;

/** The role of a node. Paper §5.1; the pre-candidate is of thesis §9.6. */
public enum StateType {
    /** Answers leaders and candidates. */
    FOLLOWER,
    /** Asks for votes in a new term. */
    CANDIDATE,
    /** Takes proposals and replicates them. */
    LEADER,
    /** Asks whether it could win, before it starts a new term. */
    PRE_CANDIDATE
}
