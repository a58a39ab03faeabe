package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static io.lutra.raft.protocol.TestNode.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.ProgressState;
import io.lutra.raft.Ready;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.SnapshotTemporarilyUnavailableException;
import io.lutra.raft.StateType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What etcd's raft does that neither paper nor thesis say, and that one would get wrong. {@code docs/etcd-ways.md} lists
 * these and all others, each with its test.
 */
class EtcdWaysTest {
    private static final byte[] NOTHING = {};

    // What a Ready holds, and in which order.

    @Test
    void aReadyMayHoldASnapshotAndEntriesAfterIt() {
        RawNode follower = raw(node(1).voters(1L, 2L, 3L), false);
        follower.step(Message.snapshot(2, 1, 1, snapshot(5, 1, 1L, 2L, 3L)));
        follower.step(Message.append(2, 1, 1, 1, 5, entriesFrom(6, 1, 1), 6));
        Ready ready = follower.ready();
        assertThat(ready.snapshot()).isEqualTo(snapshot(5, 1, 1L, 2L, 3L));
        assertThat(ready.entries()).extracting(Entry::index).containsExactly(6L, 7L);
        // The snapshot is restored first; entry 6 is committed, and comes after it.
        assertThat(ready.committedEntries()).isEmpty();
    }

    @Test
    void anIdleNodeHasNothingToSayAndGivesAnEmptyReady() {
        RawNode follower = raw(node(1).voters(1L, 2L, 3L), false);
        assertThat(follower.hasReady()).isFalse();
        Ready ready = follower.ready();
        assertThat(ready.messages()).isEmpty();
        assertThat(ready.entries()).isEmpty();
        assertThat(ready.hardState().isEmpty()).isTrue();
        assertThat(ready.softState()).isNull();
    }

    @Test
    void answersComeAfterWhatMayLeaveAtOnce() {
        RawNode follower = raw(node(1).voters(1L, 2L, 3L), false);
        follower.step(Message.append(2, 1, 1, 0, 0, entriesFrom(1, 1), 0));
        follower.step(Message.heartbeat(2, 1, 1, 0, NOTHING));
        assertThat(follower.ready().messages())
                .extracting(Message::type)
                .containsExactly(MessageType.HEARTBEAT_RESP, MessageType.APP_RESP);
    }

    @Test
    void theStorageThreadsComeLast() {
        RawNode follower = raw(node(1).voters(1L, 2L, 3L).log(1), true);
        follower.step(Message.append(2, 1, 1, 1, 1, entriesFrom(2, 1), 1));
        follower.step(Message.heartbeat(2, 1, 1, 0, NOTHING));
        assertThat(follower.ready().messages())
                .extracting(Message::type)
                .containsExactly(MessageType.HEARTBEAT_RESP, MessageType.STORAGE_APPEND, MessageType.STORAGE_APPLY);
    }

    @Test
    void theStorageIsGivenTermVoteAndCommitOrNoneOfThem() {
        RawNode follower = raw(node(1).voters(1L, 2L, 3L).log(1).vote(3), true);
        follower.step(Message.append(2, 1, 1, 1, 1, entriesFrom(2, 1), 0));
        Message unchanged = storageAppend(follower);
        assertThat(HardState.of(unchanged.term(), unchanged.vote(), unchanged.commit()))
                .isEqualTo(HardState.EMPTY);
        follower.step(Message.append(2, 1, 1, 1, 2, List.of(), 1));
        Message committed = storageAppend(follower);
        assertThat(HardState.of(committed.term(), committed.vote(), committed.commit()))
                .isEqualTo(HardState.of(1, 3, 1));
    }

    @Test
    void theStorageAnswersForTheWholeLogAndNotForItsBatch() {
        RawNode follower = raw(node(1).voters(1L, 2L, 3L), true);
        follower.step(Message.append(2, 1, 1, 0, 0, entriesFrom(1, 1, 1), 0));
        storageAppend(follower);
        // Nothing more to write, but an answer that has to wait for what is being written.
        follower.step(Message.append(2, 1, 1, 1, 1, entriesFrom(2, 1), 0));
        Message nothingNew = storageAppend(follower);
        assertThat(nothingNew.entries()).isEmpty();
        assertThat(nothingNew.responses())
                .filteredOn(m -> m.type() == MessageType.STORAGE_APPEND_RESP)
                .extracting(Message::index)
                .containsExactly(2L);
    }

