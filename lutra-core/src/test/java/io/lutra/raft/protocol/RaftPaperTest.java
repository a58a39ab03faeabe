package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static io.lutra.raft.protocol.TestNode.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Ready;
import io.lutra.raft.StateType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The rules of "In Search of an Understandable Consensus Algorithm" (Ongaro, Ousterhout, extended version), one test each,
 * in the paper's order. The words of figure 2 stand in the names. Its §5.1 and §5.2 are {@link RaftPaperElectionTest}; what
 * its §6 says about membership the thesis says anew: {@link RaftThesisMembershipTest}.
 */
class RaftPaperTest {
    private static final byte[] NOTHING = {};

    @Nested
    @DisplayName("§5.3, log replication")
    class Replicating {
        @Test
        @DisplayName("a leader appends a command to its own log and sends it to all others, with the entry before it")
        void aCommandGoesToAll() {
            TestNode leader = node(1).voters(1L, 2L, 3L).lead();
            leader.raw.propose(bytes("x"));

            Entry entry = Entry.of(1, 2, bytes("x"));
            assertThat(leader.take(MessageType.APP))
                    .containsExactly(
                            Message.append(1, 2, 1, 1, 1, List.of(entry), 1),
                            Message.append(1, 3, 1, 1, 1, List.of(entry), 1));
            assertThat(leader.logTerms()).containsExactly(1L, 1L);
        }

        @ParameterizedTest
        @CsvSource({"3,1,true", "3,0,false", "5,2,true", "5,1,false"})
        @DisplayName("an entry is committed once the leader has replicated it on a majority, and applied then")
        void aMajorityCommits(int size, int acks, boolean committed) {
            Long[] voters = new Long[size];
            for (int i = 0; i < size; i++) {
                voters[i] = i + 1L;
            }
            TestNode leader = node(1).voters(voters).lead();
            leader.raw.propose(bytes("x"));
            leader.settle();
            for (long peer = 2; peer < 2 + acks; peer++) {
                leader.deliver(leader.ackFrom(peer, 2));
            }
            assertThat(leader.appliedCommands()).isEqualTo(committed ? List.of("x") : List.of());
        }

        @Test
        @DisplayName("committing an entry commits all before it, those of earlier leaders included")
        void whatIsBeforeIsCommittedToo() {
            TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 2).start();
            leader.elect();
            leader.deliver(leader.ackFrom(2, 3));
            assertThat(leader.appliedCommands()).containsExactly("e1", "e2");
        }

        @Test
        @DisplayName("followers learn the commit index from later messages, and apply in log order")
        void followersLearnOfCommits() {
            TestNode follower = node(1).voters(1L, 2L, 3L).start();
            follower.deliver(Message.append(2, 1, 1, 0, 0, entriesFrom(1, 1, 1, 1), 1));
            assertThat(follower.appliedCommands()).containsExactly("e1");
            follower.deliver(Message.heartbeat(2, 1, 1, 2, NOTHING));
            assertThat(follower.appliedCommands()).containsExactly("e1", "e2");
            follower.deliver(Message.append(2, 1, 1, 1, 3, List.of(), 3));
            assertThat(follower.appliedCommands()).containsExactly("e1", "e2", "e3");
        }

