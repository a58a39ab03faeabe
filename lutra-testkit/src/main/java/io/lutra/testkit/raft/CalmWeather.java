package io.lutra.testkit.raft;

import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.StateType;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.Membership;
import io.lutra.testkit.invariants.ReplicaView;
import io.lutra.testkit.invariants.Violations;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * What a group does when nothing is wrong, and each message arrives: whoever is asked to write, read, or move leadership,
 * has it done by messages alone. What waits for a heartbeat or a timeout to make up for a message that was not sent, does not
 * keep up. Invariant I29.
 */
final class CalmWeather {
    /** From a proposal to its application everywhere take five messages and three writes, less than one tick. */
    private static final long PROMPT_NANOS = ClusterOptions.TICK_NANOS * 9 / 10;

    private static final long STEP_NANOS = ClusterOptions.TICK_NANOS / 20;

    private final RaftCluster cluster;
    private final SeededRandom random;
    /** Runs up to a time. */
    private final LongConsumer runUntil;

    CalmWeather(RaftCluster cluster, SeededRandom random, LongConsumer runUntil) {
        this.cluster = cluster;
        this.random = random;
        this.runUntil = runUntil;
    }

    /** Asks each of the members for everything, while one leader stays; then moves leadership. */
    void check(List<RaftProcess> members) {
        RaftProcess leader = cluster.leader();
        if (leader == null) {
            return;
        }
        long term = leader.view.term;
        for (RaftProcess member : members) {
            write(member, leader, members, term);
            read(member, leader, term);
        }
        change(leader, members, term);
        transfer(members.get(random.nextInt(members.size())), leader, members, term);
    }

    private void write(RaftProcess asked, RaftProcess leader, List<RaftProcess> members, long term) {
        if (asked != leader && !cluster.options.forwarding) {
            return;
        }
        long index = leader.view.log.last() + 1;
        ProposalResult result = asked.propose(new byte[0]);
        boolean taken = result != null && !result.isDropped();
        if (!taken || !await(PROMPT_NANOS, () -> members.stream().allMatch(member -> member.applied() >= index))) {
            report(leader, term, "a write at replica " + asked.id + " is not applied at once", members);
        }
    }

    private void read(RaftProcess asked, RaftProcess leader, long term) {
        long answers = cluster.inquirer.answers();
        cluster.inquirer.ask(asked);
        if (!await(PROMPT_NANOS, () -> cluster.inquirer.answers() > answers)) {
            report(leader, term, "a read at replica " + asked.id + " is not answered at once", List.of(asked));
        }
    }

    /** A joint configuration that changes nothing is entered and left, and the leader stays. */
    private void change(RaftProcess leader, List<RaftProcess> members, long term) {
        long entered = leader.view.log.last() + 1;
        leader.proposeChange(ConfChangeV2.of(
                ConfChangeTransition.JOINT_IMPLICIT, ConfChangeSingle.of(ConfChangeType.UPDATE_NODE, leader.id)));
        boolean left = await(
                2 * PROMPT_NANOS,
                () -> members.stream().allMatch(member -> member.applied() > entered && !isJoint(member)));
        if (!left || cluster.leader() != leader) {
            report(leader, term, "a joint configuration is not entered and left at once", members);
        }
        if (leader.view.role != StateType.LEADER && leader.view.term == term) {
            violations().report(Invariant.I33, "a change in calm weather ends the term of " + leader.view);
        }
    }

    private static boolean isJoint(RaftProcess process) {
        return process.view.membership.isJoint();
    }

    /** Leadership goes where it is told to; the new leader commits, and reads, at once. */
    private void transfer(RaftProcess asked, RaftProcess leader, List<RaftProcess> members, long term) {
        long others = leader.view.membership.voters() & bits(members) & ~Membership.bit(leader.id);
        if (others == 0) {
            return;
        }
        RaftProcess to = Objects.requireNonNull(cluster.process(Long.numberOfTrailingZeros(others)));
        asked.act(() -> asked.node().transferLeader(to.id));
        boolean moved = await(ClusterOptions.ELECTION_NANOS, () -> cluster.leader() == to && to.view.term > term);
        if (!moved) {
            report(
                    leader,
                    term,
                    "leadership does not go to " + to.id + ", as replica " + asked.id + " was asked",
                    members);
            return;
        }
        long newTerm = to.view.term;
        read(to, to, newTerm);
        long first = to.view.lastAtElection + 1;
        if (!await(PROMPT_NANOS, () -> members.stream().allMatch(member -> member.applied() >= first))) {
            report(to, newTerm, "a new leader's first entry is not applied at once", members);
        }
    }

    private static long bits(List<RaftProcess> members) {
        long bits = 0;
        for (RaftProcess member : members) {
            bits |= Membership.bit(member.id);
        }
        return bits;
    }

    private boolean await(long nanos, BooleanSupplier condition) {
        long end = cluster.scheduler.nowNanos() + nanos;
        while (!condition.getAsBoolean()) {
            if (cluster.scheduler.nowNanos() >= end) {
                return false;
            }
            runUntil.accept(cluster.scheduler.nowNanos() + STEP_NANOS);
        }
        return true;
    }

    /** An election ends what is under way: without pre-vote and check-quorum there may be one at any time. */
    private void report(RaftProcess leader, long term, String what, List<RaftProcess> where) {
        if (cluster.leader() == leader && cluster.term() == term) {
            List<ReplicaView> views =
                    where.stream().map(process -> process.view).toList();
            violations().report(Invariant.I29, "in calm weather " + what + ": leader " + leader.view + ", " + views);
        }
    }

    private Violations violations() {
        return cluster.checks.violations;
    }
}
