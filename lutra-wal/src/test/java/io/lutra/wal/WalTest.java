package io.lutra.wal;

import static io.lutra.wal.Scenes.data;
import static io.lutra.wal.Scenes.entries;
import static io.lutra.wal.Scenes.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.testkit.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a log does while nothing goes wrong. */
class WalTest {
    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final SimulatedDirectory disk = new SimulatedDirectory(simulated);
    private Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);

    private Wal reopen() {
        wal.close();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        return wal;
    }

    private GroupLog group(long id) {
        return wal.group(id);
    }

    private GroupLog newGroup(long id) {
        GroupLog group = wal.createGroup(id, 1, Completion.NONE);
        write(wal);
        return group;
    }

    @Test
    void findsAgainWhatWasAppended() {
        GroupLog group = newGroup(7);
        group.append(HardState.of(2, 3, 1), entries(1, 5, 2), Completion.NONE);
        write(wal);
        reopen();
        assertThat(group(7).entries(1, 6, Long.MAX_VALUE)).isEqualTo(entries(1, 5, 2));
        assertThat(group(7).hardState()).isEqualTo(HardState.of(2, 3, 1));
        assertThat(wal.damages()).isEmpty();
        assertThat(wal.incarnation()).isEqualTo(2);
    }

    @Test
    void completesInOrderAfterTheSyncAndNotBefore() {
        GroupLog group = newGroup(1);
        List<Long> done = new ArrayList<>();
        for (long i = 1; i <= 10; i++) {
            long index = i;
            group.append(null, entries(i, i, 1), failure -> done.add(index));
        }
        assertThat(done).isEmpty();
        assertThat(group.lastIndex()).isZero();
        assertThat(wal.doWork()).isEqualTo(10);
        assertThat(done).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(group.lastIndex()).isEqualTo(10);
    }

    @Test
    void writesWhatManyGroupsQueuedWithOneWriteAndOneSync() {
        for (long id = 1; id <= 20; id++) {
            wal.createGroup(id, 1, Completion.NONE);
        }
        write(wal);
        for (long id = 1; id <= 20; id++) {
            group(id).append(HardState.of(1, 1, 0), entries(1, 3, 1), Completion.NONE);
        }
        long before = simulated.changes();
        assertThat(wal.doWork()).isEqualTo(20);
        assertThat(simulated.changes() - before).isEqualTo(2);
    }

    @Test
    void asksForNoSyncForACommitIndexAlone() {
        GroupLog group = newGroup(1);
        group.append(HardState.of(1, 1, 0), entries(1, 3, 1), Completion.NONE);
        write(wal);
        List<String> done = new ArrayList<>();
        group.append(HardState.of(1, 1, 2), List.of(), failure -> done.add("commit"));
        assertThat(done).containsExactly("commit");
        assertThat(wal.hasWork()).isFalse();
        assertThat(group.hardState().commit()).isEqualTo(2);
        wal.abandon();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        assertThat(group(1).hardState().commit()).isZero();
        group(1).append(HardState.of(1, 1, 2), List.of(), Completion.NONE);
        reopen();
        assertThat(group(1).hardState().commit()).isEqualTo(2);
    }

    @Test
    void storesACommitIndexThatWasToldAloneWithTheNextMark() {
        GroupLog group = newGroup(1);
        group.append(HardState.of(1, 1, 0), entries(1, 9, 1), Completion.NONE);
        write(wal);
        group.append(HardState.of(1, 1, 5), List.of(), Completion.NONE);
        group.compact(4, Completion.NONE);
        assertThat(group.toldHardState().commit()).as("while it is on its way").isEqualTo(5);
        write(wal);
        wal.abandon();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        assertThat(group(1).toldHardState()).isEqualTo(HardState.of(1, 1, 5));
    }

    @Test
    void startsANodeWithACommitIndexThatItsLogHas() {
        GroupLog group = newGroup(1);
        group.append(HardState.of(1, 1, 9), entries(1, 3, 1), Completion.NONE);
        write(wal);
        assertThat(group.hardState()).isEqualTo(HardState.of(1, 1, 3));
        group.append(HardState.of(2, 1, 0), entries(4, 6, 2), Completion.NONE);
        write(wal);
        group.compact(5, Completion.NONE);
        reopen();
        assertThat(group(1).hardState()).isEqualTo(HardState.of(2, 1, 5));
    }

    @Test
    void replacesASuffixForGood() {
        GroupLog group = newGroup(1);
        group.append(null, entries(1, 9, 1), Completion.NONE);
        write(wal);
        group.append(null, entries(4, 5, 2), Completion.NONE);
        write(wal);
        reopen();
        assertThat(group(1).lastIndex()).isEqualTo(5);
        List<Entry> expected = new ArrayList<>(entries(1, 3, 1));
        expected.addAll(entries(4, 5, 2));
        assertThat(group(1).entries(1, 6, Long.MAX_VALUE)).isEqualTo(expected);
        assertThat(group(1).term(3)).isEqualTo(1);
        assertThat(group(1).term(4)).isEqualTo(2);
    }

    @Test
    void refusesAGapAndStaysAsItWas() {
        GroupLog group = newGroup(1);
        group.append(null, entries(1, 3, 1), Completion.NONE);
        assertThatThrownBy(() -> group.append(null, entries(5, 6, 1), Completion.NONE))
                .isInstanceOf(WalException.class)
                .hasMessageContaining("gap");
        group.append(null, entries(4, 4, 1), Completion.NONE);
        write(wal);
        assertThat(group.lastIndex()).isEqualTo(4);
    }

    @Test
    void rollsThroughSegmentsAndFreesThem() {
        GroupLog group = newGroup(1);
        for (long i = 1; i <= 2000; i++) {
            group.append(null, entries(i, i, 1), Completion.NONE);
            write(wal);
            if (i % 100 == 0) {
                Scenes.snapshot(group, i - 10, "state " + i);
                write(wal);
                group.compact(i - 20, Completion.NONE);
                write(wal);
            }
        }
        Scenes.settle(wal);
        assertThat(wal.sizeBytes()).isLessThan(10L * Scenes.SMALL.segmentSize());
        reopen();
        assertThat(wal.damages()).isEmpty();
        assertThat(group(1).firstIndex()).isEqualTo(1981);
        assertThat(group(1).entries(1981, 2001, Long.MAX_VALUE)).isEqualTo(entries(1981, 2000, 1));
        try (SnapshotReader reader = group(1).openSnapshot()) {
            assertThat(reader.metadata().index()).isEqualTo(1990);
            assertThat(reader.readAllBytes()).isEqualTo(data("state 2000"));
        }
    }

    @Test
    void movesTheRemainderOfAnIdleGroup() {
        GroupLog idle = newGroup(1);
        idle.append(HardState.of(1, 2, 3), entries(1, 3, 1), Completion.NONE);
        write(wal);
        GroupLog busy = newGroup(2);
        long last = 0;
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 50; i++) {
                last++;
                busy.append(null, entries(last, last, 1), Completion.NONE);
                write(wal);
            }
            busy.compact(last - 1, Completion.NONE);
            write(wal);
            Scenes.settle(wal);
        }
        assertThat(wal.sizeBytes()).isLessThanOrEqualTo(2L * Scenes.SMALL.segmentSize());
        reopen();
        assertThat(group(1).entries(1, 4, Long.MAX_VALUE)).isEqualTo(entries(1, 3, 1));
        assertThat(group(1).hardState()).isEqualTo(HardState.of(1, 2, 3));
        assertThat(wal.damages()).isEmpty();
    }

    @Test
    void tellsWhichGroupsPinTheOldestSegment() {
        newGroup(1).append(null, entries(1, 100, 1), Completion.NONE);
        write(wal);
        GroupLog busy = newGroup(2);
        for (long i = 1; i <= 200; i++) {
            busy.append(null, entries(i, i, 1), Completion.NONE);
            write(wal);
        }
        busy.compact(200, Completion.NONE);
        write(wal);
        Scenes.settle(wal);
        assertThat(wal.pinningOldest()).extracting(Wal.Pin::group).containsExactly(1L);
    }

    @Test
    void dropsAGroupForGood() {
        newGroup(1).append(null, entries(1, 3, 1), Completion.NONE);
        write(wal);
        wal.dropGroup(1, Completion.NONE);
        write(wal);
        assertThat(wal.group(1)).isNull();
        reopen();
        assertThat(wal.group(1)).isNull();
        assertThat(wal.groups()).isEmpty();
        assertThatThrownBy(() -> wal.createGroup(1, 1, Completion.NONE)).isInstanceOf(WalException.class);
        GroupLog again = wal.createGroup(1, 2, Completion.NONE);
        write(wal);
        again.append(null, entries(1, 1, 5), Completion.NONE);
        write(wal);
        reopen();
        assertThat(group(1).generation()).isEqualTo(2);
        assertThat(group(1).entries(1, 2, Long.MAX_VALUE)).isEqualTo(entries(1, 1, 5));
    }

    @Test
    void installsASnapshotInPlaceOfTheLog() {
        GroupLog group = newGroup(1);
        group.append(HardState.of(3, 1, 1), entries(1, 5, 1), Completion.NONE);
        write(wal);
        SnapshotMetadata metadata = SnapshotMetadata.of(ConfState.of(List.of(1L, 2L), List.of()), 50, 3);
        try (SnapshotWriter writer = group.newSnapshot(metadata)) {
            writer.write(data("all"));
            group.install(writer.commit(), Completion.NONE);
        }
        write(wal);
        group.append(null, entries(51, 52, 3), Completion.NONE);
        write(wal);
        reopen();
        assertThat(group(1).firstIndex()).isEqualTo(51);
        assertThat(group(1).lastIndex()).isEqualTo(52);
        assertThat(group(1).term(50)).isEqualTo(3);
        assertThat(group(1).snapshot()).isEqualTo(metadata);
        assertThat(group(1).hardState()).isEqualTo(HardState.of(3, 1, 50));
    }

    @Test
    void asksForSnapshotsWhileItIsLargerThanItsBudget() {
        wal.close();
        long budget = 2L * Scenes.SMALL.segmentSize();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL.withBudgetBytes(budget));
        GroupLog group = newGroup(1);
        long last = 0;
        while (wal.sizeBytes() <= budget) {
            assertThat(wal.isOverBudget()).isFalse();
            last++;
            group.append(null, entries(last, last, 1), Completion.NONE);
            write(wal);
        }
        assertThat(wal.isOverBudget()).isTrue();
        group.compact(last, Completion.NONE);
        write(wal);
        Scenes.settle(wal);
        assertThat(wal.isOverBudget()).isFalse();
    }

    @Test
    void readsOldEntriesFromDiskAndNewOnesFromMemory() {
        wal.close();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL.withCacheBytes(1000));
        GroupLog group = newGroup(1);
        for (long i = 1; i <= 200; i++) {
            group.append(null, entries(i, i, 1), Completion.NONE);
            write(wal);
        }
        assertThat(wal.cachedBytes()).isBetween(500L, 1000L);
        assertThat(group.entriesInMemory(1, 201, Long.MAX_VALUE)).isNull();
        assertThat(group.entriesInMemory(200, 201, Long.MAX_VALUE)).isEqualTo(entries(200, 200, 1));
        assertThat(group.entries(1, 201, Long.MAX_VALUE)).isEqualTo(entries(1, 200, 1));
        int two = entries(1, 2, 1).stream().mapToInt(Entry::encodedSize).sum();
        assertThat(group.entries(1, 201, two)).isEqualTo(entries(1, 2, 1));
        assertThat(group.entries(1, 201, 0)).isEqualTo(entries(1, 1, 1));
        assertThat(wal.indexMemory()).isLessThanOrEqualTo(24 * 200);
    }

    /** Found by review: an entry that is replaced again and again left a token each time. */
    @Test
    void takesNoMoreMemoryForEntriesThatAreReplaced() {
        GroupLog group = newGroup(1);
        for (long term = 1; term <= 1000; term++) {
            group.append(null, entries(1, 60, term), Completion.NONE);
            if (term % 20 == 0) {
                write(wal);
                wal.maintain();
            }
        }
        assertThat(wal.cacheCapacity()).isEqualTo(EntryCache.MIN_CAPACITY);
        assertThat(group.entriesInMemory(1, 61, Long.MAX_VALUE)).isEqualTo(entries(1, 60, 1000));
    }

    /** Found by review: an opening took memory for all segments at once. */
    @Test
    void readsOneSegmentAfterTheOtherWhenItIsOpened() throws Exception {
        GroupLog group = newGroup(1);
        for (long i = 1; i <= 500; i++) {
            group.append(null, entries(i, i, 1), Completion.NONE);
            write(wal);
        }
        wal.close();
        long id = Opening.identityOf(disk).logId();
        LogScan.Result result = new LogScan(disk, id, new LogReader()).run();
        assertThat(result.segments()).hasSizeGreaterThan(8);
        assertThat(result.segments()).allMatch(segment -> segment.memory() == 0);
    }
}
