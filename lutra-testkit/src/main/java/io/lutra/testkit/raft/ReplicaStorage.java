package io.lutra.testkit.raft;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.Storage;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A durable storage as the process of a replica uses it. After an {@link IOException} the process dies, and opens the
 * storage again in its next life; where the core reads, it is the cause of a {@link io.lutra.raft.StorageException}.
 */
public interface ReplicaStorage extends Storage {
    /**
     * Writes what a Ready asks for, in this order: not durably. It may be read back at once, or only when it is durable.
     *
     * @param hardState {@link HardState#EMPTY} if it did not change
     * @param snapshot takes the place of the whole log, if there is one
     */
    void write(HardState hardState, @Nullable Snapshot snapshot, List<Entry> entries) throws IOException;

    /** Makes all that was written durable. */
    void sync() throws IOException;

    /**
     * Stores a snapshot of the application, unless the one of a leader that is newer waits to be durable, and drops the log up
     * to an index that it covers. All is durable then.
     */
    void compact(Snapshot newer, long upTo) throws IOException;

    /** Returns term, vote and commit index as they were stored last. */
    HardState hardState();

    /** Returns the index of the newest snapshot, 0 if there is none. */
    long snapshotIndex();
}
