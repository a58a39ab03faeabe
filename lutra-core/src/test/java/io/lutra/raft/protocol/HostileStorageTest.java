package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static io.lutra.raft.protocol.TestNode.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.MisuseException;
import io.lutra.raft.RaftException;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.StateType;
import io.lutra.raft.Storage;
import io.lutra.raft.StorageException;
import io.lutra.raft.UnavailableException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a storage can do wrong. The error is typed, and the node stays stopped: nobody knows how far it got. A new node on
 * the same storage goes on where that is possible at all.
 */
class HostileStorageTest {
    static Stream<RuntimeException> errors() {
        return Stream.of(
                new StorageException("the disk is gone"),
                new IllegalStateException("untyped"),
                new NullPointerException("untyped"),
                // From the core these say that nothing has changed.
                new MisuseException("not now"),
                new InvalidConfigException("not so"),
                new InvalidConfChangeException(InvalidConfChangeException.Reason.NOT_JOINT));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void anErrorOfTheStorageStopsTheNodeUntilItIsStartedAnew(RuntimeException error) {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1).lead();
        long term = leader.term();
        Message rejection =
                Message.appendRejection(2, 1, term, leader.progress(2).next() - 1, 1, 1);
        leader.storage.failWith(error);

        RaftException first = catchRaft(() -> {
            leader.raw.reportUnreachable(2);
            leader.deliver(rejection);
            leader.raw.step(Message.vote(3, 1, term + 1, 9, 9, new byte[0]));
        });
        assertThat(first == error || first.getCause() == error).isTrue();
        assertThat(first).isInstanceOfAny(StorageException.class, RaftInvariantException.class);

        // The disk works again, but the node does not know what it had done when it failed.
        leader.storage.recover();
        assertThat(catchRaft(() -> leader.raw.step(Message.heartbeat(3, 1, 99, 0, new byte[0]))))
                .isSameAs(first);
        assertThat(catchRaft(leader.raw::tick)).isSameAs(first);
        assertThat(catchRaft(leader.raw::hasReady)).isSameAs(first);
        assertThat(catchRaft(leader.raw::ready)).isSameAs(first);
        assertThat(catchRaft(leader.raw::advance)).isSameAs(first);
        assertThat(catchRaft(() -> leader.raw.propose(bytes("x")))).isSameAs(first);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aStorageThatCannotBeReadStartsNoNode(RuntimeException error) {
        TestStorage storage = node(1).voters(1L).storage();
        storage.failWith(error);
        RaftException thrown = catchRaft(() -> node(1).start(storage));
        assertThat(thrown == error || thrown.getCause() == error).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"initialState", "firstIndex", "lastIndex", "term"})
    void whatIsNotThereStartsNoNode(String method) {
        TestNode.Builder lacking = lacking(method, node(1).voters(1L, 2L, 3L).log(1, 1));
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(lacking::start);
    }

