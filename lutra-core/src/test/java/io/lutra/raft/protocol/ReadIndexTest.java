package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.DropReason;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.ReadState;
import io.lutra.raft.StateType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reads are answered once it is safe, dropped with a reason, and never forgotten. Thesis §6.4. */
class ReadIndexTest {
    @Test
    void aReadWaitsUntilAQuorumSaysThatTheLeaderStillLeads() {
        TestNode leader = node(1).voters(1L, 2L, 3L, 4L, 5L).lead();
        assertThat(leader.raw.readIndex(bytes("r"))).isNull();
        List<Message> heartbeats = leader.take(MessageType.HEARTBEAT);

        answer(leader, heartbeats, 2);
        assertThat(leader.reads).isEmpty();
        answer(leader, heartbeats, 3);
        assertThat(answers(leader)).containsExactly("r at 1");
    }

    @Test
    void aReadWaitsForTheFirstCommitOfTheTerm() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1).commit(1).start();
        leader.elect();
        leader.raw.readIndex(bytes("r"));
        assertThat(leader.take(MessageType.HEARTBEAT)).isEmpty();

        leader.deliver(leader.ackFrom(2, 3));
        answer(leader, leader.take(MessageType.HEARTBEAT), 2);

        // Entry 2 was committed by the predecessor, unknown to this leader until now.
        assertThat(answers(leader)).containsExactly("r at 3");
    }

    /** etcd's raft answers at once, with an index that may be too low. */
    @Test
    void aReadOfASingleVoterWaitsForItsFirstCommitToo() {
        TestNode leader = node(1).voters(1L).log(1, 1).commit(1).start();
        leader.raw.campaign();
        // Its vote is stored, and counts.
        leader.storage.setHardState(leader.raw.ready().hardState());
        leader.raw.advance();
        assertThat(leader.role()).isEqualTo(StateType.LEADER);
        assertThat(leader.commit()).isEqualTo(1);

        assertThat(leader.raw.readIndex(bytes("r"))).isNull();
        leader.settle();

        assertThat(answers(leader)).containsExactly("r at 3");
    }

    @Test
    void aReadOfASingleVoterIsAnsweredWithoutAnybodyElse() {
        TestNode leader = node(1).voters(1L).learners(2L).lead();
        leader.raw.readIndex(bytes("r"));
        leader.settle();
        assertThat(answers(leader)).containsExactly("r at 1");
        assertThat(leader.take(MessageType.HEARTBEAT)).isEmpty();
    }

    /** etcd's raft counts the voters, not who they are. */
    @Test
    void aLeaderThatIsNotTheSingleVoterAsksTheOneThatIs() {
        TestNode leader =
                node(1).voters(1L, 2L).with(o -> o.stepDownOnRemoval(false)).lead();
        leader.raw.applyConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 1));
        leader.raw.readIndex(bytes("r"));
        List<Message> heartbeats = leader.take(MessageType.HEARTBEAT);
        assertThat(leader.reads).isEmpty();

        answer(leader, heartbeats, 2);
        assertThat(answers(leader)).containsExactly("r at 1");
    }

    @Test
    void aReadIsConfirmedByBothHalvesOfAJointConfiguration() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        leader.raw.applyConfChange(ConfChangeV2.of(
                ConfChangeTransition.JOINT_EXPLICIT,
                ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, 2),
                ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, 3),
                ConfChangeSingle.of(ConfChangeType.ADD_NODE, 4)));
        leader.raw.readIndex(bytes("r"));
        List<Message> heartbeats = leader.take(MessageType.HEARTBEAT);

        answer(leader, heartbeats, 4);
        assertThat(leader.reads).isEmpty();
        answer(leader, heartbeats, 2);
        assertThat(answers(leader)).containsExactly("r at 1");
    }

    /** Else nobody would be left whose answer could confirm it. */
    @Test
    void aReadThatWaitsIsConfirmedWhenTheOthersAreRemoved() {
        TestNode leader = node(1).voters(1L, 2L).lead();
        leader.raw.readIndex(bytes("r"));
        leader.settle();
        leader.raw.applyConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 2));
        leader.settle();
        assertThat(answers(leader)).containsExactly("r at 1");
    }

    @Test
    void anAnswerConfirmsAllReadsBeforeIt() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        leader.raw.readIndex(bytes("r1"));
        List<Message> first = leader.take(MessageType.HEARTBEAT);
        leader.raw.readIndex(bytes("r2"));
        List<Message> second = leader.take(MessageType.HEARTBEAT);
        leader.raw.readIndex(bytes("r3"));
        leader.settle();

        answer(leader, second, 2);
        answer(leader, first, 3);

        assertThat(answers(leader)).containsExactly("r1 at 1", "r2 at 1");
    }

    @Test
    void anAnswerOfALearnerConfirmsNothing() {
        TestNode leader = node(1).voters(1L, 2L).learners(3L).lead();
        leader.raw.readIndex(bytes("r"));
        answer(leader, leader.take(MessageType.HEARTBEAT), 3);
        assertThat(leader.reads).isEmpty();
    }

    @Test
    void onlySoManyReadsWait() {
        for (boolean committed : new boolean[] {true, false}) {
            TestNode.Builder small = node(1).voters(1L, 2L, 3L).with(o -> o.maxPendingReads(3));
            TestNode leader = committed ? small.lead() : small.start();
            if (!committed) {
                leader.elect();
                leader.trace.ignored.clear();
            }
            for (int i = 1; i <= 3; i++) {
                assertThat(leader.raw.readIndex(bytes("r" + i))).isNull();
            }
            assertThat(leader.raw.readIndex(bytes("r4"))).isEqualTo(DropReason.TOO_MANY_READS);
            assertThat(leader.trace.droppedReads).containsExactly("r4: TOO_MANY_READS");
        }
    }

    @Test
    void aLeaderThatStepsDownSaysWhichReadsItDrops() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        leader.raw.readIndex(bytes("r1"));
        leader.deliver(Message.heartbeat(3, 1, leader.term() + 1, 0, new byte[0]));
        assertThat(leader.trace.droppedReads).containsExactly("r1: LEADERSHIP_LOST");

        TestNode early = node(1).voters(1L, 2L, 3L).start();
        early.elect();
        early.raw.readIndex(bytes("r2"));
        early.deliver(Message.heartbeat(3, 1, early.term() + 1, 0, new byte[0]));
        assertThat(early.trace.droppedReads).containsExactly("r2: LEADERSHIP_LOST");
    }

    @Test
    void aCandidateDropsReads() {
        TestNode candidate = node(1).voters(1L, 2L, 3L).start();
        candidate.raw.campaign();
        assertThat(candidate.raw.readIndex(bytes("r"))).isEqualTo(DropReason.NO_LEADER);
    }

    @Test
    void aReadOfAFollowerIsAnsweredThere() {
        Cluster cluster = Cluster.ofVoters(3);
        cluster.elect(1);
        cluster.propose(1, "a");
        assertThat(cluster.node(3).raw.readIndex(bytes("r"))).isNull();
        cluster.run();
        assertThat(answers(cluster.node(3))).containsExactly("r at 2");
        assertThat(cluster.node(1).reads).isEmpty();
    }

    @Test
    void aLeaseAnswersAtOnceAndKeepsFollowersFromForgettingTheirLeader() {
        Cluster cluster = Cluster.ofVoters(
                3, o -> o.readOnlyOption(ReadOnlyOption.UNSAFE_LEASE_BASED).checkQuorum(true));
        TestNode leader = cluster.elect(1);
        leader.raw.readIndex(bytes("r"));
        leader.settle();
        assertThat(answers(leader)).containsExactly("r at 1");

        cluster.node(2).raw.forgetLeader();
        assertThat(cluster.node(2).lead()).isEqualTo(1);
    }

    private static void answer(TestNode leader, List<Message> heartbeats, long from) {
        heartbeats.stream()
                .filter(m -> m.to() == from)
                .forEach(m -> leader.deliver(Message.heartbeatResponse(from, leader.term(), m)));
    }

    private static List<String> answers(TestNode node) {
        return node.reads.stream().map(ReadIndexTest::describe).toList();
    }

    private static String describe(ReadState read) {
        return new String(read.requestContext(), StandardCharsets.UTF_8) + " at " + read.index();
    }
}
