package io.lutra.wal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.Lib;
import io.lutra.raft.Message;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.Ready;
import io.lutra.raft.StorageException;
import io.lutra.raft.node.Lutra;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.Survival;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three programs that use the specification's names alone, each on a log of its own, lose their power again and again: what was
 * applied anywhere is applied everywhere, in one order (I5, I18).
 */
class SpecificationOnLogTest {
    private static final int STEPS = 6000;

    /** A member: its disk outlives it, all else dies with it. */
    private static final class Member {
        final long id;
        final SimulatedDisk disk;
        Wal wal;
        GroupStorage storage;
        Node node;
        final List<String> state = new ArrayList<>();
        long applied;

        Member(long id, long seed) {
            this.id = id;
            this.disk = new SimulatedDisk(seed * 10 + id);
        }

        void start(Lib lib) {
            SimulatedDirectory directory = new SimulatedDirectory(disk);
            wal = disk.exists(Format.IDENTITY)
                    ? Wal.open(directory, Scenes.IDENTITY, Scenes.SMALL)
                    : Wal.create(directory, Scenes.IDENTITY, Scenes.SMALL);
            storage = GroupStorage.openOrCreate(wal, 7);
            state.clear();
            applied = 0;
            List<Peer> peers =
                    List.of(lib.newPeer(1, new byte[0]), lib.newPeer(2, new byte[0]), lib.newPeer(3, new byte[0]));
            node = lib.startNode(lib.newConfig(id, 10, 1, storage, 4096, 16), peers);
        }

        void losePower(Survival survival) {
            disk.crash(survival);
            node.stop();
        }

        /** Takes a Ready and does what it asks for. */
        void work(List<ArrayDeque<byte[]>> network) {
            Ready ready = node.ready().poll(Duration.ZERO);
            if (ready == null) {
                return;
            }
            storage.append(ready.entries());
            for (Message message : ready.messages()) {
                network.get((int) message.to()).add(message.data());
            }
            for (Entry entry : ready.committedEntries()) {
                apply(entry);
            }
            node.advance();
        }

        private void apply(Entry entry) {
            if (entry.index() != applied + 1) {
                String snapshot = new String(storage.snapshot().data(), UTF_8);
                state.clear();
                state.addAll(snapshot.isEmpty() ? List.of() : List.of(snapshot.split("\n")));
                applied = storage.snapshot().metadata().index();
            }
            if (entry.type() == EntryType.CONF_CHANGE) {
                node.applyConfChange(ConfChange.unmarshal(entry.data()));
            } else if (entry.payloadSize() > 0) {
                state.add(new String(entry.data(), UTF_8));
            }
            applied = entry.index();
        }

        /** Cuts the log behind a snapshot, as a program does that knows its storage. */
        void snapshot() {
            long newest = storage.group().snapshot().index();
            if (applied > newest + 20) {
                storage.createSnapshot(
                        applied,
                        ConfState.of(List.of(1L, 2L, 3L), List.of()),
                        String.join("\n", state).getBytes(UTF_8));
                storage.compact(applied - 5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void losesNothingThatWasApplied(long seed) {
        Random random = new Random(seed);
        Lib lib = new Lutra();
        List<Member> members = new ArrayList<>();
        List<ArrayDeque<byte[]>> network = new ArrayList<>();
        network.add(new ArrayDeque<>());
        for (long id = 1; id <= 3; id++) {
            members.add(new Member(id, seed));
            network.add(new ArrayDeque<>());
            members.get((int) id - 1).start(lib);
        }
        List<String> longest = new ArrayList<>();
        int crashes = 0;
        for (int step = 0; step < STEPS; step++) {
            boolean calm = step > STEPS - 2000;
            Member member = members.get(random.nextInt(3));
            int what = random.nextInt(100);
            ArrayDeque<byte[]> inbox = network.get((int) member.id);
            if (what < 40) {
                member.work(network);
            } else if (what < 80) {
                byte[] message = inbox.poll();
                if (message != null && (calm || random.nextInt(20) > 0)) {
                    member.node.step(message);
                }
            } else if (what < 90) {
                member.node.tick();
            } else if (what < 96 && member.node.status().softState().lead() == member.id) {
                member.node.propose(("command " + step).getBytes(UTF_8), Duration.ZERO);
            } else if (what < 98) {
                member.snapshot();
            } else if (!calm && random.nextInt(4) == 0) {
                member.losePower(random.nextBoolean() ? Survival.nothing() : Survival.torn(step));
                inbox.clear();
                member.start(lib);
                crashes++;
            }
            int common = Math.min(longest.size(), member.state.size());
            assertThat(member.state.subList(0, common))
                    .as("seed %d, step %d, member %d", seed, step, member.id)
                    .isEqualTo(longest.subList(0, common));
            if (member.state.size() > longest.size()) {
                longest = new ArrayList<>(member.state);
            }
        }
        assertThat(crashes).isGreaterThan(10);
        assertThat(longest).hasSizeGreaterThan(30);
        for (Member member : members) {
            assertThat(member.state)
                    .as("seed %d, member %d at the end", seed, member.id)
                    .hasSizeGreaterThan(longest.size() - 40);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void tellsAProgramThatItsLogIsClosed(int count) {
        Wal wal = Wal.create(new SimulatedDirectory(new SimulatedDisk(1)), Scenes.IDENTITY, Scenes.SMALL);
        GroupStorage storage = GroupStorage.openOrCreate(wal, 1);
        storage.append(Scenes.entries(1, count, 1));
        wal.close();
        assertThatThrownBy(() -> storage.append(Scenes.entries(count + 1, count + 1, 1)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("closed");
    }
}
