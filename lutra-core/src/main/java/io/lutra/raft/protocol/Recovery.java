package io.lutra.raft.protocol;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotTemporarilyUnavailableException;
import io.lutra.raft.Storage;
import io.lutra.raft.confchange.AppliedMembership;
import io.lutra.raft.log.RaftLog;
import io.lutra.raft.quorum.IdSet;

/**
 * How a node goes on from what its storage holds: which of it cannot be, and what of it shows to be committed although the
 * stored commit index does not say so.
 *
 * <p>Not before the {@link Outbox} has seen what is stored, so that the next Ready has the difference. With {@code
 * unsafeAsEtcd} the stored commit index is all there is.
 */
final class Recovery {
    private final Raft raft;
    private final RaftLog log;
    private final Config config;

    private Recovery(Raft raft, Config config) {
        this.raft = raft;
        this.log = raft.log();
        this.config = config;
    }

    /** Goes on after what the application has applied. */
    static void resume(Raft raft, Config config) {
        Recovery recovery = new Recovery(raft, config);
        if (!config.unsafeAsEtcd()) {
            recovery.check();
            recovery.raiseCommit();
        }
        long applied = config.applied();
        if (applied > raft.log().committed()) {
            throw new InvalidConfigException("applied is " + applied + ", above the commit index "
                    + raft.log().committed());
        }
        if (applied > raft.log().applied()) {
            raft.log().appliedTo(applied, 0);
        }
    }

    private void check() {
        requireTerm();
        if (config.applied() > log.applied()) {
            requireMembership(config.storage());
        }
    }

    /** Entries are stored together with a term that is at least theirs; a node that forgot it could vote once more. */
    private void requireTerm() {
        boolean hasEntries = log.firstIndex() <= log.lastIndex();
        if (raft.term() >>> 62 != 0 || (hasEntries && raft.term() < log.lastTerm())) {
            throw new RaftInvariantException("the stored term is " + raft.term() + " but the last entry is of term "
                    + log.lastTerm() + ": was the hard state lost?");
        }
    }

    /** Refuses a membership that is the snapshot's although it was changed since, as far as that can be seen. */
    private void requireMembership(Storage storage) {
        long applied = Math.min(config.applied(), log.lastIndex());
        try {
            SnapshotMetadata snapshot = storage.snapshot().metadata();
            ConfState given = raft.tracker().configuration().toConfState();
            if (applied > snapshot.index()
                    && given.isEquivalentTo(snapshot.confState())
                    && !given.isEquivalentTo(AppliedMembership.at(applied, snapshot, log))) {
                throw new InvalidConfigException(
                        "applied is " + applied + ", but the storage's membership is that of its"
                                + " snapshot at " + snapshot.index()
                                + ", and was changed since: initialState has to return the one"
                                + " that was applied, or every change to be followed by a snapshot");
            }
        } catch (EntriesNotInMemoryException | CompactedException | SnapshotTemporarilyUnavailableException e) {
            // There is nothing to compare it with.
        }
    }

    private void raiseCommit() {
        // A commit index need not be synced: it may be older than what was applied.
        raft.commitTo(Math.min(config.applied(), log.lastIndex()));
        IdSet voters = raft.tracker().configuration().voters().ids();
        // Without either, all there can be is a bootstrap that did not get to its end, by whose members nobody
        // campaigns.
        boolean begun = log.committed() > 0 || !voters.isEmpty();
        if (begun && !config.disableConfChangeValidation()) {
            raft.lookThrough(new StoredTail(raft));
        }
    }
}
