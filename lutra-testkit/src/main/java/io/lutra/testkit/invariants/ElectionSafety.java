package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I1;

/** {@link Invariant#I1}: at most one leader per term, and elected once. Paper figure 3. */
public final class ElectionSafety {
    private final Ledger ledger;
    private final Violations violations;

    /** Creates the checker. */
    public ElectionSafety(Ledger ledger, Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /** A replica became leader of its term. */
    public void elected(ReplicaView r) {
        long other = ledger.leaderOf(r.term);
        if (other != 0) {
            violations.report(I1, "term " + r.term + " was won by " + other + " and again by " + r);
        }
        ledger.leader(r.term, r.id);
    }
}
