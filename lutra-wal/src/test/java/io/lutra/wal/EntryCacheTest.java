package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The cache of all groups holds what came last, as much as it may, and needs little to know what came first. */
class EntryCacheTest {
    private static final int STEPS = 20_000;
    private static final int GROUPS = 5;
    private static final long MAX_BYTES = 10_000;

    private final EntryCache.Total total = new EntryCache.Total();
    private final EntryCache cache = new EntryCache(MAX_BYTES, total);
    private final GroupState[] groups = new GroupState[GROUPS];
    private final long[] last = new long[GROUPS];

    EntryCacheTest() {
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = new GroupState(i + 1, total);
        }
    }

    private void append(int group, long index, int size) {
        groups[group].cached().truncateFrom(index);
        cache.add(groups[group], Entry.of(1, index, new byte[size]));
        last[group] = index;
    }

    @Test
    void holdsTheNewestUpToItsBytesThroughAnySteps() {
        long seed = Long.getLong("lutra.seed", 1);
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            int group = random.nextInt(GROUPS);
            CachedTail tail = groups[group].cached();
            switch (random.nextInt(6)) {
                case 0 -> append(group, Math.max(1, last[group] - random.nextInt(30)), random.nextInt(200));
                case 1 -> tail.dropBefore(last[group] + 1 - random.nextInt(30));
                case 2 -> {
                    if (random.nextInt(20) == 0) {
                        append(group, 1, (int) MAX_BYTES); // larger than the cache
                        assertThat(tail.holds(1)).isFalse();
                    }
                }
                default -> {
                    append(group, last[group] + 1, random.nextInt(200));
                    assertThat(tail.holds(last[group]))
                            .as("-Dlutra.seed=%s, step %s", seed, step)
                            .isTrue();
                }
            }
            assertThat(total.bytes()).as("-Dlutra.seed=%s, step %s", seed, step).isBetween(0L, MAX_BYTES);
        }
        assertThat(cache.capacity()).isEqualTo(EntryCache.MIN_CAPACITY);
    }

    @Test
    void dropsTheEntriesThatCameFirstWhosoeverTheyAre() {
        for (long index = 1; index <= 20; index++) {
            append(0, index, 100);
        }
        for (long index = 1; index <= 80; index++) {
            append(1, index, 100);
        }
        assertThat(groups[0].cached().holds(1)).isFalse();
        assertThat(groups[0].cached().holds(20)).isTrue();
        assertThat(groups[1].cached().holds(1)).isTrue();
    }

    @Test
    void isFullButForASixteenthWhenItDrops() {
        for (long index = 1; index <= 10_000; index++) {
            append((int) (index % GROUPS), last[(int) (index % GROUPS)] + 1, 100);
            if (index > 100) {
                assertThat(total.bytes()).isGreaterThan(MAX_BYTES - MAX_BYTES / 8);
            }
        }
    }

    @Test
    void needsNoMoreWhenAGroupIsIdleAndOthersCompact() {
        append(0, 1, 10);
        for (long index = 1; index <= 100_000; index++) {
            append(1, index, 100);
            groups[1].cached().dropBefore(index);
        }
        assertThat(groups[0].cached().holds(1)).isTrue();
        assertThat(cache.capacity()).isEqualTo(EntryCache.MIN_CAPACITY);
    }
}
