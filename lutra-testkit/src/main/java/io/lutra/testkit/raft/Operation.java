package io.lutra.testkit.raft;

/** What a cluster is asked for, or does, while faults strike: each pair of the two that met is counted. */
enum Operation {
    /** A client writes. */
    WRITE,
    /** A client reads. */
    READ,
    /** The membership is changed by one voter, or a learner. */
    SIMPLE_CHANGE,
    /** The membership is changed by joint consensus. */
    JOINT_CHANGE,
    /** Leadership is handed over. */
    TRANSFER,
    /** A follower forgets its leader, or campaigns when told to. */
    CAMPAIGN,
    /** A snapshot is made, and the log cut. */
    COMPACT,
    /** A snapshot is stored and installed. */
    INSTALL,
    /** A process starts with what its disk holds. */
    RESTART
}
