package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I5;
import static io.lutra.testkit.invariants.Invariant.I6;

import io.lutra.raft.Entry;

/** {@link Invariant#I5}: all apply the same entries, without a gap or a repetition. Paper figure 3. */
public final class StateMachineSafety {
    private final Ledger ledger;
    private final Violations violations;
    private final EntryHash hasher;

    /** Creates the checker. */
    public StateMachineSafety(Ledger ledger, Violations violations, EntryHash hasher) {
        this.ledger = ledger;
        this.violations = violations;
        this.hasher = hasher;
    }

    /** A replica that does not lead learned that everything up to an index of its log is committed. */
    public void learned(ReplicaView r, long index) {
        LogView committed = ledger.committed();
        if (index > committed.last()) {
            violations.report(I6, index + " is committed, and by no leader, in " + r);
        } else if (index > r.log.last()) {
            violations.report(I6, index + " is committed and not there, in " + r);
        } else if (r.log.knows(index) && committed.hash(index) != r.log.hash(index)) {
            violations.report(I6, index + " is committed as another entry than its leader's in " + r);
            violations.report(I5, index + " is committed, and is another entry, in " + r);
        }
    }

    /** A replica applies an entry. */
    public void applied(ReplicaView r, Entry entry) {
        if (entry.index() != r.applied + 1) {
            violations.report(I5, entry + " follows " + r.applied + " in " + r);
        }
        long hash = hasher.extend(r.appliedHash, entry);
        LogView committed = ledger.committed();
        if (entry.index() > committed.last() || committed.hash(entry.index()) != hash) {
            violations.report(I5, entry + " is applied and is not what was committed, by " + r);
        }
        r.applied = entry.index();
        r.appliedHash = hash;
    }

    /** A replica's state machine begins anew with a snapshot. */
    public void installed(ReplicaView r, long index, long stateHash) {
        if (index < r.applied) {
            violations.report(I5, "a snapshot at " + index + " takes back what is applied by " + r);
        }
        r.applied = index;
        r.appliedHash = stateHash;
    }
}