    @Test
    void aLateAnswerOfTheStorageCountsForTheSnapshotAndNotForEntries() {
        RawNode follower = raw(node(1).voters(1L, 2L, 3L), true);
        follower.step(Message.snapshot(2, 1, 1, snapshot(5, 1, 1L, 2L, 3L)));
        follower.step(Message.append(2, 1, 1, 1, 5, entriesFrom(6, 1), 5));
        Message answer = storageAppend(follower).responses().stream()
                .filter(m -> m.type() == MessageType.STORAGE_APPEND_RESP)
                .findFirst()
                .orElseThrow();
        follower.step(Message.heartbeat(3, 1, 2, 0, NOTHING));
        assertThat(follower.basicStatus().applied()).isZero();

        follower.step(answer);
        assertThat(follower.basicStatus().applied()).isEqualTo(5);
        // Entry 6 may have been replaced since by another of the same term: this answer does not say which it means.
        follower.step(Message.append(3, 1, 2, 1, 6, List.of(), 6));
        assertThat(storageAppend(follower).responses())
                .filteredOn(m -> m.type() == MessageType.STORAGE_APPEND_RESP)
                .extracting(Message::index)
                .containsExactly(6L);
    }

    // What messages do.

    @Test
    void aPreCandidateFollowsTheLeaderOfItsTerm() {
        for (Message m : List.of(
                Message.append(2, 1, 4, 0, 0, List.of(), 0),
                Message.heartbeat(2, 1, 4, 0, NOTHING),
                Message.snapshot(2, 1, 4, snapshot(5, 1, 1L, 2L, 3L)))) {
            TestNode node = node(1).voters(1L, 2L, 3L)
                    .term(4)
                    .with(o -> o.preVote(true))
                    .start();
            node.raw.campaign();
            assertThat(node.role()).isEqualTo(StateType.PRE_CANDIDATE);
            node.deliver(m);
            assertThat(node.role()).isEqualTo(StateType.FOLLOWER);
            assertThat(node.lead()).isEqualTo(2);
        }
    }

    @Test
    void whoIsToldToTakeOverAsksForVotesThatALeaseDoesNotRefuse() {
        TestNode node = node(1).voters(1L, 2L, 3L).with(o -> o.preVote(true)).start();
        node.deliver(Message.heartbeat(2, 1, 1, 0, NOTHING));
        node.take();
        node.deliver(Message.timeoutNow(2, 1, 1));
        assertThat(node.role()).isEqualTo(StateType.CANDIDATE);
        assertThat(node.take(MessageType.VOTE))
                .extracting(m -> new String(m.context(), StandardCharsets.UTF_8))
                .containsExactly("CampaignTransfer", "CampaignTransfer");
        node.deliver(Message.timeoutNow(2, 1, 2));
        assertThat(node.trace.ignored).as("it campaigns already").containsExactly(IgnoreReason.ROLE);
    }

    @Test
    void aLeaderOfALowerTermIsToldOfTheHigherOneIfVoteRequestsWouldNotTellIt() {
        for (boolean tells : new boolean[] {true, false}) {
            TestNode node = node(1).voters(1L, 2L, 3L)
                    .term(7)
                    .with(o -> o.checkQuorum(tells))
                    .start();
            node.deliver(Message.heartbeat(2, 1, 3, 0, NOTHING));
            node.deliver(Message.append(2, 1, 3, 0, 0, List.of(), 0));
            List<Message> answers =
                    tells ? List.of(Message.appendResponse(1, 2, 7, 0), Message.appendResponse(1, 2, 7, 0)) : List.of();
            assertThat(node.take()).isEqualTo(answers);
        }
    }

    @Test
    void aVoteIsRepeatedEvenIfALeaderIsKnown() {
        TestNode voter = node(1).voters(1L, 2L, 3L).start();
        voter.deliver(Message.vote(2, 1, 1, 0, 0, NOTHING));
        voter.deliver(Message.heartbeat(2, 1, 1, 0, NOTHING));
        voter.take();
        voter.deliver(Message.vote(2, 1, 1, 0, 0, NOTHING));
        assertThat(voter.takeOne(MessageType.VOTE_RESP).reject()).isFalse();
    }

