package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I2;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.StateType;

/** {@link Invariant#I2}: a leader's log only grows. Paper figure 3. */
public final class LeaderAppendOnly {
    private final Violations violations;

    /** Creates the checker. */
    public LeaderAppendOnly(Violations violations) {
        this.violations = violations;
    }

    /** A replica is about to append from an index on. */
    public void appends(ReplicaView r, long first) {
        if (r.role == StateType.LEADER && first <= r.log.last()) {
            violations.report(I2, "from " + first + " on, the log of " + r);
        }
    }

    /** A step is over. */
    public void stepped(ReplicaView r, BasicStatus status) {
        if (r.role == StateType.LEADER && status.lastIndex() < r.log.last()) {
            violations.report(I2, "cut to " + status.lastIndex() + ", the log of " + r);
        }
    }
}
