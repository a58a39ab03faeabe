package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I8;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.StateType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@link Invariant#I8}: no mark of a replica goes back. Across a restart that holds for the durable ones. */
public final class MonotonicMarks {
    private final Violations violations;
    private @Nullable BasicStatus last;
    private final long[] match = new long[64];
    private long matchTerm;

    /** Creates the checker of one replica. */
    public MonotonicMarks(Violations violations) {
        this.violations = violations;
    }

    /** A step is over. */
    public void stepped(ReplicaView r, BasicStatus now) {
        BasicStatus before = last;
        if (before != null) {
            boolean voteKept = now.term() != before.term() || before.vote() == 0 || now.vote() == before.vote();
            if (now.term() < before.term()
                    || !voteKept
                    || now.commit() < before.commit()
                    || now.applied() < before.applied()
                    || now.firstIndex() < before.firstIndex()) {
                violations.report(I8, now + " after " + before);
            }
        }
        boolean durableKept = now.term() > r.durableTerm
                || (now.term() == r.durableTerm && (r.durableVote == 0 || now.vote() == r.durableVote));
        if (!durableKept) {
            violations.report(I8, now + " after what is durable of " + r);
        }
        last = now;
    }

    /** A leader believes that a peer has everything up to an index. */
    public void matched(ReplicaView leader, long peer, long index) {
        if (leader.role != StateType.LEADER) {
            return;
        }
        if (matchTerm != leader.term) {
            matchTerm = leader.term;
            Arrays.fill(match, 0);
        }
        if (index < match[(int) peer]) {
            violations.report(
                    I8, "match of " + peer + " went from " + match[(int) peer] + " to " + index + " at " + leader);
        }
        match[(int) peer] = index;
    }

    /** The replica starts with what its storage gives. */
    public void restarted(ReplicaView r, long term, long vote) {
        if (term < r.durableTerm || (term == r.durableTerm && r.durableVote != 0 && vote != r.durableVote)) {
            violations.report(I8, "comes back with term " + term + " and vote " + vote + ", not as " + r);
        }
        last = null;
        matchTerm = 0;
    }
}
