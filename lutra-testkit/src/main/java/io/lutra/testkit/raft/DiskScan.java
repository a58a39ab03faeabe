package io.lutra.testkit.raft;

import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.LogView;
import io.lutra.testkit.invariants.Membership;
import io.lutra.testkit.invariants.ReplicaView;
import io.lutra.testkit.invariants.Violations;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads in the end what a power cut would leave on the disks: it is what was committed, and what was acknowledged. */
final class DiskScan {
    private final RaftCluster cluster;
    private final Violations violations;

    DiskScan(RaftCluster cluster) {
        this.cluster = cluster;
        this.violations = cluster.checks.violations;
    }

    void check() {
        @Nullable LogView[] disks = new LogView[cluster.checks.views.length];
        for (RaftProcess process : cluster.processes()) {
            disks[(int) process.id] = read(process);
        }
        Membership membership = cluster.checks.ledger.membershipAt(Long.MAX_VALUE);
        cluster.checks.acknowledgedWrites.scanned(membership, disks);
    }

    private @Nullable LogView read(RaftProcess process) {
        try {
            ReplicaStorage storage = process.home.scan();
            process.checks.stored(storage.snapshot());
            LogView found = process.checks.read(storage);
            if (!isAsWritten(found, process.view)) {
                violations.report(Invariant.I32, "the disk ends at " + found.last() + " of " + process.view);
            }
            return found;
        } catch (IOException e) {
            violations.report(Invariant.I20, "the disk cannot be read: " + e);
            return null;
        }
    }

    private boolean isAsWritten(LogView found, ReplicaView view) {
        LogView committed = cluster.checks.ledger.committed();
        boolean equal = found.last() == view.durable.last();
        for (long i = found.base() + 1; equal && i <= found.last(); i++) {
            LogView expected = i <= Math.min(view.commit, committed.last()) ? committed : view.durable;
            equal = expected.knows(i) && found.hash(i) == expected.hash(i);
        }
        return equal;
    }
}
