package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.testkit.disk.SimulatedDisk;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * One group is busy and compacts, a thousand others are idle with a few entries each: the log stays within its bound, and moving
 * the idle ones' entries costs little ({@link Maintenance} states both).
 */
class CompactionBoundTest {
    private static final int IDLE = 1000;
    private static final int SEGMENT = 1 << 20;
    private static final int APPENDS = 60_000;
    private static final int KEPT = 1_000;

    @Test
    void staysWithinItsBoundBesideAThousandIdleGroups() {
        SimulatedDisk simulated = new SimulatedDisk(1);
        SimulatedDirectory disk = new SimulatedDirectory(simulated);
        WalOptions options = Scenes.SMALL.withSegmentSize(SEGMENT);
        Wal wal = Wal.create(disk, Scenes.IDENTITY, options);
        long needed = 0;
        for (long id = 1; id <= IDLE; id++) {
            GroupLog idle = wal.createGroup(id, 1, Completion.NONE);
            idle.append(HardState.of(1, 1, 0), Scenes.entries(1, 3, 1), Completion.NONE);
            needed += Write.sizeOf(Scenes.entries(1, 3, 1));
        }
        GroupLog busy = wal.createGroup(IDLE + 1, 1, Completion.NONE);
        Scenes.write(wal);
        byte[] data = new byte[400];
        long appended = 0;
        long largest = 0;
        for (long index = 1; index <= APPENDS; index++) {
            List<Entry> entries = List.of(Entry.of(1, index, data));
            busy.append(null, entries, Completion.NONE);
            appended += Write.sizeOf(entries);
            if (index % 500 == 0) {
                Scenes.write(wal);
                busy.compact(Math.max(0, index - KEPT), Completion.NONE);
                Scenes.write(wal);
                Scenes.settle(wal);
                largest = Math.max(largest, wal.sizeBytes());
            }
        }
        needed += KEPT * (appended / APPENDS);
        // All segments but the last one hold more than an eighth of their size in entries that are needed.
        assertThat(largest).isLessThanOrEqualTo(8 * needed + SEGMENT);
        double moved = (wal.copiedBytes() + 0.0) / appended;
        assertThat(moved).isLessThan(1.0 / 7);
        System.out.printf(
                Locale.ROOT,
                "compaction: 1 busy group and 1,000 idle ones need %,d bytes; after %,d bytes of appends the log took at most"
                        + " %,d, and %.1f%% of what was appended was moved%n",
                needed,
                appended,
                largest,
                100 * moved);
        wal.close();
        Wal again = Wal.open(disk, Scenes.IDENTITY, options);
        assertThat(again.damages()).isEmpty();
        for (long id = 1; id <= IDLE; id++) {
            assertThat(again.group(id).entries(1, 4, Long.MAX_VALUE)).isEqualTo(Scenes.entries(1, 3, 1));
        }
        again.close();
    }

    /** Found by review: each opening left a short segment that was never emptied, and a file that stayed open. */
    @Test
    void gathersWhatManyOpeningsLeftInAsFewSegments() {
        SimulatedDirectory disk = new SimulatedDirectory(new SimulatedDisk(1));
        WalOptions options = Scenes.SMALL;
        Wal wal = Wal.create(disk, Scenes.IDENTITY, options);
        wal.createGroup(1, 1, Completion.NONE);
        long last = 0;
        for (int opening = 1; opening <= 100; opening++) {
            wal.group(1).append(null, Scenes.entries(last + 1, last + 5, 1), Completion.NONE);
            last += 5;
            Scenes.write(wal);
            Scenes.settle(wal);
            long needed = Write.sizeOf(wal.group(1).entries(1, last + 1, Long.MAX_VALUE));
            assertThat(wal.segments()).isLessThanOrEqualTo((int) (8 * needed / options.segmentSize()) + 1);
            assertThat(wal.copiedBytes()).isLessThanOrEqualTo(options.segmentSize() / 8);
            wal.close();
            wal = Wal.open(disk, Scenes.IDENTITY, options);
        }
        assertThat(wal.group(1).entries(1, last + 1, Long.MAX_VALUE)).isEqualTo(Scenes.entries(1, last, 1));
        wal.close();
    }
}
