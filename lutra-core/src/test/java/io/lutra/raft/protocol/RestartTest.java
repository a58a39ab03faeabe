package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.ConfigBuilder;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Ready;
import io.lutra.raft.SnapshotTemporarilyUnavailableException;
import io.lutra.raft.StateType;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * What a node makes of what its storage holds. A storage need not sync a commit index, and may lose the one that came with
 * entries that it kept; but it may show otherwise what is committed. Thesis §4.1.
 */
class RestartTest {
    /** Its group has grown to four, and is about to be five, but the commit index is from before. */
    private final TestStorage twoChanges = holding(1, entry(1), change(2, 4), entry(3), change(4, 5), entry(5));

    @Test
    void knowsMembershipChangeCommittedThatAnotherFollows() {
        TestNode restarted = node(1).start(twoChanges);
        assertThat(restarted.commit()).isEqualTo(2);
        Ready first = restarted.raw.ready();
        assertThat(first.hardState()).isEqualTo(HardState.of(1, 0, 2));
        assertThat(first.mustSync()).isFalse();
        assertThat(first.committedEntries()).extracting(Entry::index).containsExactly(1L, 2L);
    }

    @Test
    void knowsAllMembershipChangesCommittedButTheLast() {
        twoChanges.append(List.of(change(6, 6)));
        assertThat(node(1).start(twoChanges).commit()).isEqualTo(4);
    }

    @Test
    void knowsNothingOfTheOnlyMembershipChange() {
        assertThat(node(1).start(holding(1, entry(1), change(2, 4), entry(3))).commit())
                .isEqualTo(1);
        // One before the commit index says nothing about the one after it.
        assertThat(node(1).start(holding(2, entry(1), change(2, 4), change(3, 5)))
                        .commit())
                .isEqualTo(2);
    }

    /** Of the first three members, two are no quorum of the five. */
    @Test
    void campaignsByTheConfigurationOfTheChangeThatIsCommitted() {
        TestNode restarted = node(1).start(twoChanges);
        assertThat(restarted.raw.campaign()).isFalse();
        restarted.settle();
        assertThat(restarted.raw.campaign()).isTrue();
        assertThat(restarted.take(MessageType.VOTE)).extracting(Message::to).containsExactly(2L, 3L, 4L);
        restarted.deliver(Message.voteResponse(2, 1, restarted.term(), false));
        assertThat(restarted.role()).isEqualTo(StateType.CANDIDATE);
    }

    /** Where leaders append changes unchecked, a later one says nothing about an earlier one; etcd's raft does not look. */
    @Test
    void concludesNothingFromUncheckedMembershipChangesAndNothingAsEtcd() {
        List<UnaryOperator<ConfigBuilder>> options =
                List.of(o -> o.disableConfChangeValidation(true), o -> o.unsafeAsEtcd(true));
        for (UnaryOperator<ConfigBuilder> option : options) {
            TestNode restarted = node(1).with(option).start(twoChanges);
            assertThat(restarted.commit()).isEqualTo(1);
            assertThat(restarted.raw.ready().hardState()).isEqualTo(HardState.EMPTY);
        }
    }

    /** The beginning of a bootstrap is changes as well, of which each would be the whole group to whoever takes it for all. */
    @Test
    void takesTheBeginningOfABootstrapForNoGroup() {
        TestStorage storage = holding(0, change(1, 1), change(2, 2));
        storage.setConfState(ConfState.EMPTY);
        TestNode restarted = node(1).start(storage);
        assertThat(restarted.commit()).isZero();
        assertThat(restarted.raw.hasReady()).isFalse();
        assertThat(restarted.raw.campaign()).isFalse();
    }

    @Test
    void knowsChangesOfAGroupThatWasGivenItsFirstMembers() {
        assertThat(node(1).start(holding(0, change(1, 4), change(2, 5))).commit())
                .isEqualTo(1);
    }

    @Test
    void waitsForEntriesOnADiskAndDoesNotCampaignBefore() {
        twoChanges.evictBelow(5);
        TestNode restarted = node(1).start(twoChanges);
        assertThat(twoChanges.asked()).containsExactly(2L);
        assertThat(restarted.raw.campaign()).isFalse();

        twoChanges.evictBelow(0);
        restarted.raw.entriesFetched();
        assertThat(restarted.commit()).isEqualTo(2);
        assertThat(restarted.role()).isEqualTo(StateType.FOLLOWER);
        restarted.settle();
        assertThat(twoChanges.initialState().hardState().commit()).isEqualTo(2);
        assertThat(restarted.raw.campaign()).isTrue();
    }

    @Test
    void goesOnLookingWhereItStopped() {
        twoChanges.readAs(entries -> entries.subList(0, 1));
        twoChanges.evictOutside(2, 4);
        TestNode restarted = node(1).start(twoChanges);
        for (long index = 4; index <= 5; index++) {
            assertThat(twoChanges.asked()).containsExactly(index);
            twoChanges.evictOutside(index, index + 1);
            restarted.raw.entriesFetched();
        }
        assertThat(twoChanges.asked()).isEmpty();
        assertThat(restarted.commit()).isEqualTo(2);
    }

