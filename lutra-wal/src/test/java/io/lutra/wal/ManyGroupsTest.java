package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.HardState;
import io.lutra.testkit.disk.SimulatedDisk;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A thousand groups share a log, and the log is opened anew again and again: each finds what is its own (I35). */
class ManyGroupsTest {
    private static final int GROUPS = 1000;
    private static final WalOptions OPTIONS = Scenes.SMALL.withSegmentSize(512 << 10);

    @Test
    void eachGroupFindsItsOwnAfterEveryRestart() {
        long seed = Long.getLong("lutra.wal.groups.seed", 11);
        Random random = new Random(seed);
        SimulatedDirectory disk = new SimulatedDirectory(new SimulatedDisk(seed));
        Wal wal = Wal.create(disk, Scenes.IDENTITY, OPTIONS);
        for (long id = 1; id <= GROUPS; id++) {
            wal.createGroup(id, 1, Completion.NONE);
        }
        long[] last = new long[GROUPS + 1];
        long[] offset = new long[GROUPS + 1];
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 200; i++) {
                int id = 1 + random.nextInt(random.nextInt(2) == 0 ? 10 : GROUPS);
                int count = 1 + random.nextInt(5);
                wal.group(id)
                        .append(
                                HardState.of(1, id % 3, last[id]),
                                Scenes.entries(last[id] + 1, last[id] + count, 1),
                                Completion.NONE);
                last[id] += count;
            }
            Scenes.write(wal);
            for (int id = 1; id <= 10; id++) {
                if (last[id] > offset[id] + 30) {
                    offset[id] = last[id] - 5;
                    wal.group(id).compact(offset[id], Completion.NONE);
                }
            }
            Scenes.write(wal);
            for (int i = 0; i < 5; i++) {
                wal.maintain();
                Scenes.write(wal);
            }
            if (round % 2 == 0) {
                wal.close();
            } else {
                wal.abandon();
            }
            wal = Wal.open(disk, Scenes.IDENTITY, OPTIONS);
            assertThat(wal.damages()).isEmpty();
            check(wal, last, offset, "lutra.wal.groups.seed=" + seed + ", round " + round);
        }
        Scenes.settle(wal);
        long live = LongStream.rangeClosed(1, GROUPS)
                .map(id -> last[(int) id] - offset[(int) id])
                .sum();
        System.out.println("1,000 groups: " + wal.sizeBytes() + " bytes of log for " + live + " entries, index of "
                + wal.indexMemory() + " bytes");
        wal.close();
    }

    private static void check(Wal wal, long[] last, long[] offset, String what) {
        for (int id = 1; id <= GROUPS; id++) {
            GroupLog group = wal.group(id);
            assertThat(group.damage()).as(what).isNull();
            assertThat(group.firstIndex()).as(what).isEqualTo(offset[id] + 1);
            assertThat(group.lastIndex()).as(what).isEqualTo(last[id]);
            if (last[id] > offset[id]) {
                assertThat(group.hardState().vote()).as(what).isEqualTo(id % 3);
                assertThat(group.entries(offset[id] + 1, last[id] + 1, Long.MAX_VALUE))
                        .as(what)
                        .isEqualTo(Scenes.entries(offset[id] + 1, last[id], 1));
            }
        }
    }
}
