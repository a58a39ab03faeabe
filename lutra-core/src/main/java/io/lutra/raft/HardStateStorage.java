package io.lutra.raft;

/**
 * A storage that can keep all that a node must find again after a restart, so that a program which uses nothing but the
 * specification's names is safe: the {@link Node} itself stores what such a program does not see.
 */
public interface HardStateStorage extends Storage {
    /**
     * Stores term, vote and commit index. A term or a vote that changed is durable when this returns; of a commit index
     * alone, an earlier one may be found after a crash.
     *
     * @throws StorageException if term or commit index are above {@link Long#MAX_VALUE}, or they cannot be stored
     */
    void setHardState(HardState hardState);

    /**
     * Replaces the log by a snapshot, durably. The next entry that can be appended is the one after it.
     *
     * @throws SnapshotOutOfDateException if the storage has a snapshot that is as new
     * @throws StorageException if index or term are above {@link Long#MAX_VALUE}, or it cannot be stored
     */
    void applySnapshot(Snapshot snapshot);
}