    /** A change that a leader replaced was not committed, whatever follows it now. */
    @Test
    void concludesNothingFromAChangeThatWasReplacedWhileItWaited() {
        twoChanges.readAs(entries -> entries.subList(0, 1));
        twoChanges.evictOutside(2, 3);
        TestNode restarted = node(1).start(twoChanges);
        List<Entry> others = List.of(
                Entry.of(2, 2, bytes("x")),
                Entry.of(2, 3, bytes("x")),
                Entry.of(2, 4, EntryType.CONF_CHANGE, change(4, 6).data()));
        restarted.deliver(Message.append(2, 1, 2, 1, 1, others, 1));
        assertThat(restarted.takeOne(MessageType.APP_RESP).index()).isEqualTo(4);

        twoChanges.evictBelow(0);
        restarted.raw.entriesFetched();
        assertThat(restarted.commit()).isEqualTo(1);
        assertThat(restarted.raw.campaign()).isTrue();
    }

    @Test
    void doesNotStartOnAStorageThatGivesOtherEntriesThanItWasAskedFor() {
        List<UnaryOperator<List<Entry>>> lies =
                List.of(entries -> List.of(), entries -> Arrays.asList((Entry) null), entries -> entriesFrom(7, 1));
        for (UnaryOperator<List<Entry>> lie : lies) {
            twoChanges.readAs(lie);
            assertThatExceptionOfType(RaftInvariantException.class)
                    .isThrownBy(() -> node(1).start(twoChanges))
                    .withMessageContaining("asked for entries [2, 6)");
        }
    }

    /** The application synced what it applied, and the storage did not sync that it was committed. */
    @Test
    void knowsCommittedWhatWasApplied() {
        TestNode restarted = node(1).with(o -> o.applied(3)).start(holding(1, entry(1), entry(2), entry(3), entry(4)));
        assertThat(restarted.commit()).isEqualTo(3);
        assertThat(restarted.raw.ready().hardState()).isEqualTo(HardState.of(1, 0, 3));
    }

    @Test
    void knowsCommittedWhatWasCompacted() {
        TestNode restarted =
                node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(1).compactedTo(3).start();
        assertThat(restarted.commit()).isEqualTo(3);
    }

    @Test
    void startsAsEtcdOnlyWhereTheCommitIndexIsNotBehind() {
        TestNode.Builder etcd = node(1).voters(1L).log(1, 1, 1).commit(1).with(o -> o.unsafeAsEtcd(true));
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> etcd.with(o -> o.applied(3)).start());
        assertThatExceptionOfType(RaftInvariantException.class)
                .isThrownBy(() -> etcd.compactedTo(3).start());
    }

    /** A storage that returns its snapshot's membership would bring a member back to a group that it outgrew. */
    @Test
    void refusesMembershipOfASnapshotThatWasChangedSince() {
        MemoryStorage storage = new MemoryStorage();
        storage.setHardState(HardState.of(1, 0, 3));
        storage.append(List.of(change(1, 1), entry(2), change(3, 2), change(4, 3)));
        storage.createSnapshot(2, ConfState.of(List.of(1L), List.of()), bytes("one"));
        assertThat(new RawNode(config(storage).applied(2).build()).status().confState())
                .isEqualTo(ConfState.of(List.of(1L), List.of()));
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> new RawNode(config(storage).applied(3).build()))
                .withMessageContaining("snapshot at 2");

        storage.createSnapshot(3, ConfState.of(List.of(1L, 2L), List.of()), bytes("two"));
        assertThat(new RawNode(config(storage).applied(3).build()).status().confState())
                .isEqualTo(ConfState.of(List.of(1L, 2L), List.of()));
    }

    @Test
    void takesMembershipThatTheChangesSinceTheSnapshotLeaveAsItIs() {
        ConfState three = ConfState.of(List.of(1L, 2L, 3L), List.of());
        ConfChange address = ConfChange.of(0, ConfChangeType.UPDATE_NODE, 2, bytes("b:3"));
        ConfChange impossible = ConfChange.of(0, ConfChangeType.REMOVE_NODE, 9, new byte[0]);
        TestStorage storage = holding(
                3,
                entry(1),
                Entry.of(1, 2, EntryType.CONF_CHANGE, address.encode()),
                Entry.of(1, 3, EntryType.CONF_CHANGE, impossible.encode()));
        storage.memory.createSnapshot(1, three, bytes("three"));
        assertThat(node(1).with(o -> o.applied(3)).start(storage).raw.status().confState())
                .isEqualTo(three);
    }

    @Test
    void leavesMembershipToTheApplicationWhereItCannotBeCompared() {
        TestStorage storage = holding(3, entry(1), entry(2), change(3, 4));
        storage.memory.createSnapshot(1, storage.initialState().confState(), bytes("three"));
        TestNode.Builder restarted = node(1).with(o -> o.applied(3));
        assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> restarted.start(storage));

        storage.evictBelow(3);
        assertThat(restarted.start(storage).raw.status().confState().voters()).hasSize(3);
        storage.evictBelow(0);
        storage.failSnapshotsWith(new SnapshotTemporarilyUnavailableException("being made"));
        assertThat(restarted.start(storage).raw.status().confState().voters()).hasSize(3);
    }

    /** Returns what a member of three holds. */
    private static TestStorage holding(long commit, Entry... entries) {
        TestStorage storage = node(1).voters(1L, 2L, 3L).storage();
        storage.append(List.of(entries));
        storage.setHardState(HardState.of(1, 0, commit));
        return storage;
    }

    private static ConfigBuilder config(MemoryStorage storage) {
        return Config.builder().id(1).storage(storage);
    }

    private static Entry entry(long index) {
        return Entry.of(1, index, bytes("x"));
    }

    private static Entry change(long index, long newVoter) {
        byte[] data = ConfChange.of(ConfChangeType.ADD_NODE, newVoter).encode();
        return Entry.of(1, index, EntryType.CONF_CHANGE, data);
    }
}
