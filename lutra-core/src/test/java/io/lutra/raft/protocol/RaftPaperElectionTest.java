package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static io.lutra.raft.protocol.TestNode.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.ElectionJitter;
import io.lutra.raft.HardState;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.StateType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The paper's rules about terms and elections, §5.1 and §5.2; all others are in {@link RaftPaperTest}. */
class RaftPaperElectionTest {
    private static final byte[] NOTHING = {};

    @Nested
    @DisplayName("§5.1, terms")
    class Terms {
        @ParameterizedTest
        @ValueSource(strings = {"follower", "candidate", "leader"})
        @DisplayName("a server whose term is smaller updates it, and a candidate or leader becomes a follower")
        void aHigherTermMakesAFollower(String role) {
            TestNode node = inRole(role);
            long higher = node.term() + 3;
            node.deliver(Message.append(2, 1, higher, 0, 0, List.of(), 0));

            assertThat(node.role()).isEqualTo(StateType.FOLLOWER);
            assertThat(node.term()).isEqualTo(higher);
            assertThat(node.lead()).isEqualTo(2);
            assertThat(node.storage.memory.initialState().hardState())
                    .isEqualTo(new HardState(higher, 0, node.commit()));
        }

        @ParameterizedTest
        @ValueSource(strings = {"follower", "candidate", "leader"})
        @DisplayName("figure 2, all servers: so does the higher term of any other request or response")
        void anyMessageOfAHigherTermMakesAFollower(String role) {
            for (Message m : List.of(
                    Message.vote(2, 1, 9, 0, 0, NOTHING),
                    Message.voteResponse(2, 1, 9, true),
                    Message.preVoteResponse(2, 1, 9, true),
                    Message.appendResponse(2, 1, 9, 0),
                    Message.appendRejection(2, 1, 9, 1, 0, 0),
                    Message.heartbeatResponse(2, 9, Message.heartbeat(1, 2, 9, 0, NOTHING)))) {
                TestNode node = inRole(role);
                node.deliver(m);
                assertThat(node.role()).as("after %s", m).isEqualTo(StateType.FOLLOWER);
                assertThat(node.term()).isEqualTo(9);
                assertThat(node.lead()).isZero();
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"follower", "candidate", "leader"})
        @DisplayName("a request of a stale term is rejected")
        void aStaleTermIsRejected(String role) {
            TestNode node = inRole(role);
            BasicStatus before = node.status();
            node.deliver(Message.append(2, 1, node.term() - 1, 0, 0, entriesFrom(1, 1), 1));
            node.deliver(Message.heartbeat(2, 1, node.term() - 1, 1, NOTHING));
            node.deliver(Message.snapshot(2, 1, node.term() - 1, snapshot(9, 1, 1L, 2L, 3L)));
            node.deliver(Message.vote(2, 1, node.term() - 1, 99, 99, NOTHING));

            assertThat(node.status()).isEqualTo(before);
            assertThat(node.take()).containsExactly(Message.voteResponse(1, 2, node.term(), true));
        }
    }

    @Nested
    @DisplayName("§5.2, leader election")
    class Election {
        @Test
        @DisplayName("servers begin as followers, and keep their term and vote over a restart")
        void serversBeginAsFollowers() {
            TestNode node = node(1).voters(1L, 2L, 3L).log(1, 2).term(7).vote(3).start();
            assertThat(node.role()).isEqualTo(StateType.FOLLOWER);
            assertThat(node.term()).isEqualTo(7);
            assertThat(node.status().vote()).isEqualTo(3);
            assertThat(inRole("leader").restart().role()).isEqualTo(StateType.FOLLOWER);
        }

        @Test
        @DisplayName("a leader sends heartbeats to all followers periodically")
        void aLeaderSendsHeartbeats() {
            TestNode leader =
                    node(1).voters(1L, 2L, 3L).with(o -> o.heartbeatTick(3)).lead();
            leader.ticks(2);
            assertThat(leader.take()).isEmpty();
            leader.ticks(1);
            assertThat(leader.take(MessageType.HEARTBEAT))
                    .extracting(Message::to)
                    .containsExactly(2L, 3L);
            leader.ticks(3);
            assertThat(leader.take(MessageType.HEARTBEAT)).hasSize(2);
        }

