package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I14;

import io.lutra.raft.StateType;

/** {@link Invariant#I14}: learners and strangers neither campaign nor become leaders. Thesis §4.2.1. */
public final class OnlyVotersLead {
    private final Violations violations;

    /** Creates the checker. */
    public OnlyVotersLead(Violations violations) {
        this.violations = violations;
    }

    /** A replica takes a role. */
    public void becomes(ReplicaView r, StateType role) {
        if (role != StateType.FOLLOWER && !r.membership.isVoter(r.id)) {
            violations.report(I14, "becomes " + role + ": " + r);
        }
    }
}
