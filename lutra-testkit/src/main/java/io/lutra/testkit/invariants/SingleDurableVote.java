package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I8;
import static io.lutra.testkit.invariants.Invariant.I9;

/** {@link Invariant#I9}: a replica's durable vote in a term is one, for ever. Paper §5.2, §5.4. */
public final class SingleDurableVote {
    private final Ledger ledger;
    private final Violations violations;

    /** Creates the checker. */
    public SingleDurableVote(Ledger ledger, Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /** Term and vote are durable now. */
    public void persisted(ReplicaView r, long term, long vote) {
        if (term < r.durableTerm) {
            violations.report(I8, "durable term " + term + " after " + r);
        }
        if (vote != 0) {
            long before = ledger.vote(r.id, term);
            if (before != 0 && before != vote) {
                violations.report(
                        I9, "a vote for " + vote + " in term " + term + " after one for " + before + " by " + r);
            }
            ledger.vote(r.id, term, before == 0 ? vote : before);
        }
        r.durableTerm = term;
        r.durableVote = vote;
    }
}
