package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.disk.SimulatedDisk;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The index in memory takes at most 24 bytes for each entry on disk, whatever becomes of them; that of a group with few, no more than eight's. */
class IndexMemoryTest {
    private static final int BOUND = 24;

    private final Segment segment;
    private final GroupState group;

    IndexMemoryTest() throws Exception {
        DiskFile file = new SimulatedDirectory(new SimulatedDisk(1)).create(Format.segmentName(1));
        segment = new Segment(1, file, Format.MAX_SEGMENT, 1);
        group = new GroupState(7, new EntryCache.Total());
    }

    private void append(long from, int count) {
        for (long index = from; index < from + count; index++) {
            group.onEntry(index, 1, segment, (int) (index % 1000), 100);
        }
    }

    private long count() {
        return group.index().last() - group.index().offset();
    }

    private void check(String what) {
        assertThat(group.index().memory())
                .as("%s, %d entries", what, count())
                .isLessThanOrEqualTo(BOUND * Math.max(8, count()));
    }

    @Test
    void staysInItsBoundThroughAnySteps() {
        long seed = Long.getLong("lutra.seed", 1);
        Random random = new Random(seed);
        for (int step = 0; step < 3000; step++) {
            int most = random.nextInt(10) == 0 ? 2000 : 8;
            switch (random.nextInt(4)) {
                case 0, 1 -> append(group.index().last() + 1, random.nextInt(most));
                case 2 -> {
                    if (count() > 0) { // a suffix is replaced
                        append(group.index().last() - random.nextInt((int) Math.min(count(), most)), 1);
                    }
                }
                default -> group.onCompact(group.index().offset() + random.nextInt((int) count() + 1), 1);
            }
            check("-Dlutra.seed=" + seed + ", step " + step);
        }
    }

    @Test
    void saysWhatAMillionEntriesTake() {
        append(1, 1_000_000);
        check("appended");
        double appended = group.index().memory() / 1_000_000.0;
        group.onCompact(400_000, 1);
        check("compacted");
        System.out.printf(
                Locale.ROOT,
                "index: %.1f bytes per entry of 1,000,000 appended one by one, %.1f of the 600,000 left by compaction%n",
                appended,
                group.index().memory() / 600_000.0);
    }
}
