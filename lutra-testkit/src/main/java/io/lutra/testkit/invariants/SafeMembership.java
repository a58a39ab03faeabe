package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I13;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.StateType;
import java.util.List;

/**
 * {@link Invariant#I13}: one membership change at a time, quorums that intersect, configurations that follow the log, and
 * nobody campaigns who has a committed change to apply, or would if it knew what its log shows. Thesis §4.
 */
public final class SafeMembership {
    private final Ledger ledger;
    private final Violations violations;

    /** Creates the checker. */
    public SafeMembership(Ledger ledger, Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /** Entries are in a log. {@code coreApplied} is what its core knows to be applied. */
    public void appended(ReplicaView r, List<Entry> entries, long coreApplied) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (!entry.type().isConfChange()) {
                continue;
            }
            long before = Math.max(r.log.lastChange(entry.index() - 1), r.lastAtElection);
            if (r.role == StateType.LEADER && coreApplied < before) {
                violations.report(I13, entry + " is taken with " + coreApplied + " applied of " + before + " by " + r);
            }
        }
    }

    /** A replica campaigns; {@code committedChange} tells whether a committed change waits to be applied. */
    public void campaigns(ReplicaView r, boolean committedChange) {
        if (committedChange) {
            violations.report(I13, "campaigns before it applies a membership change: " + r);
        }
    }

    /**
     * A step is over. A leader takes a change when it has applied the one before, so whoever has both has to know that the
     * first is committed: it would campaign under a configuration whose quorums need not meet those of the second.
     */
    public void stepped(ReplicaView r) {
        long last = r.lastChange();
        if (last > r.commit && r.log.lastChange(last - 1) > r.commit) {
            violations.report(
                    I13,
                    "two changes after the commit index, at " + r.log.lastChange(last - 1) + " and " + last
                            + ", in the log of " + r);
        }
    }

    /** A replica begins anew with a stored configuration, and its core says what came of it. */
    public void restored(ReplicaView r, ConfState stored, ConfState state) {
        if (!Membership.of(state).equals(Membership.of(stored))) {
            violations.report(I13, stored + " is restored as " + state + " in " + r);
        }
    }

    /** A replica applied a change, and its core says what came of it. */
    public Membership applied(ReplicaView r, Entry entry, ConfState state) {
        Membership now = Membership.of(state);
        Membership expected = r.membership.after(MembershipChange.of(entry).asV2());
        boolean bootstrap = entry.term() <= 1;
        if (!bootstrap && (expected == null || !expected.equals(now))) {
            violations.report(I13, entry + " leads to " + now + ", not " + expected + " in " + r);
        }
        if (!bootstrap && !r.membership.intersects(now)) {
            violations.report(I13, entry + " leads to " + now + ", whose quorums need not meet those of " + r);
        }
        // The first members have it all at once, and then apply it entry by entry like everybody else.
        boolean partOfBootstrap = bootstrap && !ledger.hasMembershipAt(entry.index());
        if (!partOfBootstrap && !ledger.membership(entry.index(), now).equals(now)) {
            violations.report(
                    I13, now + " at " + entry.index() + ", not " + ledger.membershipAt(entry.index()) + " in " + r);
        }
        return now;
    }
}
