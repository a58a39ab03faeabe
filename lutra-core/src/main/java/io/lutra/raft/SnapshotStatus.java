package io.lutra.raft;

/** What became of a snapshot that was sent. */
public enum SnapshotStatus {
    /** The peer has it. */
    FINISH,
    /** The peer did not get it, or could not use it. */
    FAILURE
}
