package io.lutra.wal;

import static io.lutra.wal.Scenes.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Message;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.protocol.RawNode;
import io.lutra.testkit.disk.SimulatedDisk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Old entries are read off the thread that asks for them, a page at a time. */
class EntryReadsTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final Wal wal =
            Wal.create(new SimulatedDirectory(simulated), Scenes.IDENTITY, Scenes.SMALL.withCacheBytes(0));
    private final GroupStorage blocking = GroupStorage.openOrCreate(wal, 1);
    private int told;

    private GroupStorage storage(EntryReads reads) {
        return new GroupStorage(wal, blocking.group(), reads, () -> told++);
    }

    private static void misses(GroupStorage storage, long lo, long hi, long maxSize) {
        assertThatThrownBy(() -> storage.entries(lo, hi, maxSize)).isInstanceOf(EntriesNotInMemoryException.class);
    }

    @Test
    void readsWhatWasAskedForAndTellsWhoAsked() {
        EntryReads reads = new EntryReads(NO_LIMIT);
        GroupStorage storage = storage(reads);
        storage.append(entries(1, 20, 1));
        long before = simulated.operations();
        misses(storage, 3, 9, NO_LIMIT);
        misses(storage, 3, 9, NO_LIMIT);
        assertThat(simulated.operations())
                .as("what the one who asks does to the disk")
                .isEqualTo(before);
        assertThat(reads.doWork()).isEqualTo(1);
        assertThat(reads.doWork()).isZero();
        assertThat(told).isEqualTo(1);
        before = simulated.operations();
        assertThat(storage.entries(3, 9, NO_LIMIT)).isEqualTo(entries(3, 8, 1));
        assertThat(storage.entries(3, 6, NO_LIMIT))
                .as("less from the same place")
                .isEqualTo(entries(3, 5, 1));
        assertThat(simulated.operations()).isEqualTo(before);
        misses(storage, 3, 15, NO_LIMIT);
    }

    @Test
    void readsNoMoreAtOnceThanWasAskedFor() {
        EntryReads reads = new EntryReads(NO_LIMIT);
        GroupStorage storage = storage(reads);
        storage.append(entries(1, 100, 1));
        long three = entries(1, 3, 1).stream().mapToLong(Entry::encodedSize).sum();
        misses(storage, 1, 101, three);
        reads.doWork();
        assertThat(reads.bytes()).isEqualTo(three + EntryReads.PAGE_BYTES);
        assertThat(storage.entries(1, 101, three)).isEqualTo(entries(1, 3, 1));
    }

    @Test
    void keepsNoMoreThanItMayAndReadsAgain() {
        long one = entries(50, 50, 1).get(0).encodedSize() + EntryReads.PAGE_BYTES;
        EntryReads reads = new EntryReads(3 * one);
        GroupStorage storage = storage(reads);
        storage.append(entries(1, 60, 1));
        for (long index = 50; index < 55; index++) {
            misses(storage, index, index + 1, NO_LIMIT);
        }
        while (reads.hasWork()) {
            reads.doWork();
            assertThat(reads.bytes()).isLessThanOrEqualTo(3 * one);
        }
        assertThat(storage.entries(54, 55, NO_LIMIT)).isEqualTo(entries(54, 54, 1));
        misses(storage, 50, 51, NO_LIMIT);
        reads.doWork();
        assertThat(storage.entries(50, 51, NO_LIMIT)).isEqualTo(entries(50, 50, 1));
    }

    /** Found by review: what could not be read was kept for ever if nobody asked again. */
    @Test
    void keepsNoMoreThanItMayOfWhatCouldNotBeRead() {
        EntryReads reads = new EntryReads(10 * EntryReads.PAGE_BYTES);
        GroupStorage storage = storage(reads);
        storage.append(entries(1, 100, 1));
        for (long index = 1; index <= 100; index++) {
            misses(storage, index, index + 1, NO_LIMIT);
        }
        storage.compact(100);
        while (reads.hasWork()) {
            reads.doWork();
            assertThat(reads.bytes()).isLessThanOrEqualTo(10 * EntryReads.PAGE_BYTES);
        }
        assertThat(reads.bytes()).isEqualTo(10 * EntryReads.PAGE_BYTES);
    }

    @Test
    void givesNothingThatWasReplacedOrCompactedSince() {
        EntryReads reads = new EntryReads(NO_LIMIT);
        GroupStorage storage = storage(reads);
        storage.append(entries(1, 9, 1));
        misses(storage, 2, 8, NO_LIMIT);
        reads.doWork();
        storage.append(entries(5, 9, 2));
        misses(storage, 2, 8, NO_LIMIT);
        reads.doWork();
        assertThat(storage.entries(2, 8, NO_LIMIT)).extracting(Entry::term).containsExactly(1L, 1L, 1L, 2L, 2L, 2L);
        misses(storage, 1, 3, NO_LIMIT);
        storage.compact(4);
        reads.doWork();
        assertThatThrownBy(() -> storage.entries(1, 3, NO_LIMIT)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> storage.entries(2, 8, NO_LIMIT)).isInstanceOf(CompactedException.class);
    }

    @Test
    void tellsOfDamageWhenItIsAskedAgain() throws Exception {
        EntryReads reads = new EntryReads(NO_LIMIT);
        GroupStorage storage = storage(reads);
        storage.append(entries(1, 9, 1));
        misses(storage, 1, 9, NO_LIMIT);
        for (int sector = 8; sector < 40; sector++) {
            simulated.damage().flipBit(Format.segmentName(1), 8L * (sector * 512 + 100));
        }
        reads.doWork();
        assertThatThrownBy(() -> storage.entries(1, 9, NO_LIMIT)).isInstanceOf(DamagedLogException.class);
    }

    /** A leader with nothing in memory brings up a follower that has nothing, and its own steps never touch the disk. */
    @Test
    void aLeaderBringsUpAFollowerWithoutReadingTheDiskItself() {
        EntryReads reads = new EntryReads(1 << 16);
        Snapshot begin = Snapshot.of(new byte[0], SnapshotMetadata.of(ConfState.of(List.of(1L), List.of(2L)), 1, 1));
        GroupStorage storage = storage(reads);
        storage.applySnapshot(begin);
        RawNode leader = node(1, storage);
        leader.campaign();
        settle(leader, storage);
        for (int i = 0; i < 500; i++) {
            leader.propose(Scenes.data("command " + i));
            settle(leader, storage);
        }
        MemoryStorage memory = new MemoryStorage();
        memory.applySnapshot(begin);
        RawNode follower = node(2, memory);

        ArrayDeque<Message> toLeader = new ArrayDeque<>();
        int pages = 0;
        for (int step = 0; step < 5000 && memory.lastIndex() < storage.lastIndex(); step++) {
            long before = simulated.operations();
            leader.tick();
            while (!toLeader.isEmpty()) {
                leader.step(toLeader.remove());
            }
            List<Message> sent = settle(leader, storage);
            assertThat(simulated.operations()).isEqualTo(before);
            sent.forEach(follower::step);
            toLeader.addAll(settle(follower, memory));
            if (reads.doWork() > 0) {
                pages++;
                leader.entriesFetched();
            }
        }
        assertThat(memory.lastIndex()).isEqualTo(storage.lastIndex());
        assertThat(memory.entries(2, memory.lastIndex() + 1, NO_LIMIT))
                .isEqualTo(blocking.entries(2, blocking.lastIndex() + 1, NO_LIMIT));
        assertThat(pages).isGreaterThan(5);
        assertThat(told).isGreaterThanOrEqualTo(pages);
    }

    private static RawNode node(long id, HardStateStorage storage) {
        return new RawNode(Config.builder()
                .id(id)
                .storage(storage)
                .electionTick(10)
                .heartbeatTick(1)
                .maxSizePerMsg(1000)
                .maxInflightMsgs(2)
                .applied(1)
                .build());
    }

    /** Does all that a node asks for, and returns what it sends. */
    private static List<Message> settle(RawNode node, HardStateStorage storage) {
        List<Message> sent = new ArrayList<>();
        while (node.hasReady()) {
            Ready ready = node.ready();
            if (!ready.hardState().isEmpty()) {
                storage.setHardState(ready.hardState());
            }
            if (!ready.entries().isEmpty()) {
                storage.append(ready.entries());
            }
            sent.addAll(ready.messages());
            node.advance();
        }
        return sent;
    }

    /** Found by review: an error that is none of the log's left whoever asked waiting for ever. */
    @Test
    void tellsWhoAskedWhenTheReadEndsInAnError() {
        WatchedDirectory disk = new WatchedDirectory(new SimulatedDirectory(new SimulatedDisk(2)));
        Wal watched = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL.withCacheBytes(0));
        EntryReads reads = new EntryReads(NO_LIMIT);
        GroupLog group = GroupStorage.openOrCreate(watched, 1).group();
        GroupStorage storage = new GroupStorage(watched, group, reads, () -> told++);
        storage.append(entries(1, 20, 1));
        misses(storage, 3, 9, NO_LIMIT);
        disk.watch((operation, name) -> {
            throw new OutOfMemoryError("there is no memory for a buffer");
        });
        assertThat(reads.doWork()).isEqualTo(1);
        assertThat(told).isEqualTo(1);
        disk.watch(WatchedDirectory.NOBODY);
        assertThatThrownBy(() -> storage.entries(3, 9, NO_LIMIT)).hasRootCauseInstanceOf(OutOfMemoryError.class);
        misses(storage, 3, 9, NO_LIMIT);
        assertThat(reads.doWork()).isEqualTo(1);
        assertThat(storage.entries(3, 9, NO_LIMIT)).isEqualTo(entries(3, 8, 1));
    }
}
