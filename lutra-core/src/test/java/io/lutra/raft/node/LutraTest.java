package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.ConfigBuilder;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InitialState;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StateType;
import io.lutra.raft.Storage;
import io.lutra.raft.StorageException;
import io.lutra.raft.protocol.RawNode;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How nodes begin. */
class LutraTest {
    private static final List<Peer> THREE = List.of(Peer.of(1, bytes("a:1")), Peer.of(2, bytes("b:2")), Peer.of(3));

    private final Lutra lib = new Lutra();
    private final RecordingStorage storage = new RecordingStorage();

    @Test
    void beginsGroupWithOneEntryForEachPeerAndItsContext() {
        Node node = lib.startNode(config(1), THREE);
        List<Entry> committed = node.ready().take().committedEntries();
        assertThat(committed).extracting(Entry::index).containsExactly(1L, 2L, 3L);
        assertThat(committed).extracting(Entry::type).containsOnly(EntryType.CONF_CHANGE);
        assertThat(committed)
                .extracting(entry -> ConfChange.unmarshal(entry.data()))
                .containsExactly(
                        ConfChange.of(0, ConfChangeType.ADD_NODE, 1, bytes("a:1")),
                        ConfChange.of(0, ConfChangeType.ADD_NODE, 2, bytes("b:2")),
                        ConfChange.of(ConfChangeType.ADD_NODE, 3));
        assertThat(storage.writes()).containsExactly("hard state 1/0/0", "append 1..3", "hard state 1/0/3");
    }

    @Test
    void beginsGroupWithTheEntriesThatRawNodeBeginsWith() {
        lib.startNode(config(1), THREE);
        RawNode raw = new RawNode(
                Config.builder(config(1)).storage(new MemoryStorage()).build());
        raw.bootstrap(THREE);
        Ready first = raw.ready();
        assertThat(storage.entries(1, 4, Config.NO_LIMIT)).isEqualTo(first.entries());
        assertThat(storage.initialState().hardState()).isEqualTo(first.hardState());
    }

    @Test
    void lowersNeitherTermNorVoteWhenItBeginsGroup() {
        storage.setHardState(HardState.of(5, 2, 0));
        Node node = lib.startNode(config(1), THREE);
        assertThat(node.status().hardState()).isEqualTo(HardState.of(5, 2, 3));
        assertThat(storage.initialState().hardState()).isEqualTo(HardState.of(5, 2, 3));
    }

    @Test
    void waitsToBeAddedWithoutPeers() {
        Node node = lib.startNode(config(1), List.of());
        for (int i = 0; i < 100; i++) {
            node.tick();
        }
        assertThat(node.ready().poll(Duration.ZERO)).isNull();
        assertThat(node.status().confState()).isEqualTo(ConfState.EMPTY);
        assertThat(storage.writes()).isEmpty();
    }