    @Test
    void aSnapshotThatIsNotThereIsNotSent() {
        TestNode leader = lacking(
                        "snapshot",
                        node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).compactedTo(2))
                .start();
        leader.elect();
        assertThatExceptionOfType(RaftInvariantException.class)
                .isThrownBy(() -> leader.deliver(Message.appendRejection(2, 1, leader.term(), 3, 0, 0)));
    }

    /** Has the node's storage answer one question with null. */
    private static TestNode.Builder lacking(String method, TestNode.Builder builder) {
        return builder.with(o -> {
            Storage storage = o.build().storage();
            return o.storage((Storage) Proxy.newProxyInstance(
                    Storage.class.getClassLoader(),
                    new Class<?>[] {Storage.class},
                    (proxy, asked, arguments) ->
                            asked.getName().equals(method) ? null : asked.invoke(storage, arguments)));
        });
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aNodeIsStillAskedForItsStatusWhenItsStorageIsGone(RuntimeException error) {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        leader.storage.failWith(error);
        assertThat(leader.raw.status().softState().lead()).isEqualTo(1);
        assertThat(leader.raw.ticksUntilDue()).isEqualTo(1);
        // It tells where the log begins, which only the storage knows.
        RaftException thrown = catchRaft(leader.raw::basicStatus);
        assertThat(thrown == error || thrown.getCause() == error).isTrue();

        leader.storage.recover();
        assertThat(leader.raw.basicStatus().role()).isEqualTo(StateType.LEADER);
        assertThat(leader.raw.propose(bytes("x")).isAppended()).isTrue();
    }

    @Test
    void entriesThatWereNotAskedForAreNoticed() {
        List<UnaryOperator<List<Entry>>> lies = List.of(
                entries -> null,
                entries -> List.of(),
                entries -> Arrays.asList(entries.get(0), null, entries.get(2)),
                entries -> Stream.of(entries.get(0), entries.get(0), entries.get(2))
                        .toList(),
                entries -> entriesFrom(entries.get(0).index() + 1, 1),
                entries -> Stream.concat(entries.stream(), entries.stream()).toList(),
                entries -> entriesFrom(entries.get(0).index(), 1, 1, 1, 1, 1, 1, 1, 1));
        for (UnaryOperator<List<Entry>> lie : lies) {
            TestNode restarted = node(1).voters(1L).log(1, 1, 1).commit(3).start();
            restarted.storage.readAs(lie);
            assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(restarted.raw::ready);
        }
    }

    /** Else the scan before a campaign would not end. */
    @Test
    void aStorageThatReturnsNothingDoesNotHangACampaign() {
        TestNode restarted = node(1).voters(1L).log(1, 1, 1).commit(3).start();
        restarted.storage.readAs(entries -> List.of());
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(restarted.raw::campaign);
    }

    @Test
    void aStorageThatLostItsTailWhileTheNodeRanIsNoticed() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1).lead();
        leader.storage.memory.append(entriesFrom(2, 1));

        long last = leader.lastIndex();
        assertThatExceptionOfType(UnavailableException.class)
                .isThrownBy(() -> leader.deliver(Message.appendRejection(3, 1, leader.term(), last + 99, 0, 3)));
    }

    @Test
    void aStorageThatLostItsTailBetweenRunsIsNoticed() {
        TestStorage storage = node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).storage();
        storage.memory.append(entriesFrom(2, 1));
        assertThatExceptionOfType(RaftInvariantException.class)
                .isThrownBy(() -> node(1).start(storage))
                .withMessageContaining("commit");
    }

    /** It cannot help, but it must not harm: it answers nothing that would count as its agreement. */
    @Test
    void aFollowerThatLostItsTailUnnoticedConfirmsNothing() {
        TestNode follower = node(2).voters(1L, 2L, 3L).log(1).start();
        follower.deliver(Message.heartbeat(1, 2, 1, 3, new byte[0]));
        follower.deliver(Message.append(1, 2, 1, 1, 3, List.of(), 3));

        assertThat(follower.trace.ignored).containsExactly(IgnoreReason.CONTRADICTION);
        List<Message> answers = follower.take();
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).reject()).isTrue();
        assertThat(follower.commit()).isZero();
    }

    @Test
    void aStorageThatLostItsHardStateIsNoticed() {
        TestStorage storage = node(1).voters(1L, 2L, 3L).log(1, 2).vote(2).storage();
        storage.setHardState(HardState.EMPTY);
        assertThatExceptionOfType(RaftInvariantException.class)
                .isThrownBy(() -> node(1).start(storage))
                .withMessageContaining("hard state");
    }

    @Test
    void aMembershipThatContradictsItselfStartsNoNode() {
        TestStorage storage = node(1).storage();
        storage.setConfState(ConfState.of(List.of(1L, 2L), List.of(2L)));
        assertThatExceptionOfType(InvalidConfChangeException.class).isThrownBy(() -> node(1).start(storage));
    }

    @Test
    void anApplicationThatCompactsWhatItHasNotAppliedIsToldSo() {
        TestNode restarted = node(1).voters(1L).log(1, 1, 1).commit(3).start();
        restarted.storage.memory.compact(2);
        assertThatExceptionOfType(CompactedException.class).isThrownBy(restarted.raw::ready);
    }

    @Test
    void aLeaderWithoutTheSnapshotThatItsLogBeginsAfterIsStopped() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).start();
        leader.settle();
        leader.storage.memory.compact(2);
        leader.elect();
        assertThatExceptionOfType(RaftInvariantException.class)
                .isThrownBy(() -> leader.deliver(Message.appendRejection(2, 1, leader.term(), 3, 0, 0)))
                .withMessageContaining("snapshot");
    }

    @Test
    void aSnapshotOfWhatIsNotCommittedIsNotSent() {
        TestNode leader =
                node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).compactedTo(2).start();
        leader.elect();
        leader.storage.applySnapshot(snapshot(99, 1, 1L, 2L, 3L));
        assertThatExceptionOfType(RaftInvariantException.class)
                .isThrownBy(() -> leader.deliver(Message.appendRejection(2, 1, leader.term(), 3, 0, 0)))
                .withMessageContaining("above the commit index");
    }

    @Test
    void compactionWhileANodeLeadsTurnsEntriesIntoASnapshot() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).start();
        leader.elect();
        leader.storage.memory.createSnapshot(3, ConfState.of(List.of(1L, 2L, 3L), List.of()), bytes("state"));
        leader.storage.memory.compact(3);
        leader.take();

        leader.deliver(Message.appendRejection(2, 1, leader.term(), 3, 0, 0));
        assertThat(leader.takeOne(MessageType.SNAP).snapshot()).isNotNull();
        assertThat(leader.role()).isEqualTo(StateType.LEADER);
    }

    /** The application compacts from a thread of its own, so it may do so between any two reads. */
    @Test
    void compactionBetweenTwoReadsTurnsEntriesIntoASnapshot() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).start();
        leader.elect();
        leader.storage.memory.createSnapshot(3, ConfState.of(List.of(1L, 2L, 3L), List.of()), bytes("state"));
        leader.take();
        leader.storage.onTerm(() -> {
            if (leader.storage.firstIndex() == 1) {
                leader.storage.memory.compact(3);
            }
        });

        leader.deliver(Message.appendRejection(2, 1, leader.term(), 3, 1, 1));
        assertThat(leader.takeOne(MessageType.SNAP).snapshot()).isNotNull();
    }

    @Test
    void aLogOrATermThatCannotBeStartsNoNode() {
        for (long huge : new long[] {1L << 62, Long.MAX_VALUE}) {
            TestStorage log = node(1).voters(1L).storage();
            log.applySnapshot(snapshot(huge, 1, 1L));
            assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> node(1).start(log));

            TestStorage term = node(1).voters(1L).term(huge).storage();
            assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> node(1).start(term));
        }
    }

    private static RaftException catchRaft(Runnable call) {
        try {
            call.run();
        } catch (RaftException e) {
            return e;
        }
        throw new AssertionError("nothing was thrown");
    }
}
