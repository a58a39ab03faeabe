package io.lutra.testkit.raft;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.MembershipChange;
import io.lutra.testkit.Event;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.invariants.Membership;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whoever operates the cluster: changes the membership in every way there is, moves leadership about, tells replicas to
 * campaign or to forget their leader. It never removes so many that those whose data is lost have the quorum.
 */
final class Operator extends Event {
    private static final int MOST_MEMBERS = 7;

    private final RaftCluster cluster;
    private final SeededRandom random;
    /** Whether the faults are over: it only brings to an end what is under way. */
    private boolean mending;

    private boolean stopped;

    Operator(RaftCluster cluster) {
        this.cluster = cluster;
        this.random = cluster.scheduler.random("operator");
    }

    void start() {
        waitForNext();
    }

    /** From now on it only ends what is under way, and begins at once. */
    void mend() {
        mending = true;
        cluster.scheduler.cancel(this);
        cluster.scheduler.after(1, this);
    }

    void stop() {
        stopped = true;
        cluster.scheduler.cancel(this);
    }

    private void waitForNext() {
        long mean = mending ? ClusterOptions.ELECTION_NANOS : cluster.options.operatorNanos;
        cluster.scheduler.after(1 + random.nextLong(2 * mean), this);
    }

    @Override
    protected void run() {
        RaftProcess leader = cluster.leader();
        if (mending) {
            leaveJoint(leader);
            replaceRemoved(leader);
        } else if (random.chance(cluster.options.membershipShare)) {
            RaftProcess asked = random.chance(0.9) ? leader : cluster.anyProcess(random);
            if (asked == leader && leader != null) {
                change(leader);
            } else if (asked != null && cluster.hasUnusedIds()) {
                // It may not know who was removed: ids that were in use must not come back by it.
                cluster.operation(Operation.SIMPLE_CHANGE, asked);
                asked.proposeChange(ConfChange.of(ConfChangeType.ADD_LEARNER_NODE, cluster.unusedId()));
            }
        } else {
            disturb(leader);
        }
        if (!stopped) {
            waitForNext();
        }
    }

    private void leaveJoint(@Nullable RaftProcess leader) {
        // What was agreed, not what the leader made of it: it must not be helped where it forgot to leave by itself.
        if (leader != null
                && leader.view.membership.isJoint()
                && !cluster.checks.ledger.membershipAt(leader.applied()).autoLeave()) {
            cluster.events++;
            leader.proposeChange(ConfChangeV2.LEAVE_JOINT);
        }
    }

    /** A leader that was removed may lead on; nobody may propose then, or read at a follower. */
    private void replaceRemoved(@Nullable RaftProcess leader) {
        if (leader != null && !leader.view.membership.isVoter(leader.id)) {
            cluster.events++;
            long to = anyOf(leader.view.membership.voters());
            leader.act(() -> leader.node().transferLeader(to));
        }
    }

    private void disturb(@Nullable RaftProcess leader) {
        RaftProcess process = cluster.anyProcess(random);
        if (process == null) {
            return;
        }
        cluster.events++;
        switch (random.nextInt(6)) {
            case 0, 1, 2 -> {
                RaftProcess asked = leader == null || random.chance(0.2) ? process : leader;
                long to = anyOf(asked.view.membership.members());
                cluster.operation(Operation.TRANSFER, asked);
                asked.act(() -> asked.node().transferLeader(to));
            }
            case 3 -> {
                cluster.operation(Operation.CAMPAIGN, process);
                process.act(() -> process.node().campaign());
            }
            case 4 -> {
                cluster.operation(Operation.CAMPAIGN, process);
                process.act(() -> process.node().forgetLeader());
            }
            default -> {
                long peer = anyOf(process.view.membership.members());
                process.act(() -> process.node().reportUnreachable(peer));
            }
        }
    }

    private long anyOf(long bits) {
        if (bits == 0) {
            return 1;
        }
        long rest = bits;
        for (int skip = random.nextInt(Long.bitCount(bits)); skip > 0; skip--) {
            rest &= rest - 1;
        }
        return Long.numberOfTrailingZeros(rest);
    }

    private void change(RaftProcess asked) {
        Membership now = asked.view.membership;
        if (now.voters() == 0) {
            return;
        }
        cluster.events++;
        if (now.isJoint()) {
            // One that is left by itself may be left by hand as well; other changes are refused.
            MembershipChange leave = random.chance(0.8) ? ConfChangeV2.LEAVE_JOINT : simple(now, false);
            cluster.operation(Operation.JOINT_CHANGE, asked);
            asked.proposeChange(leave);
            return;
        }
        boolean joint = random.chance(0.5);
        MembershipChange change = joint ? joint(now) : simple(now, random.chance(0.5));
        Membership next = now.after(change.asV2());
        // An impossible change is refused by the core; a possible one must leave a quorum of those that have their
        // data.
        if (next == null || (next.isQuorum(~cluster.lost()) && !endsAlone(now, next, asked.id))) {
            cluster.operation(joint ? Operation.JOINT_CHANGE : Operation.SIMPLE_CHANGE, asked);
            asked.proposeChange(change);
        }
    }

    /**
     * Tells whether a leader of one or two voters would take itself out. The other voter may not learn that this is
     * committed, and need its vote; it may have entries that the other lacks, refuse, and not campaign itself: leadership
     * has to be moved first.
     */
    private static boolean endsAlone(Membership now, Membership next, long leader) {
        return Long.bitCount(now.voters()) <= 2 && (next.voters() >>> leader & 1) == 0;
    }

    private MembershipChange simple(Membership now, boolean v1) {
        ConfChangeSingle single = single(now);
        if (v1) {
            return ConfChange.of(single.type(), single.nodeId());
        }
        return ConfChangeV2.of(ConfChangeTransition.AUTO, single);
    }

    private MembershipChange joint(Membership now) {
        List<ConfChangeSingle> changes = new ArrayList<>();
        Membership reached = now;
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            ConfChangeSingle single = single(reached);
            changes.add(single);
            Membership next = now.after(ConfChangeV2.of(ConfChangeTransition.JOINT_EXPLICIT, changes, new byte[0]));
            if (next == null) {
                break;
            }
            reached = next;
        }
        ConfChangeTransition[] transitions = {
            ConfChangeTransition.AUTO, ConfChangeTransition.JOINT_IMPLICIT, ConfChangeTransition.JOINT_EXPLICIT
        };
        return ConfChangeV2.of(transitions[random.nextInt(transitions.length)], changes, new byte[0]);
    }

    private ConfChangeSingle single(Membership now) {
        long lostVoters = now.members() & cluster.lost();
        if (lostVoters != 0 && random.chance(0.6)) {
            return ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, anyOf(lostVoters));
        }
        boolean room = Long.bitCount(now.members()) < MOST_MEMBERS && cluster.hasUnusedIds();
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                return room
                        ? ConfChangeSingle.of(ConfChangeType.ADD_LEARNER_NODE, cluster.unusedId())
                        : ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, anyOf(now.members()));
            }
            case 2, 3 -> {
                return ConfChangeSingle.of(
                        ConfChangeType.ADD_NODE,
                        now.learners() != 0 ? anyOf(now.learners()) : room ? cluster.unusedId() : anyOf(now.voters()));
            }
            case 4 -> {
                return ConfChangeSingle.of(ConfChangeType.ADD_LEARNER_NODE, anyOf(now.voters()));
            }
            case 5 -> {
                return ConfChangeSingle.of(ConfChangeType.UPDATE_NODE, anyOf(now.voters()));
            }
            default -> {
                return ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, anyOf(now.members()));
            }
        }
    }
}
