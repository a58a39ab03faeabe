package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A full disk: what needs no room goes on, compaction brings room back, and nobody has to do more for it than to call maintain. */
class FullDiskTest {
    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final SimulatedDirectory disk = new SimulatedDirectory(simulated);
    private final Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
    private final GroupLog group = wal.createGroup(1, 1, Completion.NONE);
    private final GroupLog other = wal.createGroup(2, 1, Completion.NONE);
    private long last;

    {
        Scenes.write(wal);
    }

    /** Queues an entry that takes almost half a segment. */
    private void appendLarge() {
        group.append(null, List.of(Entry.of(1, ++last, new byte[12_000])), Completion.NONE);
    }

    private void fillSegments() {
        while (wal.sizeBytes() < 2L * Scenes.SMALL.segmentSize()) {
            appendLarge();
            Scenes.write(wal);
        }
        appendLarge();
        Scenes.write(wal);
    }

    private void maintain() {
        for (int i = 0; i < 50; i++) {
            wal.maintain();
            wal.doWork();
        }
    }

    /** Found by review: the freed file was kept as a spare, and not used because the disk had no room for another. */
    @Test
    void usesAFreedSegmentAgain() {
        fillSegments();
        simulated.capacityBytes(simulated.usedBytes());
        maintain();
        assertThat(wal.isFull()).isTrue();
        group.compact(last - 1, Completion.NONE);
        maintain();
        assertThat(wal.isFull()).isFalse();
        appendLarge();
        maintain();
        assertThat(group.lastIndex()).isEqualTo(last);
    }

    /** Found by review: the segment waited for a batch, the batch for an append, and the append for the segment. */
    @Test
    void freesSegmentsWhileAnAppendWaitsForOne() {
        fillSegments();
        group.compact(last - 1, Completion.NONE);
        Scenes.write(wal);
        simulated.capacityBytes(simulated.usedBytes());
        appendLarge();
        assertThat(wal.doWork()).isZero();
        maintain();
        assertThat(wal.hasWork()).isFalse();
        assertThat(group.lastIndex()).isEqualTo(last);
    }

    @Test
    void takesTheVotesOfOthersWhileAnAppendWaitsForRoom() {
        fillSegments();
        simulated.capacityBytes(simulated.usedBytes());
        appendLarge();
        assertThat(wal.doWork()).isZero();
        other.append(HardState.of(7, 2, 0), List.of(), Completion.NONE);
        assertThat(wal.doWork()).isEqualTo(1);
        assertThat(other.hardState().term()).isEqualTo(7);
        assertThatThrownBy(() -> group.append(HardState.of(7, 2, 0), List.of(), Completion.NONE))
                .as("it would have to go out before the group's own append")
                .isInstanceOf(LogFullException.class);
        simulated.capacityBytes(Long.MAX_VALUE);
        maintain();
        assertThat(group.lastIndex()).isEqualTo(last);
    }

