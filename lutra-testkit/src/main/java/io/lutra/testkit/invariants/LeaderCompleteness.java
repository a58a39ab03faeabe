package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I4;

/** {@link Invariant#I4}: a new leader has what leaders of earlier terms committed. Paper figure 3, §5.4. */
public final class LeaderCompleteness {
    private final Ledger ledger;
    private final Violations violations;

    /** Creates the checker. */
    public LeaderCompleteness(Ledger ledger, Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /** A replica became leader of its term. */
    public void elected(ReplicaView r) {
        // A leader that won long ago and hears of it late need not have what later terms committed meanwhile.
        long index = ledger.committedBefore(r.term);
        if (index > r.log.last()
                || (r.log.knows(index)
                        && index > 0
                        && r.log.hash(index) != ledger.committed().hash(index))) {
            violations.report(I4, "committed up to " + index + ", not so in the log of " + r);
        }
    }
}
