package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The newest entries of a group, and the bytes that all groups' take, are those of the entries that were not dropped. */
class CachedTailTest {
    private static final int STEPS = 20_000;

    private final EntryCache.Total total = new EntryCache.Total();
    private final CachedTail tail = new CachedTail(total);
    private final List<Entry> model = new ArrayList<>();

    private void append(long index, int size) {
        Entry entry = Entry.of(1, index, new byte[size]);
        if (!model.isEmpty() && index != last() + 1) {
            model.clear();
        }
        model.add(entry);
        tail.append(entry);
    }

    private long first() {
        return model.get(0).index();
    }

    private long last() {
        return model.get(model.size() - 1).index();
    }

    private void check(String what) {
        assertThat(total.bytes())
                .as(what)
                .isEqualTo(model.stream().mapToLong(Entry::encodedSize).sum());
        if (!model.isEmpty()) {
            assertThat(tail.holds(first() - 1)).as(what).isFalse();
            assertThat(tail.holds(last() + 1)).as(what).isFalse();
            assertThat(tail.range(first(), model.size())).as(what).isEqualTo(model);
        }
    }

    @Test
    void agreesWithAListThroughAnySteps() {
        long seed = Long.getLong("lutra.seed", 1);
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            int some = random.nextInt(40);
            switch (random.nextInt(8)) {
                case 0 -> {
                    long index = 1 + random.nextInt(100); // whatever was there before
                    append(index, random.nextInt(300));
                }
                case 1 -> {
                    long from = model.isEmpty() ? 1 : Math.max(1, last() + 1 - some);
                    tail.truncateFrom(from);
                    model.removeIf(entry -> entry.index() >= from);
                }
                case 2 -> {
                    long first = model.isEmpty() ? 1 : first() + some; // also past the last
                    tail.dropBefore(first);
                    model.removeIf(entry -> entry.index() < first);
                }
                case 3 -> {
                    if (!model.isEmpty()) {
                        tail.dropFirst();
                        model.remove(0);
                    }
                }
                default -> {
                    for (int i = 0; i < some; i++) {
                        append(model.isEmpty() ? 1 : last() + 1, random.nextInt(300));
                    }
                }
            }
            check("-Dlutra.seed=" + seed + ", step " + step);
        }
    }

    @Test
    void givesBackItsBytesAloneWhenAllIsDropped() {
        CachedTail other = new CachedTail(total);
        other.append(Entry.of(1, 1, new byte[100]));
        long others = total.bytes();
        append(1, 200);
        append(2, 300);
        tail.clear();
        assertThat(total.bytes()).isEqualTo(others);
        assertThat(tail.holds(1) || tail.holds(2)).isFalse();
        assertThat(other.holds(1)).isTrue();
    }
}
