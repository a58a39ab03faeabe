package io.lutra.raft;

/** How a leader makes sure that it still leads before it answers a read. */
public enum ReadOnlyOption {
    /** It asks a quorum, by a round of heartbeats. Thesis §6.4. */
    SAFE,
    /**
     * It trusts its clock and does not ask. Not safe: clocks drift, processes pause, and a leader that was cut off serves
     * old data for up to two election timeouts while others may elect after one. Here because etcd's raft has it.
     */
    UNSAFE_LEASE_BASED
}