    @Test
    void aTransferThatFollowersPassOnKeepsCarryingATerm() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.deliver(Message.heartbeat(2, 1, 4, 0, NOTHING));
        follower.take();
        follower.deliver(Message.transferLeader(3, 1, 4));
        Message passedOn = follower.takeOne(MessageType.TRANSFER_LEADER);
        assertThat(passedOn.to()).isEqualTo(2);
        assertThat(passedOn.from()).isEqualTo(3);
    }

    // Snapshots.

    @Test
    void whoIsNotHeardOfGetsNoSnapshot() {
        TestNode leader = node(1).voters(1L, 2L, 3L)
                .log(1, 1, 1)
                .commit(3)
                .compactedTo(2)
                .with(o -> o.checkQuorum(true))
                .start();
        leader.elect();
        leader.deliver(Message.appendRejection(2, 1, leader.term(), 3, 0, 0));
        assertThat(leader.take(MessageType.SNAP)).extracting(Message::to).containsExactly(2L);
        leader.raw.reportSnapshot(2, SnapshotStatus.FAILURE);

        // Two looks at the quorum later, which 3 alone makes up, 2 has not been heard of.
        for (int i = 0; i < 2 * TestNode.TIMEOUT; i++) {
            leader.ticks(1);
            leader.deliver(leader.ackFrom(3, leader.lastIndex()));
        }
        leader.take();
        assertThat(leader.progress(2).recentActive()).isFalse();
        leader.raw.propose(bytes("x"));
        assertThat(leader.take(MessageType.SNAP)).isEmpty();

        leader.deliver(Message.heartbeatResponse(2, leader.term(), Message.heartbeat(1, 2, 4, 0, NOTHING)));
        assertThat(leader.take(MessageType.SNAP)).extracting(Message::to).containsExactly(2L);
    }

    @Test
    void aSnapshotThatIsBeingMadeIsAskedForAgain() {
        TestNode leader =
                node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).compactedTo(2).start();
        leader.elect();
        leader.take();
        leader.storage.failSnapshotsWith(new SnapshotTemporarilyUnavailableException("being made"));
        leader.deliver(Message.appendRejection(2, 1, leader.term(), 3, 0, 0));
        assertThat(leader.take()).isEmpty();
        assertThat(leader.progress(2).state()).isEqualTo(ProgressState.PROBE);

        leader.storage.recover();
        leader.deliver(Message.heartbeatResponse(2, leader.term(), Message.heartbeat(1, 2, 2, 0, NOTHING)));
        assertThat(leader.takeOne(MessageType.SNAP).to()).isEqualTo(2);
    }

    // Membership.

    @Test
    void aJointConfigurationIsLeftWhenTheTransferIsOver() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        leader.raw.proposeConfChange(addFourAndFive());
        leader.settle();
        leader.raw.transferLeader(3);
        leader.deliver(leader.ackFrom(2, leader.lastIndex()));
        assertThat(leader.raw.status().confState().autoLeave()).isTrue();
        assertThat(leader.trace.droppedProposals).containsExactly(DropReason.TRANSFER_IN_PROGRESS);

        leader.ticks(TestNode.TIMEOUT);
        leader.raw.propose(bytes("x"));
        leader.settle();
        for (long peer : new long[] {2, 4}) {
            leader.deliver(leader.ackFrom(peer, leader.lastIndex()));
        }
        // With "x" applied it is tried again.
        for (long peer : new long[] {2, 4}) {
            leader.deliver(leader.ackFrom(peer, leader.lastIndex()));
        }
        assertThat(leader.raw.status().confState().autoLeave()).isFalse();
        assertThat(leader.raw.status().confState().votersOutgoing()).isEmpty();
    }

    private static ConfChangeV2 addFourAndFive() {
        return ConfChangeV2.of(
                ConfChangeTransition.AUTO,
                ConfChangeSingle.of(ConfChangeType.ADD_NODE, 4),
                ConfChangeSingle.of(ConfChangeType.ADD_NODE, 5));
    }

    private static RawNode raw(TestNode.Builder builder, boolean async) {
        TestNode.Builder node = builder.with(o -> o.asyncStorageWrites(async));
        return new RawNode(node.config(node.storage(), new Recorder()));
    }

    private static Message storageAppend(RawNode node) {
        return node.ready().messages().stream()
                .filter(m -> m.type() == MessageType.STORAGE_APPEND)
                .findFirst()
                .orElseThrow();
    }
}
