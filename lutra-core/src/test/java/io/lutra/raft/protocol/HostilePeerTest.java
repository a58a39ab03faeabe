package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static io.lutra.raft.protocol.TestNode.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.ConfState;
import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.ProgressState;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a peer can send that no correct peer would: nothing of it throws, hangs, or makes a node break its word, and each
 * says by its result or by an event why it had no effect.
 */
class HostilePeerTest {
    private static final long HUGE = 1L << 62;
    private static final long LARGEST = HUGE - 1;
    private static final byte[] NOTHING = {};

    // What is refused before anything is done about it.

    @ParameterizedTest
    @ValueSource(longs = {HUGE, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void refusesNumbersThatAreOutOfRange(long huge) {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1).start();
        BasicStatus before = follower.status();

        List<Message> messages = List.of(
                Message.append(2, 1, huge, 1, 1, List.of(), 0),
                Message.append(2, 1, 2, huge, 1, List.of(), 0),
                Message.append(2, 1, 2, 1, huge, List.of(), 0),
                Message.append(2, 1, 2, 1, 2, List.of(), huge),
                Message.append(2, 1, 2, 1, 2, entriesFrom(3, huge), 0),
                Message.append(2, 1, 2, 1, 2, entriesFrom(huge, 2), 0),
                Message.appendRejection(2, 1, 2, 1, 1, huge),
                Message.heartbeat(2, 1, huge, 0, NOTHING),
                Message.vote(2, 1, huge, 1, 2, NOTHING),
                Message.preVote(2, 1, huge, 1, 2),
                Message.snapshot(2, 1, 2, snapshot(huge, 1, 1L, 2L, 3L)),
                Message.snapshot(2, 1, 2, snapshot(9, huge, 1L, 2L, 3L)));

        assertThat(messages).allSatisfy(m -> assertThat(follower.deliver(m)).isEqualTo(StepResult.OUT_OF_RANGE));
        assertThat(follower.status()).isEqualTo(before);
        assertThat(follower.take()).isEmpty();
    }

    @Test
    void refusesATypeThatItDoesNotKnow() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();

        // Field 1, type, of 24: one more than there are.
        assertThat(follower.deliver(Message.parse(new byte[] {0x08, 24, 0x10, 1, 0x18, 2, 0x20, 1})))
                .isEqualTo(StepResult.UNRECOGNIZED_TYPE);
        assertThat(follower.term()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageType.class,
            names = {"HUP", "BEAT", "UNREACHABLE", "SNAP_STATUS", "CHECK_QUORUM", "STORAGE_APPEND", "STORAGE_APPLY"})
    void refusesLocalMessagesWhoeverSendsThem(MessageType type) {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        for (long from : new long[] {0, 1, 2, 9, Message.LOCAL_APPEND_THREAD, Message.LOCAL_APPLY_THREAD}) {
            assertThat(leader.deliver(bare(type, from, 1))).isEqualTo(StepResult.LOCAL_MESSAGE);
        }
        assertThat(leader.role()).isEqualTo(StateType.LEADER);
        assertThat(leader.take()).isEmpty();
    }

    @Test
    void refusesAnswersOfItsStorageWhereTheStorageDoesNotAnswer() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1).start();
        assertThat(follower.deliver(Message.storageAppendResponse(1, 1, 1, 2, 0, null)))
                .isEqualTo(StepResult.LOCAL_MESSAGE);
        assertThat(follower.deliver(Message.storageApplyResponse(1, entriesFrom(1, 1, 1))))
                .isEqualTo(StepResult.LOCAL_MESSAGE);
        assertThat(follower.status().applied()).isZero();
    }

    @Test
    void refusesAnswersOfWhoIsNoMember() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        assertThat(leader.deliver(Message.appendResponse(9, 1, leader.term(), 1)))
                .isEqualTo(StepResult.UNKNOWN_PEER);
        assertThat(leader.deliver(Message.voteResponse(9, 1, leader.term(), false)))
                .isEqualTo(StepResult.UNKNOWN_PEER);
    }

    @Test
    void refusesWhatIsForAnotherNode() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        assertThat(follower.deliver(Message.heartbeat(2, 3, 5, 0, NOTHING))).isEqualTo(StepResult.MISDIRECTED);
        assertThat(follower.term()).isZero();
    }

    @Test
    void refusesItsOwnVoteRequestAndItsOwnVoteFromOutside() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        long term = leader.term();
        assertThat(leader.deliver(Message.vote(1, 1, term, 1, 9, NOTHING))).isEqualTo(StepResult.MISDIRECTED);
        assertThat(leader.deliver(Message.vote(1, 1, term + 1, 1, 9, NOTHING))).isEqualTo(StepResult.MISDIRECTED);

        TestNode candidate = node(1).voters(1L, 2L, 3L).start();
        candidate.raw.campaign();
        // Before its vote is stored, nobody may count it.
        assertThat(candidate.raw.step(Message.voteResponse(1, 1, 1, false))).isEqualTo(StepResult.MISDIRECTED);
    }

    @Test
    void refusesATermOfZeroWhichWouldSkipTheRulesAboutTerms() {
        TestNode candidate = node(1).voters(1L, 2L, 3L).log(4).start();
        candidate.raw.campaign();
        candidate.take();

        List<Message> messages = List.of(
                Message.append(2, 1, 0, 4, 1, List.of(), 1),
                Message.heartbeat(2, 1, 0, 1, NOTHING),
                Message.snapshot(2, 1, 0, snapshot(9, 4, 1L, 2L, 3L)),
                Message.vote(2, 1, 0, 9, 9, NOTHING),
                Message.voteResponse(2, 1, 0, false),
                Message.preVote(2, 1, 0, 9, 9));

        // etcd's candidate would become a follower in term 0, and could vote again in term 5.
        assertThat(messages).allSatisfy(m -> assertThat(candidate.deliver(m)).isEqualTo(StepResult.MALFORMED));
        assertThat(candidate.role()).isEqualTo(StateType.CANDIDATE);
        assertThat(candidate.term()).isEqualTo(5);
    }

    @Test
    void refusesAVoteRequestOfNobody() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        assertThat(follower.deliver(Message.vote(Message.NONE, 1, 1, 0, 0, NOTHING)))
                .isEqualTo(StepResult.MALFORMED);
        assertThat(follower.deliver(Message.vote(Message.LOCAL_APPEND_THREAD, 1, 1, 0, 0, NOTHING)))
                .isEqualTo(StepResult.LOCAL_MESSAGE);
    }

    // What a leader gets.

    @Test
    void leaderIgnoresAnAcknowledgementBeyondItsLog() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        long last = leader.lastIndex();

        leader.deliver(leader.ackFrom(2, last + 1));
        leader.deliver(leader.ackFrom(2, LARGEST));

        assertThat(leader.trace.ignored).containsExactly(IgnoreReason.CONTRADICTION, IgnoreReason.CONTRADICTION);
        assertThat(leader.progress(2).match()).isEqualTo(last);
        assertThat(leader.commit()).isEqualTo(last);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 99, LARGEST})
    void leaderTakesAnyHintWithinItsLog(long hint) {
        for (long hintTerm : new long[] {0, 1, 2, LARGEST}) {
            for (long rejected : new long[] {0, 1, 3, 4, 99, LARGEST}) {
                TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1).start();
                leader.elect();

                leader.deliver(Message.appendRejection(2, 1, leader.term(), rejected, hintTerm, hint));

                assertThat(leader.progress(2).match()).isZero();
                assertThat(leader.progress(2).next()).isBetween(1L, leader.lastIndex() + 1);
                assertThat(leader.take(MessageType.APP))
                        .allSatisfy(m -> assertThat(m.index()).isBetween(0L, leader.lastIndex()));
            }
        }
    }

    @Test
    void leaderLooksUpAHintWithoutWalkingThroughItsLog() {
        long[] terms = LongStream.range(0, 100_000).map(i -> i / 10 + 5).toArray();
        TestNode leader = node(1).voters(1L, 2L, 3L).log(terms).start();
        leader.elect();
        leader.take();
        int[] reads = {0};
        leader.storage.onTerm(() -> reads[0]++);

        leader.deliver(
                Message.appendRejection(2, 1, leader.term(), leader.progress(2).next() - 1, 1, 99_999));

        assertThat(leader.takeOne(MessageType.APP).index()).isZero();
        assertThat(reads[0]).isLessThan(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 9, 100_000})
    void leaderIgnoresAReadCountOfAWrongLength(int length) {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        leader.raw.readIndex(bytes("r"));
        leader.settle();

        leader.deliver(heartbeatResponse(2, leader.term(), new byte[length]));

        assertThat(leader.trace.ignored).containsExactly(IgnoreReason.CONTRADICTION);
        assertThat(leader.reads).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 1000, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void leaderIgnoresAReadCountThatItNeverSent(long forged) {
        TestNode leader = node(1).voters(1L, 2L, 3L, 4L, 5L).lead();
        leader.raw.readIndex(bytes("r1"));
        leader.settle();
        for (long peer = 2; peer <= 5; peer++) {
            leader.deliver(heartbeatResponse(peer, leader.term(), count(forged)));
        }
        assertThat(leader.reads).isEmpty();

        // Nor does a forged count confirm the reads to come.
        leader.raw.readIndex(bytes("r2"));
        leader.settle();
        assertThat(leader.reads).isEmpty();
        assertThat(leader.trace.ignored).hasSize(4).containsOnly(IgnoreReason.CONTRADICTION);
    }

    @Test
    void leaderDropsAReadWithoutAContextOrWithTwo() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        Entry entry = Entry.proposal(EntryType.NORMAL, bytes("r"));
        leader.deliver(Message.readIndex(2, 1, List.of()));
        leader.deliver(Message.readIndex(2, 1, List.of(entry, entry)));

        assertThat(leader.trace.droppedReads).containsExactly(": MALFORMED", "r: MALFORMED");
        assertThat(leader.take()).isEmpty();
    }

    @Test
    void leaderDropsAnEmptyProposal() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        assertThat(leader.deliver(Message.propose(2, 1, List.of()))).isEqualTo(StepResult.PROPOSAL_DROPPED);
        assertThat(leader.trace.droppedProposals).containsExactly(DropReason.EMPTY);
    }

    @Test
    void leaderDropsAChangeThatIsNone() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        long last = leader.lastIndex();
        for (EntryType type : List.of(EntryType.CONF_CHANGE, EntryType.CONF_CHANGE_V2)) {
            Entry broken = Entry.proposal(type, new byte[] {(byte) 0xff});
            Entry good = Entry.proposal(EntryType.NORMAL, bytes("good"));
            assertThat(leader.deliver(Message.propose(2, 1, List.of(good, broken))))
                    .isEqualTo(StepResult.PROPOSAL_DROPPED);
        }
        // An entry of type 3, which there is not.
        Entry unknown = Entry.parse(new byte[] {0x08, 3});
        assertThat(leader.deliver(Message.propose(2, 1, List.of(unknown)))).isEqualTo(StepResult.PROPOSAL_DROPPED);

        assertThat(leader.trace.droppedProposals).hasSize(3).containsOnly(DropReason.MALFORMED);
        assertThat(leader.lastIndex()).isEqualTo(last);
    }

    @Test
    void leaderIgnoresAnotherLeaderOfItsTerm() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        long term = leader.term();
        leader.deliver(Message.append(2, 1, term, 0, 0, entriesFrom(1, term), 1));
        leader.deliver(Message.heartbeat(2, 1, term, 1, NOTHING));
        leader.deliver(Message.snapshot(2, 1, term, snapshot(99, term, 1L, 2L, 3L)));
        leader.deliver(Message.timeoutNow(2, 1, term));

        assertThat(leader.role()).isEqualTo(StateType.LEADER);
        assertThat(leader.trace.ignored).hasSize(4).containsOnly(IgnoreReason.ROLE);
        assertThat(leader.take()).isEmpty();
    }

    @Test
    void leaderDoesNotHandOverToWhoIsNoVoter() {
        TestNode leader = node(1).voters(1L, 2L).learners(3L).lead();
        leader.deliver(Message.transferLeader(3, 1, 0));
        leader.deliver(Message.transferLeader(9, 1, 0));

        assertThat(leader.trace.ignored).containsExactly(IgnoreReason.NOT_PROMOTABLE, IgnoreReason.NOT_A_MEMBER);
        assertThat(leader.status().leadTransferee()).isZero();
    }

    @Test
    void leaderTakesRepeatedAndOldAnswers() {
        TestNode leader = node(1).voters(1L, 2L, 3L).term(6).lead();
        leader.raw.propose(bytes("a"));
        leader.settle();
        Message ack = leader.ackFrom(2, leader.lastIndex());
        Message older = leader.ackFrom(2, 1);
        Message ofAnOlderTerm = Message.appendResponse(2, 1, leader.term() - 1, 1);
        for (Message m : List.of(ack, ack, older, ofAnOlderTerm, older, ack)) {
            assertThat(leader.deliver(m)).isEqualTo(StepResult.STEPPED);
        }
        assertThat(leader.progress(2).match()).isEqualTo(leader.lastIndex());
        assertThat(leader.trace.ignored).containsExactly(IgnoreReason.LOWER_TERM);
    }

    @Test
    void leaderStopsSendingToAPeerThatNeverTakesASnapshot() {
        TestNode leader = node(1).voters(1L, 2L, 3L)
                .log(1, 1, 1, 1, 1)
                .commit(5)
                .compactedTo(4)
                .start();
        leader.elect();
        leader.deliver(Message.appendRejection(2, 1, leader.term(), 5, 0, 0));
        assertThat(leader.take(MessageType.SNAP)).hasSize(1);

        for (int i = 0; i < 100; i++) {
            leader.deliver(heartbeatResponse(2, leader.term(), NOTHING));
            leader.deliver(Message.appendRejection(2, 1, leader.term(), 5, 0, 0));
        }
        assertThat(leader.progress(2).state()).isEqualTo(ProgressState.SNAPSHOT);
        assertThat(leader.take()).isEmpty();
    }

    // What a follower gets.

    @Test
    void followerIgnoresEntriesThatCannotBeOneLog() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 2).start();
        List<Message> messages = List.of(
                Message.append(2, 1, 3, 2, 2, List.of(entry(3, 3), entry(3, 5)), 0),
                Message.append(2, 1, 3, 2, 2, List.of(entry(3, 4)), 0),
                Message.append(2, 1, 3, 2, 2, List.of(entry(3, 3), entry(2, 4)), 0),
                Message.append(2, 1, 3, 2, 2, List.of(entry(1, 3)), 0),
                Message.append(2, 1, 3, 2, 2, List.of(entry(4, 3)), 0),
                Message.append(2, 1, 3, 4, 2, List.of(), 0),
                Message.append(2, 1, 3, 0, 0, List.of(entry(0, 1)), 0));
        for (Message m : messages) {
            assertThat(follower.deliver(m)).isEqualTo(StepResult.STEPPED);
        }
        assertThat(follower.trace.ignored).hasSize(messages.size()).containsOnly(IgnoreReason.CONTRADICTION);
        assertThat(follower.logTerms()).containsExactly(1L, 2L);
        assertThat(follower.take()).isEmpty();
    }

    @Test
    void followerNeverGivesUpWhatIsCommitted() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(2).start();
        follower.deliver(Message.append(2, 1, 5, 0, 0, entriesFrom(1, 5, 5, 5), 3));

        assertThat(follower.logTerms()).containsExactly(1L, 1L, 1L);
        // It says that it has what is committed, from where the leader may go on.
        assertThat(follower.takeOne(MessageType.APP_RESP).index()).isEqualTo(2);
        assertThat(follower.commit()).isEqualTo(2);
    }

    @Test
    void followerCommitsNoFurtherThanWhatItComparedWithTheLeader() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1, 1).start();
        follower.deliver(Message.append(2, 1, 2, 1, 1, List.of(), LARGEST));
        assertThat(follower.commit()).isEqualTo(1);
    }

    @Test
    void followerIgnoresAHeartbeatThatCommitsBeyondItsLog() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1).start();
        follower.deliver(Message.heartbeat(2, 1, 2, 3, NOTHING));
        follower.deliver(Message.heartbeat(2, 1, 2, LARGEST, NOTHING));

        assertThat(follower.trace.ignored).containsExactly(IgnoreReason.CONTRADICTION, IgnoreReason.CONTRADICTION);
        assertThat(follower.commit()).isZero();
        // Without an answer: a leader that checks its quorum must not count on this node.
        assertThat(follower.take(MessageType.HEARTBEAT_RESP)).isEmpty();
    }

    @Test
    void followerIgnoresASnapshotWhoseMembershipContradictsItself() {
        ConfState voterAndLearner = ConfState.of(List.of(1L, 2L), List.of(2L));
        ConfState learnerNextWithoutJoint = ConfState.of(List.of(1L, 2L), List.of(), List.of(), List.of(3L), false);
        ConfState autoLeaveWithoutJoint = ConfState.of(List.of(1L, 2L), List.of(), List.of(), List.of(), true);
        ConfState twice = ConfState.of(List.of(1L, 1L, 2L), List.of());
        ConfState noVoter = ConfState.of(List.of(), List.of(1L));
        ConfState storageThread = ConfState.of(List.of(1L, 2L), List.of(Message.LOCAL_APPLY_THREAD));
        for (ConfState state : List.of(
                voterAndLearner, learnerNextWithoutJoint, autoLeaveWithoutJoint, twice, noVoter, storageThread)) {
            TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1).start();
            follower.deliver(Message.snapshot(2, 1, 2, snapshotOf(state)));

            assertThat(follower.trace.ignored).as("%s", state).containsExactly(IgnoreReason.CONTRADICTION);
            assertThat(follower.lastIndex()).isEqualTo(2);
            assertThat(follower.raw.status().confState().voters()).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void followerIgnoresASnapshotWithMoreMembersThanAGroupCanHave() {
        List<Long> voters = LongStream.rangeClosed(1, 200_000).boxed().toList();
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.deliver(Message.snapshot(2, 1, 2, snapshotOf(ConfState.of(voters, List.of()))));

        assertThat(voters.size()).isGreaterThan(InvalidConfChangeException.MAX_MEMBERS);
        assertThat(follower.trace.ignored).containsExactly(IgnoreReason.CONTRADICTION);
    }

    /** Each id of the list that was believed cost a copy of the membership: 100 kB kept the node busy for 22 s. */
    @Test
    @Timeout(5)
    void followerIsNotKeptBusyByASnapshotThatRepeatsItsMembers() {
        List<Long> thousand = LongStream.rangeClosed(1, 1000).boxed().toList();
        List<Long> repeated = new ArrayList<>(thousand);
        repeated.addAll(Collections.nCopies(50_000, 1L));
        for (ConfState state : List.of(
                ConfState.of(repeated, List.of()),
                ConfState.of(thousand, List.of(), repeated, List.of(), false),
                ConfState.of(thousand, repeated),
                ConfState.of(thousand, List.of(), thousand, repeated, false))) {
            TestNode follower = node(1).voters(1L, 2L, 3L).start();
            follower.deliver(Message.snapshot(2, 1, 2, snapshotOf(state)));

            assertThat(follower.trace.ignored).containsExactly(IgnoreReason.CONTRADICTION);
            assertThat(follower.raw.status().confState().voters()).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void followerIgnoresASnapshotOfATermThatTheLeaderHasNotReached() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.deliver(Message.snapshot(2, 1, 2, snapshot(9, 3, 1L, 2L, 3L)));
        assertThat(follower.trace.ignored).containsExactly(IgnoreReason.CONTRADICTION);
        assertThat(follower.lastIndex()).isZero();
    }

    @Test
    void followerAnswersASnapshotThatIsNone() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1).commit(1).start();
        follower.deliver(bare(MessageType.SNAP, 2, 2));
        assertThat(follower.takeOne(MessageType.APP_RESP).index()).isEqualTo(1);
    }

    @Test
    void followerTakesNoSnapshotOfAGroupWithoutIt() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1).start();
        follower.deliver(Message.snapshot(2, 1, 2, snapshot(9, 2, 2L, 3L)));
        assertThat(follower.takeOne(MessageType.APP_RESP).index()).isZero();
        assertThat(follower.lastIndex()).isEqualTo(2);
    }

    @Test
    void followerIgnoresAReadAnswerWithoutAContext() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.deliver(Message.readIndexResponse(2, 1, 1, 7, List.of()));
        assertThat(follower.trace.ignored).containsExactly(IgnoreReason.MALFORMED);
        assertThat(follower.reads).isEmpty();
    }

    @Test
    void learnerAndStrangerDoNotCampaignWhenTold() {
        TestNode learner = node(3).voters(1L, 2L).learners(3L).start();
        TestNode stranger = node(9).voters(1L, 2L).start();
        for (TestNode node : List.of(learner, stranger)) {
            assertThat(node.deliver(Message.timeoutNow(1, node.id, 1))).isEqualTo(StepResult.STEPPED);
            assertThat(node.role()).isEqualTo(StateType.FOLLOWER);
            assertThat(node.trace.ignored).containsExactly(IgnoreReason.NOT_PROMOTABLE);
        }
    }

    @Test
    void nobodyCampaignsBeyondTheLargestTerm() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.deliver(Message.heartbeat(2, 1, LARGEST, 0, NOTHING));
        follower.ticks(10 * TestNode.TIMEOUT);

        assertThat(follower.raw.campaign()).isFalse();
        assertThat(follower.term()).isEqualTo(LARGEST);
        assertThat(follower.take(MessageType.VOTE)).isEmpty();
    }

    // Answers of the node's own storage, where a transport that does not check who sends lets them in.

    @Test
    void forgedAnswersOfTheStorageChangeNothing() {
        TestNode.Builder async =
                node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(2).with(o -> o.asyncStorageWrites(true));
        TestStorage storage = async.storage();
        RawNode raw = new RawNode(async.config(storage, new Recorder()));
        raw.step(Message.append(2, 1, 1, 1, 3, entriesFrom(4, 1, 1), 5));
        HardState before = raw.status().hardState();

        List<Message> forged = List.of(
                Message.storageAppendResponse(1, 1, 1, 5, 0, null),
                Message.storageAppendResponse(1, 1, 1, LARGEST, 0, null),
                Message.storageAppendResponse(1, 1, LARGEST, 4, 0, null),
                Message.storageAppendResponse(1, 1, 0, 0, 0, snapshot(2, 1, 1L, 2L, 3L)),
                Message.storageAppendResponse(1, 1, 0, 0, 0, snapshot(LARGEST, 1, 9L)),
                Message.storageApplyResponse(1, entriesFrom(1, 1)),
                Message.storageApplyResponse(1, entriesFrom(LARGEST, 1)));
        for (Message m : forged) {
            assertThat(raw.step(m)).isEqualTo(StepResult.STEPPED);
        }

        assertThat(raw.status().hardState()).isEqualTo(before);
        assertThat(raw.status().applied()).isZero();
        // Entries 4 and 5 still are to be written, and 1 and 2, which are stored, to be applied.
        Ready ready = raw.ready();
        assertThat(ready.entries()).extracting(Entry::index).containsExactly(4L, 5L);
        assertThat(ready.committedEntries()).extracting(Entry::index).containsExactly(1L, 2L, 3L);
    }

    /** Found by random messages: etcd's raft takes the late answer for that of the later write. */
    @Test
    void twoLeadersOfATermDoNotMakeALateAnswerOfTheStorageCount() {
        TestNode.Builder async = node(1).voters(1L, 2L, 3L).with(o -> o.asyncStorageWrites(true));
        RawNode raw = new RawNode(async.config(async.storage(), new Recorder()));
        raw.step(Message.append(2, 1, 2, 0, 0, entriesFrom(1, 1, 2, 2), 0));
        Message first = answerOfStorage(raw.ready());
        raw.step(Message.append(3, 1, 2, 1, 1, entriesFrom(2, 1), 0));
        raw.step(Message.append(3, 1, 2, 1, 2, entriesFrom(3, 2), 3));
        Message second = answerOfStorage(raw.ready());
        assertThat(second.index()).isEqualTo(first.index());
        assertThat(second.logTerm()).isEqualTo(first.logTerm());

        raw.step(first);
        assertThat(raw.hasReady()).as("something to apply").isFalse();
        raw.step(second);
        assertThat(raw.hasReady()).as("something to apply").isTrue();
    }

    private static Message answerOfStorage(Ready ready) {
        return ready.messages().stream()
                .flatMap(m -> m.responses().stream())
                .filter(m -> m.type() == MessageType.STORAGE_APPEND_RESP)
                .findFirst()
                .orElseThrow();
    }

    private static Entry entry(long term, long index) {
        return Entry.of(term, index, bytes("x"));
    }

    private static Snapshot snapshotOf(ConfState state) {
        return Snapshot.of(NOTHING, SnapshotMetadata.of(state, 9, 2));
    }

    private static byte[] count(long number) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
    }

    private static Message heartbeatResponse(long from, long term, byte[] context) {
        return Message.heartbeatResponse(from, term, Message.heartbeat(1, from, term, 0, context));
    }

    /** Returns a message with nothing but a type, a sender and a term, as only bytes can say it. */
    private static Message bare(MessageType type, long from, long term) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        field(out, 1, type.number());
        field(out, 2, 1);
        field(out, 3, from);
        field(out, 4, term);
        return Message.parse(out.toByteArray());
    }

    private static void field(ByteArrayOutputStream out, int number, long value) {
        out.write(number << 3);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
