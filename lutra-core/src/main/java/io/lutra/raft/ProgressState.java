package io.lutra.raft;

/** How a leader sends to a peer. etcd: {@code tracker.StateType}. */
public enum ProgressState {
    /** It does not know where the logs agree: one message per heartbeat. */
    PROBE,
    /** It does: entries are sent ahead of their acknowledgements. */
    REPLICATE,
    /** The peer needs a snapshot: no entries are sent. */
    SNAPSHOT
}
