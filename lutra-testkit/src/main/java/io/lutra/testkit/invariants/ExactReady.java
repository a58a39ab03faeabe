package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I28;
import static io.lutra.testkit.invariants.Invariant.I5;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import java.util.List;

/**
 * {@link Invariant#I28}: what a Ready offers is new, in order, complete, and it says exactly when to sync. {@link
 * Invariant#I25}: and no more is to be applied than its limit allows.
 */
public final class ExactReady {
    private final Violations violations;
    private final long maxCommittedSize;
    private HardState hardState = HardState.EMPTY;
    private long offered;
    private long handedOut;

    /** Creates the checker of one replica; it hands out {@code maxCommittedSize} encoded bytes at once, or one entry. */
    public ExactReady(Violations violations, long maxCommittedSize) {
        this.violations = violations;
        this.maxCommittedSize = maxCommittedSize;
    }

    /** The replica starts from a storage that holds this. */
    public void restarted(HardState stored, long lastIndex, long applied) {
        hardState = stored;
        offered = lastIndex;
        handedOut = applied;
    }

    /** A log lost everything from an index on: what replaces it is offered anew. */
    public void truncated(long index) {
        offered = Math.min(offered, index - 1);
    }

    /** A Ready was taken. */
    public void taken(ReplicaView r, Ready ready) {
        HardState before = hardState;
        HardState now = ready.hardState().isEmpty() ? before : ready.hardState();
        hardState = now;
        boolean mustSync = !ready.entries().isEmpty() || now.term() != before.term() || now.vote() != before.vote();
        if (mustSync != ready.mustSync()) {
            violations.report(I28, "mustSync " + ready.mustSync() + " in " + ready + " of " + r);
        }
        if (now.commit() < before.commit()) {
            violations.report(Invariant.I8, "stored commit goes back in " + ready + " of " + r);
        }
        Snapshot snapshot = ready.snapshot();
        if (snapshot != null) {
            offered = snapshot.metadata().index();
            handedOut = offered;
        }
        checkEntries(r, ready.entries());
        checkCommitted(r, ready.committedEntries());
    }

    private void checkEntries(ReplicaView r, List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() != offered + 1 || r.log.term(entry.index()) != entry.term()) {
                violations.report(I28, entry + " is offered after " + offered + " by " + r);
            }
            offered = entry.index();
        }
    }

    private void checkCommitted(ReplicaView r, List<Entry> entries) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).encodedSize();
            if (entries.get(i).index() != handedOut + 1) {
                violations.report(I5, entries.get(i) + " is handed out after " + handedOut + " by " + r);
            }
            handedOut = entries.get(i).index();
        }
        if (entries.size() > 1 && size > maxCommittedSize) {
            violations.report(Invariant.I25, size + " of " + maxCommittedSize + " bytes to be applied by " + r);
        }
    }
}
