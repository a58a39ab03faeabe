package io.lutra.raft;

/** What became of a message that was given to a node. */
public enum StepResult {
    /** It was taken up; that it had no effect is no error. */
    STEPPED,
    /** It was a proposal, and was not taken. The {@link TraceListener} was told why. */
    PROPOSAL_DROPPED,
    /** It is of a type that never comes from a peer. Nothing was done. */
    LOCAL_MESSAGE,
    /** It answers something, and its sender is not a member. Nothing was done. */
    UNKNOWN_PEER,
    /** It is addressed to another node, or comes from this one although it never sends this. Nothing was done. */
    MISDIRECTED,
    /** It has no term or no sender, and its type means nothing without. Nothing was done. */
    MALFORMED,
    /** It holds a term or an index that is not below 2<sup>62</sup>. Nothing was done. */
    OUT_OF_RANGE,
    /** Its type is one that this version does not know. Nothing was done. */
    UNRECOGNIZED_TYPE
}