        @Test
        @DisplayName("a follower that hears nothing increments its term, votes for itself and asks the others")
        void aFollowerCampaigns() {
            TestNode node = node(1).voters(1L, 2L, 3L).log(1, 4).start();
            node.ticks(TestNode.TIMEOUT - 1);
            assertThat(node.role()).isEqualTo(StateType.FOLLOWER);
            node.ticks(1);

            assertThat(node.role()).isEqualTo(StateType.CANDIDATE);
            assertThat(node.term()).isEqualTo(5);
            assertThat(node.status().vote()).isEqualTo(1);
            assertThat(node.take(MessageType.VOTE))
                    .containsExactly(Message.vote(1, 2, 5, 4, 2, NOTHING), Message.vote(1, 3, 5, 4, 2, NOTHING));
        }

        @Test
        @DisplayName("hearing of a leader or granting a vote begins the timeout anew")
        void hearingOfALeaderOrGrantingAVoteRestartsTheClock() {
            TestNode node = node(1).voters(1L, 2L, 3L).start();
            for (Message m : List.of(
                    Message.append(2, 1, 1, 0, 0, List.of(), 0),
                    Message.heartbeat(2, 1, 1, 0, NOTHING),
                    Message.vote(3, 1, 2, 9, 9, NOTHING))) {
                node.ticks(TestNode.TIMEOUT - 1);
                node.deliver(m);
            }
            node.ticks(TestNode.TIMEOUT - 1);
            assertThat(node.role()).isEqualTo(StateType.FOLLOWER);
            node.ticks(1);
            assertThat(node.role()).isEqualTo(StateType.CANDIDATE);
        }

        @Test
        @DisplayName("figure 2, followers: a vote that is denied and a leader of an old term do not begin it anew")
        void nothingElseRestartsTheClock() {
            TestNode node = node(1).voters(1L, 2L, 3L).log(2).term(3).start();
            node.ticks(TestNode.TIMEOUT - 1);
            node.deliver(Message.vote(2, 1, 3, 1, 9, NOTHING));
            node.deliver(Message.append(3, 1, 2, 0, 0, List.of(), 0));
            node.deliver(Message.vote(2, 1, 4, 1, 9, NOTHING));
            node.ticks(1);
            assertThat(node.role()).isEqualTo(StateType.CANDIDATE);
        }

        @Test
        @DisplayName("figure 2, leaders: upon election it sends AppendEntries to each server at once")
        void aNewLeaderAnnouncesItself() {
            TestNode node = node(1).voters(1L, 2L, 3L).log(1, 2).start();
            node.raw.campaign();
            node.take();
            node.deliver(Message.voteResponse(2, 1, 3, false));
            assertThat(node.take(MessageType.APP))
                    .extracting(Message::to, Message::term, Message::logTerm, Message::index)
                    .containsExactly(tuple(2L, 3L, 2L, 2L), tuple(3L, 3L, 2L, 2L));
        }

        @Test
        @DisplayName("figure 3, Election Safety: at most one leader is elected in a term")
        void oneLeaderInATerm() {
            Cluster cluster = Cluster.ofVoters(5);
            cluster.node(1).raw.campaign();
            cluster.node(2).raw.campaign();
            cluster.run();
            assertThat(cluster.nodes()).extracting(TestNode::term).containsOnly(1L);
            assertThat(cluster.nodes()).extracting(TestNode::lead).containsOnly(1L);
            assertThat(cluster.nodes()).extracting(TestNode::role).containsOnlyOnce(StateType.LEADER);
        }

