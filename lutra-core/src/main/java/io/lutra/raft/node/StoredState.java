package io.lutra.raft.node;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InitialState;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MisuseException;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.confchange.AppliedMembership;
import io.lutra.raft.log.RaftLog;
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
 * <p>What else shows to be committed, the core finds out when it starts, and says with the first Ready.
 */
final class StoredState {
    private final HardStateStorage storage;
    /** What the storage holds. */
    private HardState stored;
    /** What the node said last; ahead of what is stored by the commit index alone. */
    private HardState told;

    private final long applied;
    private final ConfState membership;

    private StoredState(HardStateStorage storage, HardState stored, long applied, ConfState membership) {
        this.storage = storage;
        this.stored = stored;
        this.told = stored;
        this.applied = applied;
        this.membership = membership;
    }

    /**
     * Opens a storage.
     *
     * @throws RaftInvariantException if the log begins after what was applied: the application cannot get from there to here
     * @throws InvalidConfigException if it begins after the snapshot, so that the membership at what was applied is not known
     * @throws io.lutra.raft.EntriesNotInMemoryException if entries have to be read from a disk first
     */
    static StoredState recover(Config config, HardStateStorage storage) {
        SnapshotMetadata snapshot = storage.snapshot().metadata();
        long applied = Math.max(config.applied(), snapshot.index());
        if (applied < storage.firstIndex() - 1) {
            throw new RaftInvariantException("the log begins at " + storage.firstIndex()
                    + ", but what was applied, or is in the snapshot, ends at " + applied);
        }
        InitialState found = storage.initialState();
        ConfState membership = found.confState();
        // What the log does not have is left to be refused.
        if (applied > snapshot.index()
                && applied <= storage.lastIndex()
                && membership.isEquivalentTo(snapshot.confState())) {
            membership = membershipAt(applied, snapshot, storage);
        }
        return new StoredState(storage, found.hardState(), applied, membership);
    }

    /** Most storages know no membership but the snapshot's; the changes since then are in the log. */
    private static ConfState membershipAt(long applied, SnapshotMetadata snapshot, HardStateStorage storage) {
        try {
            return AppliedMembership.at(applied, snapshot, new RaftLog(storage));
        } catch (CompactedException e) {
            throw new InvalidConfigException(
                    "the log begins at " + storage.firstIndex() + ", after the snapshot's end at " + snapshot.index()
                            + ": the membership at " + applied + ", which is applied, cannot be known");
        }
    }

    /**
     * Returns what the application has applied when the node starts. That is what it says, or what the snapshot holds, which
     * it starts from even where the log still has entries that the snapshot covers.
     */
    long applied() {
        return applied;
    }

    /** Returns the membership after what is {@link #applied}. */
    ConfState membership() {
        return membership;
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
     * Checks that a Ready's entries are in the storage, and nothing after them. To advance is to acknowledge them to the
     * leader: an application that forgot them would lose committed entries, also where others of their indexes are there.
     *
     * @throws MisuseException if they are not
     */
    void requireAppended(Ready ready) {
        List<Entry> entries = ready.entries();
        if (entries.isEmpty()) {
            return;
        }
        Entry last = entries.get(entries.size() - 1);
        if (storage.lastIndex() != last.index() || storage.term(last.index()) != last.term()) {
            throw new MisuseException("the Ready's entries are to be appended before advance; the storage ends at "
                    + storage.lastIndex() + ", they at " + last.index() + " of term " + last.term());
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
