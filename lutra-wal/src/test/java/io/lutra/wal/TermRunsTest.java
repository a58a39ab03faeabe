package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Runs of terms tell the term of every index, as a map of all of them would. */
class TermRunsTest {
    private static final int STEPS = 20_000;

    private final TermRuns runs = new TermRuns();
    private final TreeMap<Long, Long> model = new TreeMap<>();

    private void check(String what) {
        int changes = 0;
        Long before = null;
        for (var each : model.entrySet()) {
            assertThat(runs.at(each.getKey())).as("%s, at %s", what, each).isEqualTo(each.getValue());
            changes += each.getValue().equals(before) ? 0 : 1;
            before = each.getValue();
        }
        assertThat(runs.size()).as(what).isEqualTo(changes);
    }

    @Test
    void agreesWithAMapThroughAnySteps() {
        long seed = Long.getLong("lutra.seed", 1);
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            long last = model.isEmpty() ? 0 : model.lastKey();
            int some = random.nextInt(12);
            switch (random.nextInt(8)) {
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
                default -> {
                    long term = 1 + random.nextInt(3); // often the one before, and often one that was there and went
                    runs.append(last + 1, term);
                    model.put(last + 1, term);
                }
            }
            check("-Dlutra.seed=" + seed + ", step " + step);
        }
    }
}
