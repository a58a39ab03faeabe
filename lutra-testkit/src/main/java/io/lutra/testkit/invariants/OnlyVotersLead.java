package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I14;

import io.lutra.raft.StateType;

/** {@link Invariant#I14}: learners and strangers neither campaign nor become leaders. Thesis §4.2.1. */
public final class OnlyVotersLead {
    private final Violations violations;
    private final boolean stepDownOnRemoval;

    /** Creates the checker; {@code stepDownOnRemoval} tells whether a leader goes that votes no more. Thesis §4.2.2. */
    public OnlyVotersLead(Violations violations, boolean stepDownOnRemoval) {
        this.violations = violations;
        this.stepDownOnRemoval = stepDownOnRemoval;
    }

    /** A replica takes a role. */
    public void becomes(ReplicaView r, StateType role) {
        if (role != StateType.FOLLOWER && !r.membership.isVoter(r.id)) {
            violations.report(I14, "becomes " + role + ": " + r);
        }
    }

    /** A step is over. */
    public void stepped(ReplicaView r) {
        if (stepDownOnRemoval && r.role == StateType.LEADER && !r.membership.isVoter(r.id)) {
            violations.report(I14, "leads and votes no more: " + r);
        }
    }
}