    /** Found by review: the append waited for the segment that the compaction frees, and the compaction for the append. */
    @Test
    void compactsAGroupWhoseOwnAppendWaitsForRoom() {
        fillSegments();
        simulated.capacityBytes(simulated.usedBytes() + 8_192); // a snapshot has room, a segment has not
        appendLarge();
        maintain();
        assertThat(wal.hasWork()).isTrue();
        assertThat(wal.isFull()).isTrue();
        assertThatThrownBy(() -> group.compact(last, Completion.NONE))
                .as("an entry that waits cannot be compacted before it is written")
                .isInstanceOf(LogFullException.class);
        List<String> done = new ArrayList<>();
        Scenes.snapshot(group, last - 1, "state");
        group.compact(last - 1, failure -> done.add("compacted, " + failure));
        maintain();
        assertThat(done).containsExactly("compacted, null");
        assertThat(wal.hasWork()).isFalse();
        assertThat(wal.isFull()).isFalse();
        wal.close();
        GroupLog again = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL).group(1);
        assertThat(again.firstIndex()).isEqualTo(last);
        assertThat(again.lastIndex()).isEqualTo(last);
        assertThat(again.snapshot().index()).isEqualTo(last - 1);
    }

    /** Found by review: what was queued before anybody knew took the room to its last sector, and the queue to its last byte. */
    @Test
    void takesMarksAfterABurstThatWasQueuedBeforeTheDiskWasFull() {
        WalOptions options = Scenes.SMALL.withMaxQueuedBytes(64 << 10);
        wal.close();
        Wal small = Wal.open(disk, Scenes.IDENTITY, options);
        GroupLog bursting = small.group(1);
        Scenes.settle(small);
        simulated.capacityBytes(simulated.usedBytes());
        assertThatThrownBy(() -> {
                    while (true) {
                        bursting.append(null, List.of(Entry.of(1, ++last, new byte[500])), Completion.NONE);
                    }
                })
                .isInstanceOf(LogBusyException.class);
        last--;
        for (int i = 0; i < 100; i++) {
            small.doWork();
            small.maintain();
        }
        assertThat(small.isFull()).isTrue();
        assertThat(small.hasWork()).isTrue();
        small.group(2).append(HardState.of(7, 1, 0), List.of(), Completion.NONE);
        bursting.compact(bursting.lastIndex(), Completion.NONE);
        for (int i = 0; i < 100; i++) {
            small.doWork();
            small.maintain();
        }
        assertThat(small.group(2).hardState().term()).isEqualTo(7);
        assertThat(small.isFull()).isFalse();
        assertThat(small.hasWork()).isFalse();
        assertThat(bursting.lastIndex()).isEqualTo(last);
    }

    /** Found by review: it was deleted before the larger one was made, and then there was none. */
    @Test
    void keepsThePreparedSegmentWhenThereIsNoRoomForALargerOne() throws IOException {
        for (long id = 3; id <= 220; id++) {
            wal.createGroup(id, 1, Completion.NONE);
        }
        Scenes.write(wal);
        while (wal.maintain()) {
            Scenes.write(wal);
        }
        String prepared = Format.segmentName(2);
        assertThat(disk.list()).contains(prepared);
        simulated.capacityBytes(simulated.usedBytes());
        appendLarge();
        assertThat(wal.doWork()).isZero();
        assertThat(disk.list()).contains(prepared);
        other.append(HardState.of(7, 2, 0), List.of(), Completion.NONE);
        assertThat(wal.doWork()).isEqualTo(1);
    }

    @Test
    void refusesAttestsOfItsUserBeforeCompactionHasNoRoom() {
        fillSegments();
        simulated.capacityBytes(simulated.usedBytes());
        maintain();
        assertThat(wal.isFull()).isTrue();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < Scenes.SMALL.segmentSize() / Scenes.SMALL.sectorSize(); i++) {
                        wal.attest(Completion.NONE);
                        wal.doWork();
                    }
                })
                .isInstanceOf(LogFullException.class);
        group.compact(last - 1, Completion.NONE);
        maintain();
        assertThat(wal.isFull()).isFalse();
        wal.attest(Completion.NONE);
        assertThat(wal.doWork()).isEqualTo(1);
    }

    /** Nobody knows yet that the disk is full: no other segment was asked for. */
    @Test
    void leavesTheLastSectorToTheAttestThatFreesSegments() {
        fillSegments();
        group.compact(last - 1, Completion.NONE);
        Scenes.write(wal);
        simulated.capacityBytes(simulated.usedBytes());
        List<Boolean> attested = new ArrayList<>();
        do {
            wal.attest(failure -> attested.add(failure == null));
        } while (wal.doWork() > 0);
        int before = attested.size();
        assertThat(wal.isFull()).isTrue();
        maintain();
        assertThat(wal.isFull()).isFalse();
        assertThat(attested).hasSize(before + 1).doesNotContain(false);
    }

    /** Found by review: each append began a segment, because the state of the groups filled it. */
    @Test
    void makesSegmentsLargerWhenTheStateOfTheGroupsWouldFillThem() {
        for (long id = 3; id <= 400; id++) {
            wal.createGroup(id, 1, Completion.NONE);
        }
        Scenes.write(wal);
        long before = wal.sizeBytes();
        for (long index = 1; index <= 10; index++) {
            group.append(null, Scenes.entries(index, index, 1), Completion.NONE);
            Scenes.write(wal);
        }
        assertThat(wal.sizeBytes() - before).isLessThan(3L * Scenes.SMALL.segmentSize());
    }
}