        @Test
        @DisplayName("a heartbeat tells a follower to commit only what the leader knows it to have")
        void aHeartbeatCommitsNoFurtherThanTheFollowerIsKnownToReach() {
            TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1).start();
            leader.elect();
            leader.deliver(leader.ackFrom(2, 4));
            leader.deliver(Message.appendRejection(3, 1, leader.term(), 3, 1, 2));
            leader.deliver(leader.ackFrom(3, 2));
            leader.take();
            assertThat(leader.commit()).isEqualTo(4);
            leader.ticks(1);
            assertThat(leader.take(MessageType.HEARTBEAT))
                    .extracting(Message::to, Message::commit)
                    .containsExactly(tuple(2L, 4L), tuple(3L, 2L));
        }

        @Test
        @DisplayName("figure 2, AppendEntries 2: reply false if the log has no entry at prevLogIndex with prevLogTerm")
        void anAppendThatDoesNotAttachIsRejected() {
            TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 2).start();
            follower.deliver(Message.append(2, 1, 3, 3, 2, entriesFrom(3, 3), 0));
            assertThat(follower.takeOne(MessageType.APP_RESP).reject()).isTrue();
            follower.deliver(Message.append(2, 1, 3, 3, 9, List.of(), 0));
            assertThat(follower.takeOne(MessageType.APP_RESP).reject()).isTrue();
            assertThat(follower.logTerms()).containsExactly(1L, 2L);
        }

        @Test
        @DisplayName(
                "figure 2, AppendEntries 3: if an entry conflicts with a new one, delete it and all that follow it")
        void conflictingEntriesGo() {
            TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 2, 2, 2).start();
            follower.deliver(Message.append(2, 1, 3, 1, 1, entriesFrom(2, 2, 3), 0));
            assertThat(follower.logTerms()).containsExactly(1L, 2L, 3L);
            assertThat(follower.takeOne(MessageType.APP_RESP).index()).isEqualTo(3);
        }

        @Test
        @DisplayName("figure 2, AppendEntries 3 and 4: what does not conflict stays, a late message deletes nothing")
        void aLateAppendDeletesNothing() {
            TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1, 1).start();
            follower.deliver(Message.append(2, 1, 1, 0, 0, entriesFrom(1, 1), 0));
            assertThat(follower.logTerms()).containsExactly(1L, 1L, 1L);
            assertThat(follower.takeOne(MessageType.APP_RESP).index()).isEqualTo(1);
        }

        @Test
        @DisplayName("figure 2, AppendEntries 5: commitIndex = min(leaderCommit, index of last new entry)")
        void theCommitIndexIsBoundedByWhatIsNew() {
            TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1, 1).start();
            follower.deliver(Message.append(2, 1, 1, 1, 1, entriesFrom(2, 1), 99));
            assertThat(follower.commit()).isEqualTo(2);
        }

        @Test
        @DisplayName(
                "a new leader begins with nextIndex just after its log, and goes back until the logs agree (figure 7)")
        void logsAreBroughtToAgree() {
            long[] leaderLog = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
            long[][] followers = {
                {1, 1, 1, 4, 4, 5, 5, 6, 6},
                {1, 1, 1, 4},
                {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
                {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
                {1, 1, 1, 4, 4, 4, 4},
                {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3},
            };
            for (long[] log : followers) {
                Cluster cluster = Cluster.of(
                        node(1).voters(1L, 2L, 3L).log(leaderLog).term(7).start(),
                        node(2).voters(1L, 2L, 3L).log(log).term(7).start(),
                        node(3).voters(1L, 2L, 3L).start());
                cluster.elect(1);
                cluster.propose(1, "x");
                assertThat(cluster.node(2).logTerms()).isEqualTo(cluster.node(1).logTerms());
                assertThat(cluster.node(2).commit()).isEqualTo(cluster.node(1).commit());
            }
        }

        @Test
        @DisplayName("last paragraphs: a rejection names a term, and a leader goes back over all of it at once")
        void aRejectionSkipsAWholeTerm() {
            TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 4, 4, 4, 4).start();
            follower.deliver(Message.append(2, 1, 5, 3, 5, List.of(), 0));
            Message rejection = follower.takeOne(MessageType.APP_RESP);
            assertThat(rejection.rejectHint()).isEqualTo(1);
            assertThat(rejection.logTerm()).isEqualTo(1);
        }

        @Test
        @DisplayName("a leader retries for ever, even after it has answered its client")
        void aLeaderRetries() {
            Cluster cluster = Cluster.ofVoters(3);
            cluster.elect(1);
            cluster.isolate(3);
            cluster.propose(1, "x");
            cluster.ticks(TestNode.TIMEOUT - 3);
            assertThat(cluster.node(1).appliedCommands()).containsExactly("x");
            cluster.heal();
            cluster.ticks(2);
            assertThat(cluster.node(3).appliedCommands()).containsExactly("x");
        }

        @Test
        @DisplayName("figure 3, Leader Append-Only: a leader never deletes or replaces what is in its log")
        void aLeaderOnlyAppends() {
            TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 2).start();
            leader.elect();
            leader.deliver(Message.append(2, 1, leader.term(), 0, 0, entriesFrom(1, 1), 1));
            leader.deliver(Message.appendRejection(2, 1, leader.term(), 2, 1, 1));
            assertThat(leader.logTerms()).containsExactly(1L, 2L, 3L);
        }
    }

    @Nested
    @DisplayName("§5.4, safety")
    class Safety {
        @ParameterizedTest
        @CsvSource({"1,1,false", "1,9,false", "2,2,false", "2,3,false", "2,4,true", "3,1,true", "3,3,true"})
        @DisplayName("§5.4.1: a voter denies its vote if its own log is more up-to-date: by last term, then by length")
        void onlyUpToDateCandidatesGetVotes(long lastTerm, int length, boolean denied) {
            long[] log = new long[length];
            Arrays.fill(log, lastTerm);
            TestNode voter = node(1).voters(1L, 2L, 3L).log(log).start();
            voter.deliver(Message.vote(2, 1, 9, 2, 3, NOTHING));
            assertThat(voter.takeOne(MessageType.VOTE_RESP).reject()).isEqualTo(denied);
        }

        @Test
        @DisplayName("figure 3, Leader Completeness: whoever lacks a committed entry is not elected")
        void whoLacksWhatIsCommittedDoesNotLead() {
            Cluster cluster = Cluster.ofVoters(3);
            cluster.elect(1);
            cluster.isolate(3);
            cluster.propose(1, "x");
            cluster.heal();
            cluster.node(3).raw.campaign();
            cluster.run();
            assertThat(cluster.nodes()).extracting(TestNode::role).doesNotContain(StateType.LEADER);
            cluster.elect(2);
            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(node.appliedCommands()).containsExactly("x"));
        }

        @Test
        @DisplayName("§5.4.2, figure 8: entries of earlier terms are not committed by counting replicas")
        void onlyEntriesOfItsOwnTermAreCounted() {
            TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 2).term(3).start();
            leader.elect();
            leader.deliver(leader.ackFrom(2, 2));
            assertThat(leader.commit()).isZero();
            leader.deliver(leader.ackFrom(2, 3));
            assertThat(leader.commit()).isEqualTo(3);
        }

        @Test
        @DisplayName(
                "§5.4.2, figure 8 (c) to (d): an entry on a majority can still be replaced while it is not committed")
        void anEntryOnAMajorityMayBeReplaced() {
            Cluster cluster = Cluster.of(
                    node(1).voters(1L, 2L, 3L, 4L, 5L).log(1, 2).term(4).start(),
                    node(2).voters(1L, 2L, 3L, 4L, 5L).log(1, 2).term(4).start(),
                    node(3).voters(1L, 2L, 3L, 4L, 5L).log(1, 2).term(4).start(),
                    node(4).voters(1L, 2L, 3L, 4L, 5L).log(1).term(4).start(),
                    node(5).voters(1L, 2L, 3L, 4L, 5L).log(1, 3).term(4).start());
            cluster.elect(5);
            cluster.run();
            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(node.logTerms()).containsExactly(1L, 3L, 5L));
        }

        @Test
        @DisplayName("figure 3, State Machine Safety: all apply the same commands in the same order")
        void allApplyTheSame() {
            Cluster cluster = Cluster.ofVoters(5);
            cluster.elect(1);
            cluster.propose(1, "a");
            cluster.isolate(1);
            cluster.node(1).raw.propose(bytes("lost"));
            cluster.run();
            cluster.elect(2);
            cluster.propose(2, "b");
            cluster.heal();
            cluster.ticks(3);
            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(node.appliedCommands()).containsExactly("a", "b"));
            assertThat(cluster.node(1).role()).isEqualTo(StateType.FOLLOWER);
        }
    }

    @Nested
    @DisplayName("§5.5, crashes, and §3 of figure 2: what is durable before an answer")
    class Durability {
        @Test
        @DisplayName("currentTerm, votedFor and log are updated on stable storage before responding")
        void storedBeforeAnswered() {
            TestNode follower = node(1).voters(1L, 2L, 3L).start();
            follower.raw.step(Message.append(2, 1, 1, 0, 0, entriesFrom(1, 1), 0));
            Ready ready = follower.raw.ready();
            assertThat(ready.hardState()).isEqualTo(new HardState(1, 0, 0));
            assertThat(ready.entries()).hasSize(1);
            assertThat(ready.mustSync()).isTrue();
            assertThat(ready.messages()).extracting(Message::type).containsExactly(MessageType.APP_RESP);
        }

        @Test
        @DisplayName("an RPC that is repeated does no harm")
        void repeatedMessagesDoNoHarm() {
            TestNode follower = node(1).voters(1L, 2L, 3L).start();
            Message append = Message.append(2, 1, 1, 0, 0, entriesFrom(1, 1, 1), 0);
            follower.deliver(append);
            List<Message> first = follower.take();
            follower.deliver(append);
            assertThat(follower.take()).isEqualTo(first);
            assertThat(follower.logTerms()).containsExactly(1L, 1L);
        }
    }

    @Nested
    @DisplayName("§7, log compaction")
    class Compaction {
        @Test
        @DisplayName("a leader that has discarded the next entry to send sends its snapshot")
        void aLeaderSendsASnapshot() {
            TestNode leader = node(1).voters(1L, 2L, 3L)
                    .log(1, 1, 1)
                    .commit(3)
                    .compactedTo(2)
                    .start();
            leader.elect();
            leader.take();
            leader.deliver(Message.appendRejection(2, 1, leader.term(), 3, 0, 0));
            Message snap = leader.takeOne(MessageType.SNAP);
            assertThat(snap.snapshot().metadata().index()).isEqualTo(2);
            assertThat(snap.snapshot().metadata().term()).isEqualTo(1);
            assertThat(snap.snapshot().metadata().confState().voters()).containsExactly(1L, 2L, 3L);
        }

        @Test
        @DisplayName("figure 13, 7: a follower discards its entire log and takes the snapshot and its membership")
        void aFollowerTakesASnapshot() {
            TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1).start();
            follower.deliver(Message.snapshot(2, 1, 3, snapshot(9, 2, 1L, 2L, 4L)));
            assertThat(follower.lastIndex()).isEqualTo(9);
            assertThat(follower.commit()).isEqualTo(9);
            assertThat(follower.raw.status().confState().voters()).containsExactly(1L, 2L, 4L);
            assertThat(follower.takeOne(MessageType.APP_RESP).index()).isEqualTo(9);
        }

        @Test
        @DisplayName("figure 13, 6: if the log has the snapshot's last entry, what follows it is kept")
        void whatFollowsASnapshotIsKept() {
            TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 2, 2, 2).start();
            follower.deliver(Message.snapshot(2, 1, 2, snapshot(2, 2, 1L, 2L, 3L)));
            assertThat(follower.logTerms()).containsExactly(1L, 2L, 2L, 2L);
            assertThat(follower.commit()).isEqualTo(2);
        }

        @Test
        @DisplayName("figure 13, 5: an older snapshot is discarded")
        void anOldSnapshotIsDiscarded() {
            TestNode follower =
                    node(1).voters(1L, 2L, 3L).log(1, 2, 2).commit(3).start();
            follower.deliver(Message.snapshot(2, 1, 2, snapshot(2, 2, 1L)));
            assertThat(follower.takeOne(MessageType.APP_RESP).index()).isEqualTo(3);
            assertThat(follower.raw.status().confState().voters()).containsExactly(1L, 2L, 3L);
        }
    }

    @Nested
    @DisplayName("§8, client interaction")
    class Clients {
        @Test
        @DisplayName("a new leader commits a no-op of its own term, with which it learns what is committed")
        void aNewLeaderBeginsWithANoOp() {
            Cluster cluster = Cluster.of(
                    node(1).voters(1L, 2L, 3L).log(1, 1).start(),
                    node(2).voters(1L, 2L, 3L).log(1, 1).start(),
                    node(3).voters(1L, 2L, 3L).start());
            cluster.elect(1);
            List<Entry> log = cluster.node(1).storage.entries(3, 4, 100);
            assertThat(log.get(0).type()).isEqualTo(EntryType.NORMAL);
            assertThat(log.get(0).payloadSize()).isZero();
            assertThat(cluster.nodes())
                    .allSatisfy(node -> assertThat(node.appliedCommands()).containsExactly("e1", "e2"));
        }

        @Test
        @DisplayName("a leader exchanges heartbeats with a majority before it answers a read")
        void aDeposedLeaderAnswersNoRead() {
            Cluster cluster = Cluster.ofVoters(3);
            cluster.elect(1);
            cluster.isolate(1);
            cluster.elect(2);
            cluster.propose(2, "x");
            cluster.node(1).raw.readIndex(bytes("r"));
            cluster.ticks(5);
            assertThat(cluster.node(1).reads).isEmpty();
            cluster.heal();
            cluster.ticks(1);
            assertThat(cluster.node(1).reads).isEmpty();
            assertThat(cluster.node(1).trace.droppedReads).containsExactly("r: LEADERSHIP_LOST");
        }
    }
}
