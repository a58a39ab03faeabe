package io.lutra.raft;

/** Why a message had no effect. */
public enum IgnoreReason {
    /** It belongs to an older term. */
    LOWER_TERM,
    /** A vote was asked for while a leader is known to be alive. Thesis §4.2.3. */
    LEADER_ALIVE,
    /** It comes from a node that is not a member. */
    NOT_A_MEMBER,
    /** Its type means nothing to a node of this role. */
    ROLE,
    /** The node may not campaign: it does not vote, or a snapshot or a membership change waits to be applied. */
    NOT_PROMOTABLE,
    /** It says what is impossible, such as an index beyond the log. */
    CONTRADICTION,
    /** It was passed on four times already: it must be going round. */
    FORWARDED_IN_A_CIRCLE,
    /** What it is compared with has to be read from a disk first; its sender tries again. */
    NOT_IN_MEMORY,
    /** It lacks a part that its type needs. */
    MALFORMED
}
