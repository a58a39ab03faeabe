package io.lutra.wal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.testkit.disk.SimulatedDisk;
import org.junit.jupiter.api.Test;

/** A group whose entries cannot be moved pins the segments that they lie in, and no others. */
class PinnedSegmentTest {
    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final SimulatedDirectory disk = new SimulatedDirectory(simulated);
    private final WalOptions options = Scenes.SMALL.withCacheBytes(0);
    private Wal wal = Wal.create(disk, Scenes.IDENTITY, options);

    /** A group that appends and compacts, beside one that has one small entry in every segment that it fills. */
    private void fillSegments(int rounds) {
        GroupStorage busy = GroupStorage.openOrCreate(wal, 2);
        GroupStorage slow = GroupStorage.openOrCreate(wal, 3);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < 50; i++) {
                busy.append(Scenes.entries(busy.lastIndex() + 1, busy.lastIndex() + 1, 1));
            }
            slow.append(Scenes.entries(slow.lastIndex() + 1, slow.lastIndex() + 1, 1));
            busy.compact(busy.lastIndex() - 1);
            Scenes.settle(wal);
        }
        assertThat(slow.entries(1, rounds + 1, Long.MAX_VALUE)).isEqualTo(Scenes.entries(1, rounds, 1));
    }

    /** Found by review: whoever appended was told of the damage of a group it had nothing to do with, time and again. */
    @Test
    void doesNotHurtOthersWhenAnEntryRots() throws Exception {
        GroupStorage idle = GroupStorage.openOrCreate(wal, 1);
        idle.append(Scenes.entries(1, 3, 1));
        String segment = new String(simulated.contentOf(Format.segmentName(1)), ISO_8859_1);
        simulated.damage().flipBit(Format.segmentName(1), 8L * segment.indexOf("entry 2 of term 1"));
        fillSegments(20);
        assertThat(wal.sizeBytes()).isLessThanOrEqualTo(3L * options.segmentSize());
        assertThat(wal.pinningOldest()).singleElement().satisfies(pin -> {
            assertThat(pin.group()).isEqualTo(1);
            assertThat(pin.damage()).contains("entry 2 of group 1", "not what was written");
        });
        assertThat(idle.entries(1, 2, Long.MAX_VALUE)).isEqualTo(Scenes.entries(1, 1, 1));
        assertThatThrownBy(() -> idle.entries(1, 4, Long.MAX_VALUE)).isInstanceOf(DamagedLogException.class);
    }

    /** Found by review: nothing was moved any more, and the log grew without bound. */
    @Test
    void goesOnMovingOthersWhenAGroupIsOutOfService() throws Exception {
        GroupStorage damaged = GroupStorage.openOrCreate(wal, 1);
        damaged.append(Scenes.entries(1, 3, 1));
        Scenes.snapshot(damaged.group(), 2, "state");
        Scenes.write(wal);
        wal.close();
        for (String name : disk.list()) {
            if (SnapshotFile.isName(name)) {
                simulated.delete(name);
            }
        }
        wal = Wal.open(disk, Scenes.IDENTITY, options);
        fillSegments(20);
        assertThat(wal.sizeBytes()).isLessThanOrEqualTo(3L * options.segmentSize());
        assertThat(wal.pinningOldest())
                .singleElement()
                .satisfies(pin -> assertThat(pin.damage()).contains("is missing"));
        wal.dropGroup(1, Completion.NONE);
        Scenes.settle(wal);
        assertThat(wal.sizeBytes()).isLessThanOrEqualTo(2L * options.segmentSize());
    }
}
