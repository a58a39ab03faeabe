package io.lutra.wal;

import static io.lutra.wal.Scenes.entries;
import static io.lutra.wal.Scenes.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.UnavailableException;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.Survival;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Writes that are queued while earlier ones wait: judged by what is queued, complete in order, and of one life of a group. */
class QueuedWritesTest {
    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final SimulatedDirectory disk = new SimulatedDirectory(simulated);
    private final List<String> done = new ArrayList<>();
    private Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
    private GroupLog group = newGroup(1);

    private GroupLog newGroup(long id) {
        GroupLog made = wal.createGroup(id, 1, Completion.NONE);
        write(wal);
        return made;
    }

    private void open(WalOptions options) {
        wal = Wal.open(disk, Scenes.IDENTITY, options);
        group = wal.group(1);
    }

    private void reopen() {
        wal.close();
        open(Scenes.SMALL);
    }

    private void crash() {
        wal.abandon();
        simulated.crash(Survival.nothing());
        open(Scenes.SMALL);
    }

    private Completion done(String what) {
        return failure -> done.add(what);
    }

    private static Entry large(long index, int bytes) {
        return Entry.of(1, index, new byte[bytes]);
    }

    /** Found by review: the one told what is durable, the other what is queued. */
    @Test
    void listsTheGroupsThatItHands() {
        wal.dropGroup(1, Completion.NONE);
        assertThat(wal.groups()).isEmpty();
        assertThat(wal.group(1)).isNull();
        wal.createGroup(1, 2, Completion.NONE);
        wal.createGroup(2, 1, Completion.NONE);
        assertThat(wal.groups())
                .containsExactly(1L, 2L)
                .allSatisfy(id -> assertThat(wal.group(id)).isNotNull());
        write(wal);
        assertThat(wal.groups()).containsExactly(1L, 2L);
    }

