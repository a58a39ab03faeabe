package io.lutra.raft;

/** Why a leader does not append a membership change, but an empty entry in its place. */
public enum ConfChangeRefusal {
    /** An earlier change may not be applied yet. Thesis §4.1. */
    PENDING,
    /** A joint configuration has to be left first. Thesis §4.3. */
    ALREADY_JOINT,
    /** The change leaves a joint configuration, and there is none. */
    NOT_JOINT,
    /** The change cannot be applied to this membership, or is of a kind that this version does not know. */
    INVALID
}