    @Test
    void resumesOnStorageThatHoldsLogWhateverThePeers() {
        lib.startNode(config(1), THREE);
        storage.append(List.of(Entry.of(2, 4, bytes("x"))));
        storage.setHardState(HardState.of(2, 3, 4));
        storage.forget();
        Node node = lib.startNode(config(1), List.of(Peer.of(7)));
        assertThat(storage.writes()).isEmpty();
        assertThat(node.ready().take().committedEntries())
                .extracting(Entry::index)
                .containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void resumesFromSnapshot() {
        ConfState members = ConfState.of(List.of(1L, 2L), List.of());
        storage.applySnapshot(Snapshot.of(bytes("state"), SnapshotMetadata.of(members, 10, 3)));
        storage.setHardState(HardState.of(3, 0, 11));
        storage.append(List.of());
        storage.memory().append(List.of(Entry.of(3, 11, bytes("x"))));
        Node node = lib.startNode(config(1), THREE);
        assertThat(node.status().confState()).isEqualTo(members);
        assertThat(node.ready().take().committedEntries())
                .extracting(Entry::index)
                .containsExactly(11L);
    }

    @Test
    void finishesBeginningThatCrashedAfterItsEntriesWereStored() {
        lib.startNode(config(1), THREE);
        storage.memory().setHardState(HardState.of(1, 0, 0));
        lib.startNode(config(1), THREE);
        assertThat(storage.initialState().hardState().commit()).isEqualTo(3);
    }

    /** One that took the first of three entries for all would be a group of its own. */
    @Test
    void finishesBeginningThatCrashedAmidItsEntries() {
        lib.startNode(config(1), THREE);
        MemoryStorage torn = new MemoryStorage();
        torn.setHardState(HardState.of(1, 0, 0));
        torn.append(storage.entries(1, 2, Config.NO_LIMIT));
        Node node = lib.startNode(Config.builder(config(1)).storage(torn).build(), THREE);
        assertThat(torn.lastIndex()).isEqualTo(3);
        assertThat(node.ready().take().committedEntries()).hasSize(3);
    }

    /** Whoever takes the first two of three for all may lead by itself, and commit what the others do not have. */
    @Test
    void refusesToStartOnABeginningWithOtherPeersOrNone() {
        lib.startNode(config(1), THREE);
        List<Peer> moved = List.of(Peer.of(1, bytes("a:2")), THREE.get(1), THREE.get(2));
        for (int stored = 1; stored <= 3; stored++) {
            MemoryStorage torn = new MemoryStorage();
            torn.setHardState(HardState.of(1, 0, 0));
            torn.append(storage.entries(1, stored + 1, Config.NO_LIMIT));
            Config config = configOn(torn);
            List<ThrowingCallable> starts = List.of(
                    () -> lib.startNode(config, moved),
                    () -> lib.startNode(config, List.of()),
                    () -> lib.restartNode(config));
            for (ThrowingCallable start : starts) {
                assertThatThrownBy(start)
                        .isInstanceOf(InvalidConfigException.class)
                        .hasMessageContaining("bootstrap");
            }
            assertThat(lib.startNode(config, THREE).status().hardState().commit())
                    .isEqualTo(3);
        }
    }

    /** A member that was not there from the start gets the same entries from a leader, whose term is later. */
    @Test
    void resumesWithoutPeersWhatALeaderHasSent() {
        lib.startNode(config(1), THREE);
        MemoryStorage joined = new MemoryStorage();
        joined.setHardState(HardState.of(2, 0, 0));
        joined.append(storage.entries(1, 3, Config.NO_LIMIT));
        Node node = lib.restartNode(configOn(joined));
        assertThat(node.ready().poll(Duration.ZERO)).isNull();
    }

    /** A state machine that remembers what it has applied need not remember who the members are. */
    @Test
    void resumesWithTheMembershipThatWasApplied() {
        lib.startNode(config(1), List.of(Peer.of(1)));
        ConfChange second = ConfChange.of(ConfChangeType.ADD_NODE, 2);
        storage.append(List.of(Entry.of(2, 2, bytes("x")), Entry.of(2, 3, EntryType.CONF_CHANGE, second.encode())));
        storage.setHardState(HardState.of(2, 1, 1));
        Node node = lib.restartNode(Config.builder(config(1)).applied(3).build());
        assertThat(node.status().confState().voters()).containsExactly(1L, 2L);
        assertThat(node.ready().poll(Duration.ZERO).hardState().commit()).isEqualTo(3);
        node.campaign();
        assertThat(node.status().softState().role()).isEqualTo(StateType.PRE_CANDIDATE);
    }

    /** What it gives may be short, wrong or on a disk. */
    @Test
    void saysWhatTheStorageGaveInPlaceOfEntries() {
        lib.startNode(config(1), THREE);
        storage.setHardState(HardState.of(1, 0, 0));
        List<List<@Nullable Entry>> lies =
                List.of(List.of(), Collections.singletonList(null), List.of(Entry.of(1, 2, bytes("x"))));
        for (List<@Nullable Entry> lie : lies) {
            Config config = configOn(answering("entries", () -> lie));
            assertThatThrownBy(() -> lib.startNode(config, THREE)).isInstanceOf(RaftInvariantException.class);
            assertThatThrownBy(() -> lib.restartNode(config)).isInstanceOf(RaftInvariantException.class);
        }
        Config config = configOn(answering("entries", () -> {
            throw new EntriesNotInMemoryException(1, 4);
        }));
        assertThatThrownBy(() -> lib.restartNode(config)).isInstanceOf(EntriesNotInMemoryException.class);
    }

    @Test
    void startsOnAStorageThatGivesOneEntryAtATime() {
        lib.startNode(config(1), THREE);
        storage.setHardState(HardState.of(1, 0, 0));
        Config config = configOn((HardStateStorage) Proxy.newProxyInstance(
                HardStateStorage.class.getClassLoader(),
                new Class<?>[] {HardStateStorage.class},
                (proxy, call, args) -> call.getName().equals("entries")
                        ? storage.entries((long) args[0], (long) args[0] + 1, 0)
                        : call.invoke(storage, args)));
        assertThat(lib.startNode(config, THREE).status().hardState().commit()).isEqualTo(3);
    }

    @Test
    void restartsOnUsedStorageOnly() {
        assertThatThrownBy(() -> lib.restartNode(config(1)))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("empty");
        lib.startNode(config(1), THREE);
        assertThat(lib.restartNode(config(1)).ready().take().committedEntries()).hasSize(3);
    }

    @Test
    void refusesStorageThatCannotKeepHardStateAndNamesWhatIsMissing() {
        Config config = Config.builder(config(1)).storage(new SevenMethods()).build();
        assertThatThrownBy(() -> lib.startNode(config, THREE))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(HardStateStorage.class.getName())
                .hasMessageContaining(SevenMethods.class.getName());
    }

    @Test
    void refusesAsynchronousStorageWrites() {
        Config config = Config.builder(config(1)).asyncStorageWrites(true).build();
        assertThatThrownBy(() -> lib.startNode(config, THREE))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("RawNode");
    }

    @Test
    void refusesPeersThatAreNamedTwiceOrNone() {
        assertThatThrownBy(() -> lib.startNode(config(1), List.of(Peer.of(1), Peer.of(1))))
                .isInstanceOf(InvalidConfigException.class);
        assertThatThrownBy(() -> lib.startNode(config(1), List.of(Peer.of(0))))
                .isInstanceOf(InvalidConfigException.class);
        assertThat(storage.writes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"initialState", "firstIndex", "lastIndex", "snapshot", "setHardState", "append"})
    void saysWhichCallOfTheStorageFailed(String method) {
        IllegalStateException untyped = new IllegalStateException("the disk is gone");
        Config config = configOn(failing(method, untyped));
        assertThatThrownBy(() -> lib.startNode(config, THREE))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(method)
                .hasRootCause(untyped);
    }

    @ParameterizedTest
    @ValueSource(strings = {"initialState", "snapshot"})
    void saysWhichCallOfTheStorageReturnedNull(String method) {
        Config config = configOn(failing(method, null));
        assertThatThrownBy(() -> lib.startNode(config, THREE))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("null from " + method);
    }

    private Config configOn(HardStateStorage other) {
        return Config.builder(config(1)).storage(other).build();
    }

    /** Returns an empty storage of which one method throws, or returns null. */
    private static HardStateStorage failing(String method, @Nullable RuntimeException error) {
        return answering(new MemoryStorage(), method, () -> {
            if (error != null) {
                throw error;
            }
            return null;
        });
    }

    /** Returns this storage, with other answers of one method. */
    private HardStateStorage answering(String method, Supplier<@Nullable Object> answer) {
        return answering(storage, method, answer);
    }

    private static HardStateStorage answering(
            HardStateStorage storage, String method, Supplier<@Nullable Object> answer) {
        return (HardStateStorage) Proxy.newProxyInstance(
                HardStateStorage.class.getClassLoader(),
                new Class<?>[] {HardStateStorage.class},
                (proxy, call, args) -> call.getName().equals(method) ? answer.get() : call.invoke(storage, args));
    }

    @Test
    void copiesConfigurationOptionByOption() {
        ConfigBuilder every = Config.builder(config(1))
                .applied(1)
                .maxCommittedSizePerReady(2)
                .maxUncommittedEntriesSize(3)
                .maxInflightBytes(1 << 22)
                .checkQuorum(false)
                .preVote(false)
                .maxPendingReads(4)
                .disableProposalForwarding(true)
                .disableConfChangeValidation(true)
                .stepDownOnRemoval(false)
                .unsafeAsEtcd(true)
                .asyncStorageWrites(true);
        Config config = every.build();
        assertThat(Config.builder(config).build()).isEqualTo(config);
    }

    private Config config(long id) {
        return lib.newConfig(id, 10, 1, storage, 1 << 20, 256);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** A storage with the seven methods of the specification and no more. */
    private static final class SevenMethods implements Storage {
        private final MemoryStorage memory = new MemoryStorage();

        @Override
        public void append(List<Entry> entries) {
            memory.append(entries);
        }

        @Override
        public InitialState initialState() {
            return memory.initialState();
        }

        @Override
        public List<Entry> entries(long lo, long hi, long maxSize) {
            return memory.entries(lo, hi, maxSize);
        }

        @Override
        public long term(long index) {
            return memory.term(index);
        }

        @Override
        public long lastIndex() {
            return memory.lastIndex();
        }

        @Override
        public long firstIndex() {
            return memory.firstIndex();
        }

        @Override
        public Snapshot snapshot() {
            return memory.snapshot();
        }
    }
}
