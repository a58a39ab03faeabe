package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.disk.SimulatedDisk;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The index of a group says of every entry what a map of all of them would, through any steps, holes included. */
class EntryIndexTest {
    private static final int STEPS = 20_000;
    private static final int MOST = 40;

    private final Segment[] segments = new Segment[3];
    private final EntryIndex index = new EntryIndex(new GroupState(7, new EntryCache.Total()));
    private final TreeMap<Long, Place> model = new TreeMap<>();
    private long offset;
    /** Up to here a checkpoint named more entries than there can be. */
    private long base;

    private int written;

    /** Where an entry lies; a hole has no segment. */
    private record Place(long term, @Nullable Segment segment, int position, int size) {}

    EntryIndexTest() throws Exception {
        SimulatedDirectory directory = new SimulatedDirectory(new SimulatedDisk(1));
        for (int i = 0; i < segments.length; i++) {
            segments[i] = new Segment(i + 1, directory.create(Format.segmentName(i + 1)), Format.MAX_SEGMENT, 1);
        }
    }

    private long last() {
        return model.isEmpty() ? offset : model.lastKey();
    }

    private Place newPlace(long term, Random random) {
        return new Place(term, segments[random.nextInt(segments.length)], ++written, 24 + random.nextInt(100));
    }

    private void put(long at, Place place) {
        index.put(at, place.term(), Objects.requireNonNull(place.segment()), place.position(), place.size());
        model.tailMap(at, true).clear();
        model.put(at, place);
        base = Math.min(base, at - 1);
    }

    private void move(long at, long term, Place to) {
        boolean fits = model.containsKey(at) && model.get(at).term() == term;
        boolean moved = index.move(at, term, Objects.requireNonNull(to.segment()), to.position(), to.size());
        if (moved) {
            model.put(at, to);
        }
        assertThat(moved).isEqualTo(fits && at > base);
    }

    private void compact(long upTo) {
        index.compactTo(upTo, model.containsKey(upTo) ? model.get(upTo).term() : index.term(upTo));
        offset = upTo;
        base = Math.max(base, upTo);
        model.headMap(upTo, true).clear();
    }

    /** What a checkpoint says: of the entries that are known those with the right term stay. */
    private void restate(long newOffset, long newLast, Random random) {
        TermRuns runs = new TermRuns();
        TreeMap<Long, Place> said = new TreeMap<>();
        for (long at = newOffset + 1; at <= newLast; at++) {
            Place known = model.get(at);
            long term = known != null && random.nextInt(20) > 0 ? known.term() : random.nextInt(3);
            runs.append(at, term);
            boolean stays = known != null && known.term() == term && newLast - at < MOST;
            said.put(at, stays ? known : new Place(term, null, 0, 0));
        }
        boolean says = newOffset != offset || newLast != last() || !runs.equalTo(index.runs());
        long before = index.offsetTerm();
        index.restate(newOffset, 9, newLast, runs, MOST);
        if (says || index.offsetTerm() != before) {
            model.clear();
            model.putAll(said);
            offset = newOffset;
            base = Math.max(newOffset, newLast - MOST);
        }
    }

    private void check(String what) {
        assertThat(index.offset()).as(what).isEqualTo(offset);
        assertThat(index.last()).as(what).isEqualTo(last());
        long hole = 0;
        long[] live = new long[segments.length + 1];
        for (var each : model.entrySet()) {
            long at = each.getKey();
            Place place = each.getValue();
            assertThat(index.term(at)).as("%s, term of %s", what, at).isEqualTo(place.term());
            assertThat(index.isHole(at)).as("%s, hole %s", what, at).isEqualTo(place.segment() == null);
            if (place.segment() == null) {
                hole = hole == 0 ? at : hole;
            } else {
                assertThat(index.segment(at)).as("%s, segment of %s", what, at).isSameAs(place.segment());
                assertThat(index.position(at))
                        .as("%s, position of %s", what, at)
                        .isEqualTo(place.position());
                assertThat(index.size(at)).as("%s, size of %s", what, at).isEqualTo(place.size());
                live[place.segment().number()] += place.size();
            }
        }
        assertThat(index.firstHole()).as(what).isEqualTo(hole);
        for (Segment segment : segments) {
            assertThat(segment.liveBytes()).as("%s, %s", what, segment.name()).isEqualTo(live[segment.number()]);
            assertThat(index.bytesIn(segment))
                    .as("%s, %s", what, segment.name())
                    .isEqualTo(live[segment.number()]);
            assertThat(segment.isFree()).as("%s, %s", what, segment.name()).isEqualTo(live[segment.number()] == 0);
        }
    }

    @Test
    void agreesWithAMapThroughAnySteps() {
        long seed = Long.getLong("lutra.seed", 1);
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            long some = random.nextInt(30);
            switch (random.nextInt(12)) {
                case 0 -> put(Math.max(offset + 1, last() - some), newPlace(random.nextInt(3), random));
                case 1 -> compact(Math.min(last(), offset + some));
                case 2, 3, 4 -> {
                    long at = Math.max(offset + 1, last() - some);
                    long term = random.nextInt(3);
                    move(at, term, newPlace(term, random));
                }
                case 5 -> {
                    if (some < 10) {
                        long newOffset = Math.max(0, offset + random.nextInt(20) - 10);
                        restate(newOffset, Math.max(newOffset, last() + random.nextInt(60) - 20), random);
                    }
                }
                case 6 -> {
                    if (some == 0) {
                        index.clear();
                        model.clear();
                        offset = 0;
                        base = 0;
                    }
                }
                default -> put(last() + 1, newPlace(random.nextInt(3), random));
            }
            check("-Dlutra.seed=" + seed + ", step " + step);
        }
    }
}
