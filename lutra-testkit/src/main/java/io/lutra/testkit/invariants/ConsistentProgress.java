package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I12;
import static io.lutra.testkit.invariants.Invariant.I25;

import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProgressState;

/** {@link Invariant#I12}: what a leader believes of a peer is possible; {@link Invariant#I25}: its window is within its limit. */
public final class ConsistentProgress {
    private final Violations violations;
    private final int maxInflight;
    private final long maxInflightBytes;

    /** Creates the checker; {@code maxInflightBytes} of 0 is no limit. */
    public ConsistentProgress(Violations violations, int maxInflight, long maxInflightBytes) {
        this.violations = violations;
        this.maxInflight = maxInflight;
        this.maxInflightBytes = maxInflightBytes;
    }

    /** A leader believes this of a peer. */
    public void believes(ReplicaView leader, PeerProgress p) {
        if (p.match() >= p.next() || p.next() > leader.log.last() + 1) {
            violations.report(I12, p + " of " + leader);
        }
        boolean snapshot = p.state() == ProgressState.SNAPSHOT;
        boolean pausedAsItMust =
                (!snapshot || p.paused()) && (!p.inflightFull() || p.state() == ProgressState.REPLICATE);
        if (snapshot != (p.pendingSnapshot() > 0) || !pausedAsItMust) {
            violations.report(I12, p + " of " + leader);
        }
        boolean full = p.inflight() == maxInflight || (maxInflightBytes != 0 && p.inflightBytes() >= maxInflightBytes);
        if (p.inflight() > maxInflight || p.inflightFull() != full) {
            violations.report(I25, p + " of " + leader);
        }
    }
}
