package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I15;

/** {@link Invariant#I15}: a leader has the durable votes of a quorum in its very term. Paper §5.2. */
public final class ElectionQuorum {
    private final Ledger ledger;
    private final Violations violations;

    /** Creates the checker. */
    public ElectionQuorum(Ledger ledger, Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /** A replica became leader of its term. */
    public void elected(ReplicaView r) {
        long votes = 0;
        for (long rest = r.membership.members(); rest != 0; rest &= rest - 1) {
            int id = Long.numberOfTrailingZeros(rest);
            votes |= ledger.vote(id, r.term) == r.id ? 1L << id : 0;
        }
        if (!r.membership.isQuorum(votes)) {
            violations.report(I15, "elected by " + Long.toBinaryString(votes) + ": " + r);
        }
    }
}
