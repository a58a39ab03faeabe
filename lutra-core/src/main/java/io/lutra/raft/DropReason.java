package io.lutra.raft;

/** Why a proposal or a read was not taken. It was certainly not appended, and will not be. */
public enum DropReason {
    /** The node knows no leader. */
    NO_LEADER,
    /** The node is not the leader and does not forward. */
    FORWARDING_DISABLED,
    /** The leader is handing over and takes no proposals. */
    TRANSFER_IN_PROGRESS,
    /** The leader was removed from the group. */
    NOT_A_MEMBER,
    /** Too many bytes are proposed and not yet applied. */
    UNCOMMITTED_SIZE_EXCEEDED,
    /** It is larger than {@link Config#MAX_PROPOSAL_SIZE}. */
    TOO_LARGE,
    /** There was nothing in it. */
    EMPTY,
    /** Its data is not what its type says. */
    MALFORMED,
    /** It was passed on four times already: it must be going round. */
    FORWARDED_IN_A_CIRCLE,
    /** Too many reads wait. */
    TOO_MANY_READS,
    /** The leader lost its office before it could confirm it. */
    LEADERSHIP_LOST
}
