package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I11;

import io.lutra.raft.BasicStatus;

/** {@link Invariant#I11}: first - 1 &le; snapshot &le; applied &le; commit &le; last. */
public final class MarkOrder {
    private final Violations violations;

    /** Creates the checker. */
    public MarkOrder(Violations violations) {
        this.violations = violations;
    }

    /** A step is over; the storage's newest snapshot is that of an index. */
    public void stepped(ReplicaView r, BasicStatus status, long snapshotIndex) {
        // One that a leader sent is stored before it is applied; the log begins after it then, or after a newer one.
        boolean installing = snapshotIndex < status.firstIndex();
        boolean snapshotFits = installing || snapshotIndex <= Math.max(status.applied(), r.applied);
        if (!snapshotFits
                || status.firstIndex() - 1 > Math.max(snapshotIndex, r.restored)
                || status.applied() > status.commit()
                || status.applied() > Math.max(r.applied, r.givenSnapshot)
                || status.commit() > status.lastIndex()
                || r.applied > status.commit()) {
            violations.report(I11, status + " with a snapshot at " + snapshotIndex + " in " + r);
        }
    }
}