        @ParameterizedTest
        @CsvSource({"1,0,true", "3,1,true", "3,0,false", "4,2,true", "4,1,false", "5,2,true", "5,1,false"})
        @DisplayName("a candidate wins with the votes of a majority of the full cluster")
        void aMajorityElects(int size, int others, boolean wins) {
            Long[] voters = new Long[size];
            for (int i = 0; i < size; i++) {
                voters[i] = i + 1L;
            }
            TestNode node = node(1).voters(voters).start();
            node.raw.campaign();
            node.settle();
            for (long peer = 2; peer < 2 + others; peer++) {
                node.deliver(Message.voteResponse(peer, 1, 1, false));
                node.deliver(Message.voteResponse(peer, 1, 1, false));
            }
            assertThat(node.role() == StateType.LEADER).isEqualTo(wins);
        }

        @Test
        @DisplayName("each server votes for one candidate in a term at most, the first; also after a restart")
        void oneVoteInATerm() {
            TestNode node = node(1).voters(1L, 2L, 3L).start();
            node.deliver(Message.vote(2, 1, 1, 0, 0, NOTHING));
            assertThat(node.takeOne(MessageType.VOTE_RESP).reject()).isFalse();

            TestNode restarted = node.restart();
            restarted.deliver(Message.vote(3, 1, 1, 9, 9, NOTHING));
            assertThat(restarted.takeOne(MessageType.VOTE_RESP).reject()).isTrue();
            restarted.deliver(Message.vote(2, 1, 1, 0, 0, NOTHING));
            assertThat(restarted.takeOne(MessageType.VOTE_RESP).reject()).isFalse();
            restarted.deliver(Message.vote(3, 1, 2, 0, 0, NOTHING));
            assertThat(restarted.takeOne(MessageType.VOTE_RESP).reject()).isFalse();
        }

        @Test
        @DisplayName("a candidate that hears of a leader of its term follows it, one of a smaller term it rejects")
        void aCandidateFollowsTheWinner() {
            for (Message m : List.of(
                    Message.append(2, 1, 1, 0, 0, List.of(), 0),
                    Message.heartbeat(2, 1, 1, 0, NOTHING),
                    Message.snapshot(2, 1, 1, snapshot(5, 1, 1L, 2L, 3L)))) {
                TestNode candidate = inRole("candidate", 0);
                candidate.deliver(m);
                assertThat(candidate.role()).isEqualTo(StateType.FOLLOWER);
                assertThat(candidate.lead()).isEqualTo(2);
                assertThat(candidate.status().vote()).isEqualTo(1);
            }
        }

        @Test
        @DisplayName("a candidate that neither wins nor loses campaigns again in a new term")
        void aSplitVoteEndsWithANewElection() {
            TestNode candidate = inRole("candidate", 0);
            candidate.take();
            candidate.ticks(TestNode.TIMEOUT);
            assertThat(candidate.term()).isEqualTo(2);
            assertThat(candidate.take(MessageType.VOTE)).hasSize(2);
        }

        @Test
        @DisplayName("election timeouts are chosen randomly from a fixed interval, anew for each election")
        void timeoutsAreRandom() {
            Set<Integer> seen = new HashSet<>();
            TestNode node = node(1).voters(1L, 2L, 3L)
                    .with(o -> o.electionJitter(ElectionJitter.seeded(7)))
                    .start();
            for (int i = 0; i < 500; i++) {
                seen.add(node.raw.ticksUntilDue());
                node.ticks(node.raw.ticksUntilDue());
            }
            assertThat(seen).hasSize(TestNode.TIMEOUT).allMatch(t -> t >= TestNode.TIMEOUT && t < 2 * TestNode.TIMEOUT);
        }
    }

    /** Returns node 1 of three, in a term above 1 that it holds office in. */
    private static TestNode inRole(String role) {
        return inRole(role, 4);
    }

    private static TestNode inRole(String role, long term) {
        TestNode node = node(1).voters(1L, 2L, 3L).term(term).start();
        switch (role) {
            case "candidate" -> {
                node.raw.campaign();
                node.take();
            }
            case "leader" -> {
                node.elect();
                node.take();
            }
            default -> {}
        }
        return node;
    }
}
