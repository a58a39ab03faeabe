package io.lutra.raft.node;

import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.MisuseException;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import java.util.List;

/**
 * What is durable of a node, and in which order it becomes so, so that its process may die between any two writes.
 *
 * <p>The node writes hard state and snapshots here, before the application gets the Ready that depends on them; the
 * application appends that Ready's entries, later. Invariants of the storage, at every moment:
 *
 * <ul>
 *   <li>S1 Its term and vote are those of the node, before anything that depends on them is handed out.
 *   <li>S2 Its commit index covers only entries that it holds, and no entry that a Ready handed out will replace. So it may
 *       lag: by the Ready whose entries are not yet appended.
 *   <li>S3 Its log has no entry of a term above its term.
 * </ul>
 *
 * <p>S2 has a price. Where commit index and entries are stored as one, as etcd's applications do, a log that holds a
 * membership change knows that the one before it is committed: a leader appends no second one before. The apply-time
 * configuration rests on that: a node that holds both, but knows neither committed, campaigns by a configuration that is
 * two changes old, whose quorums need not meet the newest one's. {@link #recover} restores this knowledge from the log.
 */
final class StoredState {
    private static final long PAGE_SIZE = 1L << 20;

    private final HardStateStorage storage;
    /** What the storage holds. */
    private HardState stored;
    /** What the node said last; ahead of what is stored by the commit index alone. */
    private HardState told;

    private final long applied;

    private StoredState(HardStateStorage storage, HardState stored, long applied) {
        this.storage = storage;
        this.stored = stored;
        this.told = stored;
        this.applied = applied;
    }

    /**
     * Opens a storage, and raises its commit index to what else it knows to be committed.
     *
     * @throws RaftInvariantException if the log begins after what was applied: the application cannot get from there to here
     */
    static StoredState recover(Config config, HardStateStorage storage) {
        HardState found = storage.initialState().hardState();
        long applied = Math.max(config.applied(), storage.snapshot().metadata().index());
        if (applied < storage.firstIndex() - 1) {
            throw new RaftInvariantException("the log begins at " + storage.firstIndex()
                    + ", but what was applied, or is in the snapshot, ends at " + applied);
        }
        // What was applied is committed. What the log does not have is left to be refused.
        long last = storage.lastIndex();
        long commit = Math.max(found.commit(), Math.min(applied, last));
        if (!config.disableConfChangeValidation()) {
            commit = Math.max(commit, lastButOneConfChange(storage, commit + 1, last + 1));
        }
        StoredState state = new StoredState(storage, found, applied);
        state.store(found.term(), found.vote(), commit);
        state.told = state.stored;
        return state;
    }

    /**
     * Returns what the application has applied when the node starts. That is what it says, or what the snapshot holds, which
     * it starts from even where the log still has entries that the snapshot covers.
     */
    long applied() {
        return applied;
    }

    /** Returns the index of the last membership change in {@code [lo, hi)} that another one follows, or 0. */
    private static long lastButOneConfChange(HardStateStorage storage, long lo, long hi) {
        long lastButOne = 0;
        long last = 0;
        while (lo < hi) {
            List<Entry> page = storage.entries(lo, hi, PAGE_SIZE);
            for (Entry entry : page) {
                if (entry.type().isConfChange()) {
                    lastButOne = last;
                    last = entry.index();
                }
            }
            lo += page.size();
        }
        return lastButOne;
    }

    /** Makes durable what a Ready depends on and the application does not see. */
    void store(Ready ready) {
        if (!ready.hardState().isEmpty()) {
            told = ready.hardState();
        }
        Snapshot snapshot = ready.snapshot();
        if (snapshot != null) {
            // S3: the term first, since the snapshot may end with it. S2: the commit index last, since it covers the
            // snapshot.
            store(told.term(), told.vote(), stored.commit());
            storage.applySnapshot(snapshot);
        }
        List<Entry> entries = ready.entries();
        long replacedFrom = entries.isEmpty() ? Long.MAX_VALUE : entries.get(0).index();
        store(told.term(), told.vote(), Math.min(told.commit(), replacedFrom - 1));
    }

    /**
     * Checks that a Ready's entries are in the storage. To advance is to acknowledge them to the leader: an application that
     * forgot them would lose committed entries.
     *
     * @throws MisuseException if they are not
     */
    void requireAppended(Ready ready) {
        List<Entry> entries = ready.entries();
        if (!entries.isEmpty()
                && storage.lastIndex() < entries.get(entries.size() - 1).index()) {
            throw new MisuseException("the Ready's entries are to be appended before advance; the storage ends at "
                    + storage.lastIndex() + ", they at "
                    + entries.get(entries.size() - 1).index());
        }
    }

    private void store(long term, long vote, long commit) {
        HardState next = HardState.of(term, vote, commit);
        if (!next.equals(stored)) {
            storage.setHardState(next);
            stored = next;
        }
    }
}
