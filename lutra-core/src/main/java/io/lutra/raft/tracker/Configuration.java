package io.lutra.raft.tracker;

import io.lutra.raft.ConfState;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.JointConfig;

/**
 * Who votes, who learns, and where a joint change stands. Immutable.
 *
 * <p>Invariants, kept by {@code confchange.Changer}:
 *
 * <ol>
 *   <li>Nobody is both a learner and a voter of either half.
 *   <li>{@code learnersNext} are outgoing voters; they become learners when the joint configuration is left.
 *   <li>Outside a joint change there are no outgoing voters, no {@code learnersNext}, and no {@code autoLeave}.
 * </ol>
 *
 * @param voters the voters of both halves
 * @param learners who gets the log without a vote
 * @param learnersNext outgoing voters that are to learn
 * @param autoLeave whether the leader leaves the joint configuration without being asked
 */
public record Configuration(JointConfig voters, IdSet learners, IdSet learnersNext, boolean autoLeave) {
    /** No members at all. */
    public static final Configuration EMPTY = new Configuration(JointConfig.EMPTY, IdSet.EMPTY, IdSet.EMPTY, false);

    /** Tells whether an id is a member: a voter of either half, or a learner. */
    public boolean contains(long id) {
        return voters.contains(id) || learners.contains(id);
    }

    /** Returns the form that is stored in snapshots. */
    public ConfState toConfState() {
        return ConfState.of(
                voters.incoming().toList(),
                learners.toList(),
                voters.outgoing().toList(),
                learnersNext.toList(),
                autoLeave);
    }

    /** Prints the configuration as etcd does. */
    @Override
    public String toString() {
        return "voters=" + voters
                + (learners.isEmpty() ? "" : " learners=" + learners)
                + (learnersNext.isEmpty() ? "" : " learners_next=" + learnersNext)
                + (autoLeave ? " autoleave" : "");
    }
}
