package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Ready;
import io.lutra.raft.StateType;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The rules of "Consensus: Bridging Theory and Practice" (Ongaro, 2014) that go beyond the paper, one test each, in the
 * thesis' order. Its chapter 4 is {@link RaftThesisMembershipTest}.
 */
class RaftThesisTest {
    private static final byte[] NOTHING = {};

    @Nested
    @DisplayName("§3.8, persisted state")
    class PersistedState {
        @Test
        @DisplayName(
                "with asynchronous storage writes, what promises something waits for the storage: acknowledgements and votes")
        void promisesWaitForTheStorage() {
            RawNode follower = async(node(1).voters(1L, 2L, 3L));
            follower.step(Message.append(2, 1, 1, 0, 0, entriesFrom(1, 1), 0));
            Message append = storageAppend(follower.ready());
            assertThat(append.entries()).hasSize(1);
            assertThat(append.responses())
                    .extracting(Message::type)
                    .containsExactly(MessageType.APP_RESP, MessageType.STORAGE_APPEND_RESP);

            RawNode voter = async(node(1).voters(1L, 2L, 3L));
            voter.step(Message.vote(2, 1, 1, 0, 0, NOTHING));
            assertThat(storageAppend(voter.ready()).responses())
                    .extracting(Message::type)
                    .containsExactly(MessageType.VOTE_RESP);
        }

        @Test
        @DisplayName("a candidate's requests wait for its own vote: else it could campaign twice in one term")
        void voteRequestsWaitForTheVote() {
            RawNode candidate = async(node(1).voters(1L, 2L, 3L));
            candidate.campaign();
            Ready ready = candidate.ready();
            assertThat(ready.messages()).extracting(Message::type).containsExactly(MessageType.STORAGE_APPEND);
            assertThat(storageAppend(ready).responses())
                    .extracting(Message::type)
                    .contains(MessageType.VOTE, MessageType.VOTE_RESP);
        }

        @Test
        @DisplayName("§10.2.1: a leader's own disk works in parallel with its followers', and counts once it is done")
        void aLeaderWritesInParallel() {
            RawNode leader = async(node(1).voters(1L, 2L, 3L));
            leader.campaign();
            storageAppend(leader.ready()).responses().stream()
                    .filter(m -> m.to() == 1)
                    .forEach(leader::step);
            leader.step(Message.voteResponse(2, 1, 1, false));
            Ready ready = leader.ready();
            assertThat(ready.messages()).extracting(Message::type).contains(MessageType.APP);

            // Two followers have it: committed, although the leader itself does not have it yet.
            leader.step(Message.appendResponse(2, 1, 1, 1));
            assertThat(leader.basicStatus().commit()).isZero();
            leader.step(Message.appendResponse(3, 1, 1, 1));
            assertThat(leader.basicStatus().commit()).isEqualTo(1);
        }

        private static RawNode async(TestNode.Builder builder) {
            TestNode.Builder asynchronous = builder.with(o -> o.asyncStorageWrites(true));
            return new RawNode(asynchronous.config(asynchronous.storage(), new Recorder()));
        }