    @Test
    void refusesAGenerationThatIsNone() {
        for (int generation : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> wal.createGroup(2, generation, Completion.NONE))
                    .isExactlyInstanceOf(WalException.class)
                    .hasMessageContaining("below 1");
        }
        assertThat(wal.groups()).containsExactly(1L);
    }

    @Test
    void completesWhatAsksForNoSyncAfterWhatWasQueuedBefore() {
        group.append(HardState.of(5, 2, 0), entries(1, 3, 5), done("vote and entries"));
        group.append(HardState.of(5, 2, 1), List.of(), done("commit"));
        group.append(null, List.of(), done("nothing"));
        assertThat(done).isEmpty();
        long before = simulated.changes();
        write(wal);
        assertThat(done).containsExactly("vote and entries", "commit", "nothing");
        assertThat(simulated.changes() - before).as("one write and one sync").isEqualTo(2);
        assertThat(group.hardState()).isEqualTo(HardState.of(5, 2, 1));
    }

    @Test
    void completesASecondCompactionToTheSameIndexAfterTheFirst() {
        group.append(null, entries(1, 5, 1), Completion.NONE);
        write(wal);
        group.compact(3, done("first"));
        group.compact(3, done("second"));
        assertThat(done).isEmpty();
        write(wal);
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void completesACommitIndexThatACompletionTellsWithoutAnotherSync() {
        group.append(null, entries(1, 3, 1), failure -> {
            group.append(HardState.of(0, 0, 3), List.of(), done("commit"));
            done.add("entries");
        });
        long before = simulated.changes();
        write(wal);
        assertThat(done).containsExactly("entries", "commit");
        assertThat(simulated.changes() - before).isEqualTo(2);
        assertThat(group.hardState().commit()).isEqualTo(3);
    }

    @Test
    void statesNoCommitIndexInACheckpointThatWasToldForEntriesThatStillWait() {
        wal.close();
        open(Scenes.SMALL.withMaxBatchBytes(7600));
        group.append(HardState.of(1, 1, 5), entries(1, 10, 1), Completion.NONE);
        GroupLog other = newGroup(2);
        for (long index = 1; index <= 3; index++) {
            other.append(null, List.of(large(index, 7000)), Completion.NONE);
            write(wal);
        }
        long segments = wal.sizeBytes();
        other.append(null, List.of(large(4, 7500)), Completion.NONE);
        group.append(HardState.of(2, 3, 5), entries(6, 10, 2), Completion.NONE);
        group.append(HardState.of(2, 3, 10), List.of(), Completion.NONE);
        assertThat(wal.doWork())
                .as("the other group's entry fills a batch, which begins a segment")
                .isEqualTo(1);
        assertThat(wal.sizeBytes()).isGreaterThan(segments);
        crash();
        assertThat(group.term(10)).isEqualTo(1);
        assertThat(group.hardState()).isEqualTo(HardState.of(1, 1, 5));
    }

    @Test
    void keepsACommitIndexOfALifeThatEndedOutOfTheNext() {
        group.append(HardState.of(1, 1, 0), entries(1, 10, 1), Completion.NONE);
        write(wal);
        group.append(HardState.of(1, 1, 10), List.of(), Completion.NONE);
        wal.dropGroup(1, Completion.NONE);
        GroupLog next = wal.createGroup(1, 2, Completion.NONE);
        next.append(null, entries(1, 3, 1), Completion.NONE);
        write(wal);
        assertThat(next.hardState()).isEqualTo(HardState.EMPTY);
        reopen();
        assertThat(group.hardState()).isEqualTo(HardState.EMPTY);
    }

    @Test
    void keepsACommitIndexOfALifeThatEndedOutOfTheNextWhenTheLogIsClosedBetween() {
        group.append(HardState.of(1, 1, 0), entries(1, 10, 1), Completion.NONE);
        write(wal);
        group.append(HardState.of(1, 1, 10), List.of(), Completion.NONE);
        wal.dropGroup(1, Completion.NONE);
        wal.createGroup(1, 2, Completion.NONE);
        reopen();
        group.append(null, entries(1, 7, 1), Completion.NONE);
        write(wal);
        assertThat(group.hardState()).isEqualTo(HardState.EMPTY);
    }

    @Test
    void compactsWithTheTermOfAnEntryThatStillWaits() {
        group.append(null, entries(1, 10, 1), Completion.NONE);
        write(wal);
        group.append(null, entries(4, 9, 2), Completion.NONE);
        group.compact(6, Completion.NONE);
        assertThatThrownBy(() -> group.compact(10, Completion.NONE)).isInstanceOf(UnavailableException.class);
        write(wal);
        assertThat(group.term(6)).isEqualTo(2);
        reopen();
        assertThat(group.term(6)).isEqualTo(2);
        assertThat(group.entries(7, 10, Long.MAX_VALUE)).isEqualTo(entries(7, 9, 2));
    }

    @Test
    void compactsALifeThatStillWaitsByItsOwnEntries() {
        group.append(null, entries(1, 10, 1), Completion.NONE);
        group.compact(5, Completion.NONE);
        write(wal);
        wal.dropGroup(1, Completion.NONE);
        GroupLog next = wal.createGroup(1, 2, Completion.NONE);
        next.append(null, entries(1, 9, 7), Completion.NONE);
        next.compact(2, Completion.NONE);
        write(wal);
        assertThat(next.term(2)).isEqualTo(7);
        assertThat(next.entries(3, 10, Long.MAX_VALUE)).isEqualTo(entries(3, 9, 7));
    }

    @Test
    void movesNoEntriesBehindTheEndOfTheirGroup() {
        group.append(HardState.of(1, 2, 3), entries(1, 3, 1), Completion.NONE);
        GroupLog busy = newGroup(2);
        for (long index = 1; index <= 100; index++) {
            busy.append(null, entries(index, index, 1), Completion.NONE);
            write(wal);
        }
        busy.compact(99, Completion.NONE);
        write(wal);
        wal.dropGroup(1, Completion.NONE);
        for (int step = 0; step < 8; step++) {
            wal.maintain();
        }
        reopen();
        assertThat(wal.groups()).containsExactly(2L);
        assertThat(wal.createGroup(1, 2, Completion.NONE).generation()).isEqualTo(2);
    }

    @Test
    void writesAndReadsNothingOfTheNextLifeThroughThePartOfOneThatEnded() {
        wal.dropGroup(1, Completion.NONE);
        GroupLog next = wal.createGroup(1, 2, Completion.NONE);
        assertThatThrownBy(() -> group.append(HardState.of(9, 9, 0), entries(1, 3, 9), Completion.NONE))
                .isInstanceOf(WalException.class)
                .hasMessageContaining("generation 1 of group 1 was dropped");
        assertThat(group.lastIndex())
                .as("as it is while its end is not durable")
                .isZero();
        assertThatThrownBy(next::lastIndex)
                .isInstanceOf(WalException.class)
                .hasMessageContaining("generation 2 of group 1 is not durable yet");
        write(wal);
        assertThatThrownBy(group::lastIndex).isInstanceOf(WalException.class).hasMessageContaining("was dropped");
        assertThat(next.hardState()).isEqualTo(HardState.EMPTY);
    }
}
