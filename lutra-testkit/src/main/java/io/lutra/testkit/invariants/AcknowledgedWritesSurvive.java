package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I10;
import static io.lutra.testkit.invariants.Invariant.I18;

import io.lutra.raft.BasicStatus;
import org.jspecify.annotations.Nullable;

/** {@link Invariant#I18}: a write that was acknowledged is committed, and stays. */
public final class AcknowledgedWritesSurvive {
    private final Ledger ledger;
    private final Violations violations;
    private long highest;

    /** Creates the checker. */
    public AcknowledgedWritesSurvive(Ledger ledger, Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /** A client is told that its write at an index is done. */
    public void acknowledged(ReplicaView r, long index) {
        if (index > ledger.committed().last() || index > r.applied) {
            violations.report(I10, index + " is acknowledged and not committed and applied, by " + r);
        }
        highest = Math.max(highest, index);
    }

    /** A log lost its entries from an index on, to be replaced by others. */
    public void replaced(ReplicaView r, long index) {
        if (index <= r.commit) {
            violations.report(I18, "committed entries from " + index + " on are replaced in " + r);
        }
    }

    /** A step is over: the log may be shorter than it was, but not than what it knew to be committed. */
    public void stepped(ReplicaView r, BasicStatus status) {
        if (status.lastIndex() < Math.min(r.commit, r.log.last())) {
            violations.report(I18, "committed entries after " + status.lastIndex() + " are gone from " + r);
        }
    }

    /** Returns the highest index that was acknowledged. */
    public long highest() {
        return highest;
    }

    /**
     * In the end a quorum's disks hold everything that was acknowledged.
     *
     * @param disks what they hold, by replica id; null where that is not known
     */
    public void scanned(Membership membership, @Nullable LogView[] disks) {
        long has = 0;
        LogView committed = ledger.committed();
        for (long rest = membership.members(); rest != 0; rest &= rest - 1) {
            int id = Long.numberOfTrailingZeros(rest);
            LogView disk = disks[id];
            boolean equal = disk != null
                    && highest <= committed.last()
                    && (disk.base() > highest
                            || (disk.knows(highest) && disk.hash(highest) == committed.hash(highest)));
            has |= equal ? 1L << id : 0;
        }
        if (!membership.isQuorum(has)) {
            violations.report(
                    I18, "acknowledged up to " + highest + ", durable on " + Long.toBinaryString(has) + " only");
        }
    }
}
