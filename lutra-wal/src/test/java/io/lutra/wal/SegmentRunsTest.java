package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.disk.SimulatedDisk;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Runs of segments tell where every index lies, as a map of all of them would; and a segment is used while one of them lies there. */
class SegmentRunsTest {
    private static final int STEPS = 20_000;

    private final Segment[] all = new Segment[4];
    private final SegmentRuns runs = new SegmentRuns(new GroupState(7, new EntryCache.Total()));
    private final TreeMap<Long, Place> model = new TreeMap<>();

    /** A segment, or none. */
    private record Place(@Nullable Segment segment) {}

    SegmentRunsTest() throws Exception {
        SimulatedDirectory directory = new SimulatedDirectory(new SimulatedDisk(1));
        for (int i = 0; i < all.length; i++) {
            all[i] = new Segment(i + 1, directory.create(Format.segmentName(i + 1)), Format.MAX_SEGMENT, 1);
        }
    }

    private void check(String what) {
        int changes = 0;
        Place before = null;
        for (var each : model.entrySet()) {
            assertThat(runs.at(each.getKey()))
                    .as("%s, at %s", what, each.getKey())
                    .isSameAs(each.getValue().segment());
            changes += each.getValue().equals(before) ? 0 : 1;
            before = each.getValue();
        }
        assertThat(runs.size()).as(what).isEqualTo(changes);
        for (Segment segment : all) {
            boolean isUsed = model.values().stream().anyMatch(place -> Objects.equals(place.segment(), segment));
            assertThat(segment.isFree()).as("%s, %s", what, segment.name()).isEqualTo(!isUsed);
        }
    }

    @Test
    void agreesWithAMapThroughAnySteps() {
        long seed = Long.getLong("lutra.seed", 1);
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            long last = model.isEmpty() ? 0 : model.lastKey();
            int some = random.nextInt(12);
            switch (random.nextInt(9)) {
                case 0 -> {
                    runs.truncateFrom(last - some);
                    model.tailMap(last - some, true).clear();
                }
                case 1 -> {
                    if (!model.isEmpty()) {
                        long first = Math.min(last, model.firstKey() + some);
                        runs.dropBefore(first);
                        model.headMap(first, false).clear();
                    }
                }
                case 2 -> {
                    if (some == 0) {
                        runs.clear();
                        model.clear();
                    }
                }
                case 3, 4 -> {
                    if (!model.isEmpty()) { // most often one after the other, as they are moved forward
                        long index = Math.max(model.firstKey(), last - some);
                        Segment to = all[random.nextInt(2)];
                        runs.move(index, to, last);
                        model.put(index, new Place(to));
                    }
                }
                default -> {
                    Segment segment = some == 0 ? null : all[random.nextInt(all.length)];
                    for (long index = last + 1; index < last + 1 + some / 4; index++) {
                        runs.append(index, segment);
                        model.put(index, new Place(segment));
                    }
                }
            }
            check("-Dlutra.seed=" + seed + ", step " + step);
        }
    }
}
