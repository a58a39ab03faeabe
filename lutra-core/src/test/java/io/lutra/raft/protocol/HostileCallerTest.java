package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeRefusal;
import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.Config;
import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.MisuseException;
import io.lutra.raft.Peer;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import io.lutra.raft.TraceListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application can do wrong: each has a typed answer, and the node goes on unless it says otherwise. */
class HostileCallerTest {
    @Test
    void aSecondReadyHasToWaitForTheFirst() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        leader.raw.propose(bytes("a"));
        leader.storage.append(leader.raw.ready().entries());

        assertThatExceptionOfType(MisuseException.class).isThrownBy(leader.raw::ready);

        leader.raw.advance();
        assertThat(leader.raw.propose(bytes("b")).isAppended()).isTrue();
    }

    @Test
    void asynchronousStorageWritesAreNotAdvanced() {
        TestNode.Builder async = node(1).voters(1L).with(o -> o.asyncStorageWrites(true));
        RawNode raw = new RawNode(async.config(async.storage(), new Recorder()));
        assertThatExceptionOfType(MisuseException.class).isThrownBy(raw::advance);
        assertThat(raw.campaign()).isTrue();
    }

    /** The core goes on with some of these lists: an application that emptied one would never be given anything again. */
    @Test
    void theListsThatANodeHandsOutCannotBeChanged() {
        Cluster cluster = Cluster.ofVoters(5);
        cluster.elect(1);
        cluster.node(1).raw.readIndex(bytes("read"));
        cluster.run();
        cluster.propose(1, "one");
        // Stored and unstable ones in one list.
        TestNode follower = node(2).voters(1L, 2L, 3L).log(1, 1).start();
        follower.deliver(Message.append(1, 2, 1, 1, 2, entriesFrom(3, 1), 3));
        // More answers than one that wait for the storage.
        TestNode async =
                node(2).voters(1L, 2L, 3L).with(o -> o.asyncStorageWrites(true)).start();
        for (int i = 0; i < 3; i++) {
            async.raw.step(Message.append(1, 2, 1, i == 0 ? 0 : 1, i, entriesFrom(i + 1, 1), i));
        }

        List<Ready> readys = new ArrayList<>(cluster.node(1).readys);
        readys.addAll(follower.readys);
        readys.add(async.raw.ready());
        List<List<?>> lists = new ArrayList<>();
        for (Ready ready : readys) {
            lists.addAll(List.of(ready.entries(), ready.committedEntries(), ready.messages(), ready.readStates()));
            ready.messages().forEach(message -> lists.addAll(List.of(message.entries(), message.responses())));
        }
        lists.removeIf(List::isEmpty);

        assertThat(lists)
                .allSatisfy(list -> assertThatExceptionOfType(UnsupportedOperationException.class)
                        .as("%s %s", list.getClass(), list)
                        .isThrownBy(() -> Collections.swap(list, 0, 0)));
        assertThat(readys).anySatisfy(ready -> assertThat(ready.readStates()).isNotEmpty());
        assertThat(readys).anySatisfy(ready -> assertThat(ready.messages()).hasSizeGreaterThan(2));
        assertThat(readys)
                .anySatisfy(ready -> assertThat(ready.committedEntries())
                        .extracting(Entry::index)
                        .containsExactly(1L, 2L, 3L));
        assertThat(readys.get(readys.size() - 1).messages())
                .anySatisfy(message -> assertThat(message.responses()).hasSizeGreaterThan(2));
    }

    @Test
    void advanceWithNothingTakenDoesNothing() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.raw.advance();
        assertThat(follower.raw.hasReady()).isFalse();
    }

    @Test
    void timeDoesNotGoBack() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        assertThatExceptionOfType(MisuseException.class).isThrownBy(() -> follower.raw.tick(-1));
        follower.raw.tick(0);
        assertThat(follower.raw.ticksUntilDue()).isEqualTo(TestNode.TIMEOUT);
    }

    @Test
    void aGroupIsBootstrappedOnceAndWithMembersThatCanBe() {
        TestNode empty = node(1).start();
        List<Peer> tooMany = LongStream.rangeClosed(1, InvalidConfChangeException.MAX_MEMBERS + 1)
                .mapToObj(Peer::of)
                .toList();
        for (List<Peer> peers : List.of(
                List.<Peer>of(),
                tooMany,
                List.of(Peer.of(0)),
                List.of(Peer.of(Message.LOCAL_APPEND_THREAD)),
                List.of(Peer.of(1), Peer.of(2), Peer.of(1)))) {
            assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> empty.raw.bootstrap(peers));
        }
        assertThat(empty.status().lastIndex()).isZero();

        node(1).start().raw.bootstrap(tooMany.subList(1, tooMany.size()));
        empty.raw.bootstrap(List.of(Peer.of(1)));
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> empty.raw.bootstrap(List.of(Peer.of(1))));
        empty.settle();
        assertThat(empty.raw.campaign()).isTrue();
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> empty.restart().raw.bootstrap(List.of(Peer.of(1))));
    }

    @Test
    void aChangeThatDoesNotFitChangesNothing() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        ConfChangeV2 twoVotersAtOnce = ConfChangeV2.of(ConfChangeTransition.AUTO, add(4), add(5)); // joint: fits
        ConfChangeV2 leave = ConfChangeV2.LEAVE_JOINT;

        assertThatExceptionOfType(InvalidConfChangeException.class)
                .isThrownBy(() -> follower.raw.applyConfChange(leave))
                .extracting(InvalidConfChangeException::reason)
                .isEqualTo(InvalidConfChangeException.Reason.NOT_JOINT);
        follower.raw.applyConfChange(twoVotersAtOnce);
        assertThatExceptionOfType(InvalidConfChangeException.class)
                .isThrownBy(() -> follower.raw.applyConfChange(ConfChange.of(ConfChangeType.ADD_NODE, 6)))
                .extracting(InvalidConfChangeException::reason)
                .isEqualTo(InvalidConfChangeException.Reason.SIMPLE_IN_JOINT);
        assertThat(follower.raw.applyConfChange(leave).voters()).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void aChangeCannotRemoveTheLastVoter() {
        TestNode leader = node(1).voters(1L).lead();
        ProposalResult result = leader.raw.proposeConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 1));
        leader.settle();

        assertThat(leader.trace.refusedChanges).hasSize(1);
        assertThat(result.isAppended()).isTrue();
        assertThat(leader.role()).isEqualTo(StateType.LEADER);
    }

    /** Unchecked, a change is appended that cannot be applied: all members find out alike, and go on. */
    @Test
    void aChangeThatWasNotCheckedAndCannotBeAppliedStopsNobody() {
        Cluster cluster = Cluster.ofVoters(3, o -> o.disableConfChangeValidation(true));
        cluster.elect(1);
        cluster.node(1).raw.proposeConfChange(ConfChangeV2.LEAVE_JOINT);
        cluster.run();
        cluster.propose(1, "after");

        assertThat(cluster.nodes()).allSatisfy(node -> {
            assertThat(node.trace.refusedChanges).containsExactly("refused when applied: NOT_JOINT");
            assertThat(node.appliedCommands()).containsExactly("after");
        });
    }

    @Test
    void aGroupHasOnlySoManyMembers() {
        TestNode leader = node(1).voters(1L).lead();
        ConfChangeSingle[] tooMany = LongStream.rangeClosed(2, 200_000)
                .mapToObj(id -> ConfChangeSingle.of(ConfChangeType.ADD_LEARNER_NODE, id))
                .toArray(ConfChangeSingle[]::new);
        ConfChangeV2 change = ConfChangeV2.of(ConfChangeTransition.AUTO, tooMany);

        assertThatExceptionOfType(InvalidConfChangeException.class)
                .isThrownBy(() -> leader.raw.applyConfChange(change))
                .extracting(InvalidConfChangeException::reason)
                .isEqualTo(InvalidConfChangeException.Reason.TOO_MANY_MEMBERS);
    }

    /** Messages to it would go to the node's own storage, and its answers count as the storage's. */
    @ParameterizedTest
    @ValueSource(longs = {Message.LOCAL_APPEND_THREAD, Message.LOCAL_APPLY_THREAD})
    void aStorageThreadCannotBecomeAMember(long thread) {
        for (ConfChangeType type : List.of(ConfChangeType.ADD_NODE, ConfChangeType.ADD_LEARNER_NODE)) {
            TestNode leader = node(1).voters(1L).lead();
            ConfChange change = ConfChange.of(type, thread);

            assertThat(leader.raw.proposeConfChange(change).refused()).isEqualTo(ConfChangeRefusal.INVALID);
            assertThatExceptionOfType(InvalidConfChangeException.class)
                    .isThrownBy(() -> leader.raw.applyConfChange(change))
                    .extracting(InvalidConfChangeException::reason)
                    .isEqualTo(InvalidConfChangeException.Reason.STORAGE_THREAD);
        }
    }

    @Test
    void dataThatIsNoChangeIsToldWhenItIsRead() {
        Entry broken = Entry.of(1, 1, EntryType.CONF_CHANGE, new byte[] {(byte) 0xff});
        Entry command = Entry.of(1, 1, bytes("x"));
        assertThatExceptionOfType(MalformedBytesException.class).isThrownBy(() -> MembershipChange.of(broken));
        assertThatExceptionOfType(MisuseException.class).isThrownBy(() -> MembershipChange.of(command));
    }

    @Test
    void changesOfKindsThatThisVersionDoesNotKnowAreRefused() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        // Type 9 of node 4; then transition 9.
        ConfChange unknownType = ConfChange.unmarshal(new byte[] {0x10, 9, 0x18, 4});
        ConfChangeV2 unknownTransition = ConfChangeV2.unmarshal(new byte[] {0x08, 9, 0x12, 2, 0x10, 4});

        assertThat(leader.raw.proposeConfChange(unknownType).refused()).isNotNull();
        assertThat(leader.raw.proposeConfChange(unknownTransition).refused()).isNotNull();
        assertThatExceptionOfType(InvalidConfChangeException.class)
                .isThrownBy(() -> leader.raw.applyConfChange(unknownType));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 9, -1, Long.MAX_VALUE})
    void reportsAndRequestsAboutAnybodyAreTaken(long whoever) {
        for (TestNode node : List.of(
                node(1).voters(1L, 2L, 3L).lead(), node(1).voters(1L, 2L, 3L).start())) {
            node.raw.reportUnreachable(whoever);
            node.raw.reportSnapshot(whoever, SnapshotStatus.FAILURE);
            node.raw.reportSnapshot(whoever, SnapshotStatus.FINISH);
            node.raw.transferLeader(whoever);
            node.raw.forgetLeader();
            node.settle();
            assertThat(node.status().leadTransferee()).isZero();
        }
    }

    @Test
    void nullIsRefusedAndStopsNothing() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        List<ThrowingCallable> calls = List.of(
                () -> leader.raw.propose((byte[]) null),
                () -> leader.raw.propose((List<byte[]>) null),
                () -> leader.raw.propose(Arrays.asList(bytes("x"), null)),
                () -> leader.raw.proposeConfChange(null),
                () -> leader.raw.applyConfChange(null),
                () -> leader.raw.step(null),
                () -> leader.raw.readIndex(null),
                () -> leader.raw.reportSnapshot(2, null),
                () -> leader.raw.bootstrap(null));
        assertThat(calls)
                .allSatisfy(call ->
                        assertThatExceptionOfType(NullPointerException.class).isThrownBy(call));
        assertThat(leader.raw.propose(bytes("x")).isAppended()).isTrue();
    }

    @Test
    void emptyBatchesAreDropped() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        assertThat(leader.raw.propose(List.of()).dropped()).isEqualTo(DropReason.EMPTY);
        assertThat(leader.raw.propose(new byte[0]).isAppended()).isTrue();
    }

    /** It would be taken, and committed to nobody: no message could hold it. */
    @Test
    void whatNoMessageCouldHoldIsDroppedBeforeAnythingIsDone() {
        List<byte[]> gigabyte = Collections.nCopies(1024, new byte[1 << 20]);
        Message forwarded =
                Message.propose(2, 1, Collections.nCopies(1024, Entry.proposal(EntryType.NORMAL, new byte[1 << 20])));
        TestNode leader = node(1).voters(1L, 2L, 3L)
                .with(o -> o.maxUncommittedEntriesSize(4))
                .lead();
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.deliver(Message.heartbeat(2, 1, 1, 0, new byte[0]));
        follower.take();

        for (TestNode node : List.of(leader, follower)) {
            assertThat(node.raw.propose(gigabyte).dropped()).isEqualTo(DropReason.TOO_LARGE);
            assertThat(node.deliver(forwarded)).isEqualTo(StepResult.PROPOSAL_DROPPED);
            assertThat(node.trace.droppedProposals).containsExactly(DropReason.TOO_LARGE, DropReason.TOO_LARGE);
            assertThat(node.take()).isEmpty();
        }
        // Nor does it count against the limit.
        assertThat(leader.raw.propose(bytes("ab")).isAppended()).isTrue();
        assertThat(leader.raw.propose(bytes("cd")).isAppended()).isTrue();
        assertThat(leader.lastIndex()).isEqualTo(3);
    }

    /** etcd's raft never applies anything with these limits, or panics with the first entry. */
    @Test
    void everythingIsAppliedWithTheSmallestOfLimits() {
        Cluster cluster =
                Cluster.ofVoters(3, o -> o.maxSizePerMsg(0).maxInflightMsgs(1).maxCommittedSizePerReady(0));
        cluster.elect(1);
        cluster.node(1).raw.propose(List.of(bytes("a"), bytes("b")));
        cluster.run();
        cluster.ticks(10);
        assertThat(cluster.nodes())
                .allSatisfy(node -> assertThat(node.appliedCommands()).containsExactly("a", "b"));

        TestNode restarted = node(1).voters(1L)
                .log(1, 1)
                .commit(2)
                .with(o -> o.applied(1).maxSizePerMsg(0))
                .start();
        restarted.settle();
        assertThat(restarted.applied).extracting(Entry::index).containsExactly(2L);
    }

    @Test
    void whatApplicationsSayTheyHaveAppliedMustBeInTheLog() {
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> node(1).voters(1L)
                        .log(1, 1)
                        .commit(1)
                        .with(o -> o.applied(3))
                        .start());
    }

    @Test
    void aJitterOutOfRangeIsBroughtIntoRange() {
        for (int jitter : new int[] {Integer.MIN_VALUE, -1, TestNode.TIMEOUT, Integer.MAX_VALUE}) {
            TestNode follower = node(1).voters(1L, 2L, 3L)
                    .with(o -> o.electionJitter((id, term, ticks) -> jitter))
                    .start();
            assertThat(follower.raw.ticksUntilDue()).isBetween(TestNode.TIMEOUT, 2 * TestNode.TIMEOUT - 1);
        }
    }

    static Stream<RuntimeException> errors() {
        return Stream.of(
                new UnsupportedOperationException("not today"),
                // From the core these say that nothing has changed.
                new MisuseException("not now"),
                new InvalidConfChangeException(InvalidConfChangeException.Reason.NOT_JOINT));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aListenerThatThrowsStopsTheNodeForGood(RuntimeException error) {
        TestNode leader = node(1).voters(1L, 2L, 3L)
                .with(o -> o.traceListener(new TraceListener() {
                    @Override
                    public void appended(List<Entry> entries) {
                        throw error;
                    }
                }))
                .start();
        leader.raw.campaign();
        leader.settle();

        Message vote = Message.voteResponse(2, 1, 1, false);
        assertThatExceptionOfType(RaftInvariantException.class)
                .isThrownBy(() -> leader.raw.step(vote))
                .withCause(error);
        // It may have become a leader that has not appended its first entry: nothing more may come of it.
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(leader.raw::ready);
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(leader.raw::tick);
        assertThat(leader.status().id()).isEqualTo(1);
    }

    /** One that throws in the middle of a snapshot is not taken for a membership that contradicts itself. */
    @ParameterizedTest
    @MethodSource("errors")
    void aListenerThatThrowsWhileASnapshotIsRestoredStopsTheNodeForGood(RuntimeException error) {
        TestNode follower = node(1).voters(1L, 2L, 3L)
                .with(o -> o.traceListener(new TraceListener() {
                    @Override
                    public void restored(Snapshot snapshot) {
                        throw error;
                    }
                }))
                .start();
        Message message = Message.snapshot(2, 1, 2, TestNode.snapshot(9, 2, 1L, 2L, 3L));
        assertThatExceptionOfType(RaftInvariantException.class)
                .isThrownBy(() -> follower.raw.step(message))
                .withCause(error);
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(follower.raw::ready);
    }

    @Test
    void optionsThatContradictEachOtherAreRefused() {
        TestNode.Builder base = node(1).voters(1L);
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> base.with(o -> o.electionTick(1)).start());
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> node(0).voters(1L).start());
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> node(Message.LOCAL_APPLY_THREAD).voters(1L).start());
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> Config.builder().id(1).build());
    }

    // A membership that changes while a node campaigns or leads.

    @Test
    void aCandidateThatIsRemovedOrDemotedMeanwhileDoesNotLead() {
        for (ConfChangeType type : List.of(ConfChangeType.REMOVE_NODE, ConfChangeType.ADD_LEARNER_NODE)) {
            TestNode candidate = node(1).voters(1L, 2L, 3L).start();
            candidate.raw.campaign();
            candidate.settle();
            candidate.raw.applyConfChange(ConfChange.of(type, 1));

            candidate.deliver(Message.voteResponse(2, 1, 1, false));
            candidate.deliver(Message.voteResponse(3, 1, 1, false));

            assertThat(candidate.role()).isEqualTo(StateType.FOLLOWER);
        }
    }

    @Test
    void aRemovedNodeGoesOnFollowingAndNeverCampaigns() {
        TestNode removed = node(3).voters(1L, 2L, 3L).start();
        removed.raw.applyConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 3));
        removed.ticks(10 * TestNode.TIMEOUT);
        assertThat(removed.raw.campaign()).isFalse();
        removed.deliver(Message.append(1, 3, 1, 0, 0, entriesFrom(1, 1), 1));

        assertThat(removed.takeOne(MessageType.APP_RESP).index()).isEqualTo(1);
        assertThat(removed.raw.ticksUntilDue()).isEqualTo(RawNode.NEVER);
    }

    private static ConfChangeSingle add(long id) {
        return ConfChangeSingle.of(ConfChangeType.ADD_NODE, id);
    }
}
