package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I3;

import io.lutra.raft.Entry;
import io.lutra.raft.StateType;
import java.util.List;

/** {@link Invariant#I3}: equal index and term means equal bytes, and equal logs before. Paper figure 3. */
public final class LogMatching {
    private final Ledger ledger;
    private final Violations violations;

    /** Creates the checker. */
    public LogMatching(Ledger ledger, Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /** A log holds these entries now. */
    public void appended(ReplicaView r, List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            long term = entry.term();
            long index = entry.index();
            if (!r.log.knows(index)) {
                continue;
            }
            // Bootstrap entries, of term 1, have no leader: every first member makes them.
            boolean known = r.role == StateType.LEADER || term <= 1 || ledger.hasEntry(term, index);
            if (!known || ledger.entry(term, index, r.log.hash(index)) != r.log.hash(index)) {
                violations.report(I3, entry + " is another than its leader's in " + r);
            }
        }
    }
}
