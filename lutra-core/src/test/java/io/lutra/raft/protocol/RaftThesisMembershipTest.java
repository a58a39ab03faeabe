package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeRefusal;
import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.StateType;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The thesis' rules about membership, chapter 4; all others are in {@link RaftThesisTest}. */
class RaftThesisMembershipTest {
    private static final byte[] NOTHING = {};

    @Nested
    @DisplayName("§4.1, one change at a time")
    class SingleChanges {
        @Test
        @DisplayName("servers are added and removed while the group works")
        void serversComeAndGo() {
            Cluster cluster = Cluster.ofVoters(2);
            cluster.elect(1);
            cluster.put(node(3).start());
            change(cluster, 1, ConfChange.of(ConfChangeType.ADD_NODE, 3));
            cluster.propose(1, "x");
            assertThat(cluster.node(3).appliedCommands()).containsExactly("x");

            change(cluster, 1, ConfChange.of(ConfChangeType.REMOVE_NODE, 2));
            cluster.isolate(2);
            cluster.propose(1, "y");
            assertThat(cluster.node(3).appliedCommands()).containsExactly("x", "y");
        }

        @Test
        @DisplayName("a change is in force once it is applied; the thesis has it in force once it is in the log")
        void aChangeIsInForceOnceItIsApplied() {
            TestNode leader = node(1).voters(1L, 2L, 3L).lead();
            leader.raw.proposeConfChange(ConfChange.of(ConfChangeType.ADD_NODE, 4));
            assertThat(leader.take(MessageType.APP)).extracting(Message::to).containsExactly(2L, 3L);
            assertThat(leader.raw.status().confState().voters()).containsExactly(1L, 2L, 3L);

            leader.deliver(leader.ackFrom(2, leader.lastIndex()));
            assertThat(leader.raw.status().confState().voters()).containsExactly(1L, 2L, 3L, 4L);
            assertThat(leader.take(MessageType.APP)).extracting(Message::to).contains(4L);
        }

        @Test
        @DisplayName(
                "a leader commits an entry of its own term before it appends a change (Ongaro, raft-dev, July 2015)")
        void aNewLeaderCommitsBeforeItChangesTheMembership() {
            TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1).start();
            leader.elect();
            ConfChange change = ConfChange.of(ConfChangeType.ADD_NODE, 4);
            assertThat(leader.raw.proposeConfChange(change).refused()).isEqualTo(ConfChangeRefusal.PENDING);
            leader.settle();
            leader.deliver(leader.ackFrom(2, 2));
            assertThat(leader.raw.proposeConfChange(change).refused()).isEqualTo(ConfChangeRefusal.PENDING);
            leader.settle();
            leader.deliver(leader.ackFrom(2, 3));
            assertThat(leader.raw.proposeConfChange(change).refused()).isNull();
        }

        @Test
        @DisplayName("requests of servers that are not in a server's configuration are taken: it may be behind")
        void strangersAreHeardAndVotedFor() {
            TestNode follower = node(1).voters(1L, 2L, 3L).start();
            follower.deliver(Message.append(9, 1, 1, 0, 0, entriesFrom(1, 1), 1));
            assertThat(follower.takeOne(MessageType.APP_RESP).to()).isEqualTo(9);
            assertThat(follower.appliedCommands()).containsExactly("e1");
            follower.deliver(Message.vote(8, 1, 2, 1, 1, NOTHING));
            assertThat(follower.takeOne(MessageType.VOTE_RESP).reject()).isFalse();
        }

        @Test
        @DisplayName("a change has to be committed before the next is appended")
        void oneAtATime() {
            TestNode leader = node(1).voters(1L, 2L, 3L).lead();
            leader.raw.proposeConfChange(ConfChange.of(ConfChangeType.ADD_NODE, 4));
            assertThat(leader.raw
                            .proposeConfChange(ConfChange.of(ConfChangeType.ADD_NODE, 5))
                            .refused())
                    .isEqualTo(ConfChangeRefusal.PENDING);
        }