        private static Message storageAppend(Ready ready) {
            return ready.messages().stream()
                    .filter(m -> m.type() == MessageType.STORAGE_APPEND)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Nested
    @DisplayName("§3.10, leadership transfer")
    class Transfer {
        @Test
        @DisplayName("the leader stops taking proposals, brings the target up to date, and sends it TimeoutNow")
        void theTargetIsBroughtUpToDateFirst() {
            TestNode leader = node(1).voters(1L, 2L, 3L).lead();
            leader.raw.propose(bytes("x"));
            leader.settle();
            leader.raw.transferLeader(2);
            assertThat(leader.raw.propose(bytes("y")).isDropped()).isTrue();
            assertThat(leader.take(MessageType.TIMEOUT_NOW)).isEmpty();

            leader.deliver(leader.ackFrom(2, leader.lastIndex()));
            assertThat(leader.takeOne(MessageType.TIMEOUT_NOW).to()).isEqualTo(2);
        }

        @Test
        @DisplayName(
                "the target campaigns at once, is voted for although the leader is alive, and the leader steps down")
        void theTargetTakesOver() {
            Cluster cluster = Cluster.ofVoters(3, o -> o.checkQuorum(true).preVote(true));
            cluster.elect(1);
            cluster.node(1).raw.transferLeader(3);
            cluster.run();
            assertThat(cluster.node(3).role()).isEqualTo(StateType.LEADER);
            assertThat(cluster.node(1).role()).isEqualTo(StateType.FOLLOWER);
            assertThat(cluster.node(3).term()).isEqualTo(2);
        }

        @Test
        @DisplayName("after an election timeout without a new leader, it is called off")
        void aTransferIsCalledOff() {
            Cluster cluster = Cluster.ofVoters(3);
            cluster.elect(1);
            cluster.isolate(2);
            cluster.node(1).raw.transferLeader(2);
            cluster.ticks(TestNode.TIMEOUT);
            assertThat(cluster.node(1).status().leadTransferee()).isZero();
            assertThat(cluster.node(1).raw.propose(bytes("x")).isAppended()).isTrue();
        }

        @Test
        @DisplayName("a follower passes the wish on to the leader")
        void aFollowerPassesTheWishOn() {
            Cluster cluster = Cluster.ofVoters(3);
            cluster.elect(1);
            cluster.node(3).raw.transferLeader(2);
            cluster.run();
            assertThat(cluster.node(2).role()).isEqualTo(StateType.LEADER);
        }
    }

    @Nested
    @DisplayName("§6.2, a leader that is cut off steps down")
    class StaleLeaders {
        @Test
        @DisplayName("if an election timeout elapses without a successful round of heartbeats to a majority")
        void aLeaderWithoutAQuorumStepsDown() {
            Cluster cluster = Cluster.ofVoters(3, o -> o.checkQuorum(true));
            cluster.elect(1);
            cluster.ticks(3 * TestNode.TIMEOUT);
            assertThat(cluster.node(1).role()).isEqualTo(StateType.LEADER);
            cluster.isolate(1);
            cluster.node(1).ticks(2 * TestNode.TIMEOUT);
            assertThat(cluster.node(1).role()).isEqualTo(StateType.FOLLOWER);
            assertThat(cluster.node(1).lead()).isZero();
        }

        @Test
        @DisplayName("one follower of two is enough")
        void aMajorityIsEnough() {
            Cluster cluster = Cluster.ofVoters(3, o -> o.checkQuorum(true));
            cluster.elect(1);
            cluster.isolate(3);
            cluster.ticks(5 * TestNode.TIMEOUT);
            assertThat(cluster.node(1).role()).isEqualTo(StateType.LEADER);
        }
    }

    @Nested
    @DisplayName("§6.4, reads without the log (more in ReadIndexTest)")
    class Reads {
        @Test
        @DisplayName(
                "the read index is the commit index when the read began, of a leader that has committed in its term")
        void theReadIndexIsTheCommitIndex() {
            Cluster cluster = Cluster.ofVoters(3);
            cluster.elect(1);
            cluster.propose(1, "a");
            cluster.node(1).raw.readIndex(bytes("r"));
            cluster.node(1).raw.propose(bytes("b"));
            cluster.run();
            assertThat(cluster.node(1).reads).hasSize(1);
            assertThat(cluster.node(1).reads.get(0).index()).isEqualTo(2);
        }
    }

    @Nested
    @DisplayName("§9.6, pre-votes")
    class PreVotes {
        @Test
        @DisplayName("a pre-candidate raises its term only once a majority would vote for it")
        void aPreCandidateRaisesNothing() {
            TestNode node =
                    node(1).voters(1L, 2L, 3L).with(o -> o.preVote(true)).start();
            node.ticks(TestNode.TIMEOUT);
            assertThat(node.role()).isEqualTo(StateType.PRE_CANDIDATE);
            assertThat(node.term()).isZero();
            assertThat(node.status().vote()).isZero();
            assertThat(node.take(MessageType.PRE_VOTE))
                    .extracting(Message::term)
                    .containsExactly(1L, 1L);

            node.deliver(Message.preVoteResponse(2, 1, 1, false));
            assertThat(node.role()).isEqualTo(StateType.CANDIDATE);
            assertThat(node.term()).isEqualTo(1);
            assertThat(node.take(MessageType.VOTE)).hasSize(2);
        }

        @Test
        @DisplayName("a grant changes nothing at who gives it: neither term nor vote nor clock")
        void aGrantChangesNothing() {
            TestNode voter = node(1).voters(1L, 2L, 3L).start();
            voter.ticks(5);
            int due = voter.raw.ticksUntilDue();
            voter.deliver(Message.preVote(2, 1, 7, 9, 9));
            Message grant = voter.takeOne(MessageType.PRE_VOTE_RESP);
            assertThat(grant.reject()).isFalse();
            assertThat(grant.term()).isEqualTo(7);
            assertThat(voter.term()).isZero();
            assertThat(voter.status().vote()).isZero();
            assertThat(voter.raw.ticksUntilDue()).isEqualTo(due);

            voter.deliver(Message.preVote(3, 1, 7, 9, 9));
            assertThat(voter.takeOne(MessageType.PRE_VOTE_RESP).reject()).isFalse();
        }

        @Test
        @DisplayName("it is denied to a log that is not up-to-date, and while a leader is heard of")
        void denials() {
            TestNode voter = node(1).voters(1L, 2L, 3L)
                    .log(1, 2)
                    .with(o -> o.checkQuorum(true))
                    .start();
            voter.deliver(Message.preVote(2, 1, 3, 1, 9));
            Message denial = voter.takeOne(MessageType.PRE_VOTE_RESP);
            assertThat(denial.reject()).isTrue();
            assertThat(denial.term()).isEqualTo(2);

            voter.deliver(Message.heartbeat(3, 1, 2, 0, NOTHING));
            voter.take();
            voter.deliver(Message.preVote(2, 1, 9, 9, 9));
            assertThat(voter.take()).isEmpty();
        }

        @Test
        @DisplayName("a server that comes back after a long time raises no term and deposes nobody")
        void aServerThatComesBackDisturbsNobody() {
            Cluster cluster = Cluster.ofVoters(3, o -> o.preVote(true).checkQuorum(true));
            cluster.elect(1);
            cluster.isolate(3);
            cluster.ticks(20 * TestNode.TIMEOUT);
            cluster.heal();
            cluster.ticks(3 * TestNode.TIMEOUT);
            assertThat(cluster.nodes()).allSatisfy(node -> {
                assertThat(node.term()).isEqualTo(1);
                assertThat(node.lead()).isEqualTo(1);
            });
        }

        @Test
        @DisplayName("grants of the pre-election do not count in the election")
        void preVotesAreNotVotes() {
            TestNode node = node(1).voters(1L, 2L, 3L, 4L, 5L)
                    .with(o -> o.preVote(true))
                    .start();
            node.raw.campaign();
            node.settle();
            for (long peer = 2; peer <= 5; peer++) {
                node.deliver(Message.preVoteResponse(peer, 1, 1, false));
            }
            assertThat(node.role()).isEqualTo(StateType.CANDIDATE);
            node.deliver(Message.voteResponse(2, 1, 1, false));
            assertThat(node.role()).isEqualTo(StateType.CANDIDATE);
            node.deliver(Message.voteResponse(3, 1, 1, false));
            assertThat(node.role()).isEqualTo(StateType.LEADER);
        }
    }

    @Nested
    @DisplayName("§10.2.2, batching and pipelining")
    class Pipelining {
        @Test
        @DisplayName("nextIndex moves on with each message that is sent, and goes back when one was lost")
        void theLeaderSendsAhead() {
            TestNode leader = node(1).voters(1L, 2L).lead();
            leader.raw.propose(bytes("a"));
            leader.raw.propose(List.of(bytes("b"), bytes("c")));
            assertThat(leader.take(MessageType.APP)).extracting(Message::index).containsExactly(1L, 2L);

            // The first was lost: the second does not attach.
            leader.deliver(Message.appendRejection(2, 1, leader.term(), 2, 1, 1));
            Message again = leader.takeOne(MessageType.APP);
            assertThat(again.index()).isEqualTo(1);
            assertThat(again.entries()).hasSize(3);
        }
    }
}
