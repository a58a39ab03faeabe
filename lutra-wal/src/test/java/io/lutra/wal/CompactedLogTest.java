package io.lutra.wal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.HardState;
import io.lutra.testkit.disk.SimulatedDisk;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A log of which little is left is opened as it was. Found by review: what a checkpoint said of entries that were compacted after it was
 * more than the files that were left could hold, and the group was taken for damaged, for good.
 */
class CompactedLogTest {
    private final SimulatedDirectory disk = new SimulatedDirectory(new SimulatedDisk(1));

    /** Entries in many segments, more than two segments can hold; then a snapshot takes the place of all but the last. */
    @ParameterizedTest
    @ValueSource(
            ints = {0, 1, 50, 500, 900}) // how many come after the compaction: in the last segment, and in later ones
    void isWholeAlthoughItsCheckpointsNamedMoreThanIsLeft(int after) {
        Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
        GroupLog group = wal.createGroup(1, 1, Completion.NONE);
        GroupLog idle = wal.createGroup(2, 1, Completion.NONE);
        idle.append(HardState.of(1, 1, 1), Scenes.entries(1, 1, 1), Completion.NONE);
        long last = 0;
        while (last < 6000) {
            group.append(HardState.of(1, 1, last), Scenes.entries(last + 1, last + 10, 1), Completion.NONE);
            last += 10;
            Scenes.write(wal);
        }
        long before = wal.sizeBytes();
        Scenes.snapshot(group, last - 5, "state");
        group.compact(last - 5, Completion.NONE);
        Scenes.settle(wal);
        for (int i = 0; i < after; i++) {
            group.append(HardState.of(1, 1, last), Scenes.entries(last + 1, last + 1, 1), Completion.NONE);
            last++;
            Scenes.write(wal);
        }
        assertThat(before / Format.RECORD_HEADER).isGreaterThan(6000);
        assertThat(wal.sizeBytes() / Format.RECORD_HEADER).isLessThan(after == 0 ? 6000 : Long.MAX_VALUE);
        wal.close();

        for (int times = 0; times < 3; times++) {
            wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
            assertThat(wal.damages()).isEmpty();
            GroupLog found = requireNonNull(wal.group(1));
            assertThat(found.damage()).isNull();
            assertThat(found.entries(5996, last + 1, Long.MAX_VALUE)).isEqualTo(Scenes.entries(5996, last, 1));
            assertThat(requireNonNull(wal.group(2)).entries(1, 2, Long.MAX_VALUE))
                    .isEqualTo(Scenes.entries(1, 1, 1));
            wal.close();
        }
    }
}