        @Test
        @DisplayName(
                "a server that has committed a change and not applied it does not campaign: it does not know its quorum")
        void nobodyCampaignsWithAnUnappliedChange() {
            TestStorage storage = node(1).voters(1L, 2L, 3L).log(1).storage();
            ConfChange change = ConfChange.of(ConfChangeType.ADD_NODE, 4);
            storage.append(List.of(Entry.of(1, 2, EntryType.CONF_CHANGE, change.encode())));
            storage.setHardState(new HardState(1, 0, 2));
            TestNode restarted = node(1).start(storage);
            assertThat(restarted.raw.campaign()).isFalse();
            restarted.settle();
            assertThat(restarted.raw.campaign()).isTrue();
            restarted.settle();
            assertThat(restarted.take(MessageType.VOTE)).hasSize(3);
        }
    }

    @Nested
    @DisplayName("§4.2, availability")
    class Availability {
        @Test
        @DisplayName("§4.2.1: a learner gets the log and does not vote, campaign or count")
        void aLearnerDoesNotCount() {
            TestNode leader = node(1).voters(1L, 2L, 3L).learners(4L).lead();
            leader.deliver(leader.ackFrom(4, leader.lastIndex()));
            leader.take();
            leader.raw.propose(bytes("x"));
            assertThat(leader.take(MessageType.APP)).extracting(Message::to).containsExactly(2L, 3L, 4L);
            leader.deliver(leader.ackFrom(4, leader.lastIndex()));
            assertThat(leader.appliedCommands()).isEmpty();

            TestNode learner = node(4).voters(1L, 2L, 3L).learners(4L).start();
            learner.ticks(10 * TestNode.TIMEOUT);
            assertThat(learner.role()).isEqualTo(StateType.FOLLOWER);
        }

        @Test
        @DisplayName("§4.2.1: a learner that is asked for its vote gives it: it may have been promoted and not know it")
        void aLearnerThatIsAskedVotes() {
            TestNode learner = node(4).voters(1L, 2L, 3L).learners(4L).start();
            learner.deliver(Message.vote(1, 4, 1, 0, 0, NOTHING));
            assertThat(learner.takeOne(MessageType.VOTE_RESP).reject()).isFalse();
        }

        @Test
        @DisplayName(
                "§4.2.2: a leader that is removed manages the cluster until its removal is applied, without counting itself")
        void aRemovedLeaderStepsDownAfterwards() {
            Cluster cluster = Cluster.ofVoters(3, o -> o.stepDownOnRemoval(true));
            cluster.elect(1);
            change(cluster, 1, ConfChange.of(ConfChangeType.REMOVE_NODE, 1));
            assertThat(cluster.node(1).role()).isEqualTo(StateType.FOLLOWER);

            TestNode leader = node(1).voters(1L, 2L, 3L)
                    .with(o -> o.stepDownOnRemoval(false))
                    .lead();
            leader.raw.applyConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 1));
            assertThat(leader.role()).isEqualTo(StateType.LEADER);
            assertThat(leader.raw.status().confState().voters()).containsExactly(2L, 3L);
        }

        @Test
        @DisplayName("§4.2.3: while a leader is heard of, a vote request neither gets a vote nor raises the term")
        void aServerThatWasCutOffDisturbsNobody() {
            TestNode follower =
                    node(1).voters(1L, 2L, 3L).with(o -> o.checkQuorum(true)).start();
            follower.deliver(Message.heartbeat(2, 1, 1, 0, NOTHING));
            follower.take();
            follower.deliver(Message.vote(3, 1, 9, 99, 99, NOTHING));
            assertThat(follower.term()).isEqualTo(1);
            assertThat(follower.take()).isEmpty();

            follower.ticks(TestNode.TIMEOUT);
            follower.deliver(Message.vote(3, 1, 9, 99, 99, NOTHING));
            assertThat(follower.term()).isEqualTo(9);
            assertThat(follower.takeOne(MessageType.VOTE_RESP).reject()).isFalse();
        }
    }

    @Nested
    @DisplayName("§4.3, arbitrary changes by joint consensus")
    class JointConsensus {
        @Test
        @DisplayName("while the configuration is joint, entries need majorities of both halves")
        void bothHalvesCommit() {
            TestNode leader = joint();
            leader.raw.propose(bytes("x"));
            leader.settle();
            leader.deliver(leader.ackFrom(4, leader.lastIndex()));
            leader.deliver(leader.ackFrom(5, leader.lastIndex()));
            assertThat(leader.appliedCommands()).isEmpty();
            leader.deliver(leader.ackFrom(2, leader.lastIndex()));
            assertThat(leader.appliedCommands()).containsExactly("x");
        }

        @Test
        @DisplayName("while the configuration is joint, elections need majorities of both halves")
        void bothHalvesElect() {
            TestNode candidate = node(1).voters(1L, 2L, 3L).start();
            candidate.raw.applyConfChange(replaceTwoAndThree(ConfChangeTransition.JOINT_EXPLICIT));
            candidate.raw.campaign();
            candidate.settle();
            assertThat(candidate.take(MessageType.VOTE)).extracting(Message::to).containsExactly(2L, 3L, 4L, 5L);
            candidate.deliver(Message.voteResponse(4, 1, 1, false));
            candidate.deliver(Message.voteResponse(5, 1, 1, false));
            assertThat(candidate.role()).isEqualTo(StateType.CANDIDATE);
            candidate.deliver(Message.voteResponse(3, 1, 1, false));
            assertThat(candidate.role()).isEqualTo(StateType.LEADER);
        }

        @Test
        @DisplayName("once the joint configuration is applied, the leader appends the new one, and leaves the old")
        void theLeaderLeavesTheJointConfiguration() {
            Cluster cluster = Cluster.ofVoters(3);
            cluster.elect(1);
            cluster.put(node(4).start());
            cluster.put(node(5).start());
            change(cluster, 1, replaceTwoAndThree(ConfChangeTransition.AUTO));
            assertThat(cluster.node(1).raw.status().confState().voters()).containsExactly(1L, 4L, 5L);
            assertThat(cluster.node(1).raw.status().confState().votersOutgoing())
                    .isEmpty();

            cluster.isolate(2);
            cluster.isolate(3);
            cluster.propose(1, "x");
            assertThat(cluster.node(5).appliedCommands()).containsExactly("x");
        }

        @Test
        @DisplayName("a server of either configuration may lead")
        void aServerOfEitherHalfMayLead() {
            for (long id : new long[] {2, 4}) {
                long other = 6 - id;
                TestNode candidate = node(id).voters(1L, 2L, 3L).start();
                candidate.raw.applyConfChange(replaceTwoAndThree(ConfChangeTransition.JOINT_EXPLICIT));
                candidate.raw.campaign();
                candidate.settle();
                candidate.deliver(Message.voteResponse(other, id, 1, false));
                assertThat(candidate.role()).isEqualTo(StateType.CANDIDATE);
                candidate.deliver(Message.voteResponse(1, id, 1, false));
                assertThat(candidate.role()).isEqualTo(StateType.LEADER);
            }
        }

        @Test
        @DisplayName("a leader that is not in the new configuration leads until the old one is left")
        void aLeaderThatIsReplacedStepsDownWhenItIsDone() {
            Cluster cluster = Cluster.ofVoters(3, o -> o.stepDownOnRemoval(true));
            cluster.elect(1);
            cluster.put(node(4).start());
            change(
                    cluster,
                    1,
                    ConfChangeV2.of(
                            ConfChangeTransition.AUTO,
                            ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, 1),
                            ConfChangeSingle.of(ConfChangeType.ADD_NODE, 4)));
            assertThat(cluster.node(1).role()).isEqualTo(StateType.FOLLOWER);
            cluster.elect(2);
            assertThat(cluster.node(3).raw.status().confState())
                    .isEqualTo(ConfState.of(List.of(2L, 3L, 4L), List.of()));
        }

        private static TestNode joint() {
            TestNode leader = node(1).voters(1L, 2L, 3L).lead();
            leader.raw.applyConfChange(replaceTwoAndThree(ConfChangeTransition.JOINT_EXPLICIT));
            leader.take();
            return leader;
        }

        private static ConfChangeV2 replaceTwoAndThree(ConfChangeTransition transition) {
            return ConfChangeV2.of(
                    transition,
                    ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, 2),
                    ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, 3),
                    ConfChangeSingle.of(ConfChangeType.ADD_NODE, 4),
                    ConfChangeSingle.of(ConfChangeType.ADD_NODE, 5));
        }
    }

    private static void change(Cluster cluster, long leader, MembershipChange change) {
        assertThat(cluster.node(leader).raw.proposeConfChange(change).refused()).isNull();
        cluster.run();
    }
}
