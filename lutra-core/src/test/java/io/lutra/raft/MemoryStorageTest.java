package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MemoryStorageTest {
    private static final ConfState VOTERS = ConfState.of(List.of(1L, 2L, 3L), List.of());
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final MemoryStorage storage = new MemoryStorage();

    @Test
    void beginsEmpty() {
        assertThat(storage.initialState()).isEqualTo(new InitialState(HardState.EMPTY, ConfState.EMPTY));
        assertThat(storage.firstIndex()).isEqualTo(1);
        assertThat(storage.lastIndex()).isZero();
        assertThat(storage.term(0)).isZero();
        assertThat(storage.snapshot()).isEqualTo(Snapshot.EMPTY);
        assertThatThrownBy(() -> storage.entries(1, 2, NO_LIMIT)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> storage.term(1)).isInstanceOf(UnavailableException.class);
    }

    @Test
    void keepsTheHardState() {
        storage.setHardState(HardState.of(3, 2, 1));
        assertThat(storage.initialState().hardState()).isEqualTo(HardState.of(3, 2, 1));
    }

    @Test
    void givesEntriesOfARangeAndTheirTerms() {
        storage.append(entriesFrom(1, 1, 1, 2, 2));
        assertThat(storage.entries(2, 4, NO_LIMIT)).isEqualTo(entriesFrom(2, 1, 2));
        assertThat(storage.entries(1, 5, NO_LIMIT)).isEqualTo(entriesFrom(1, 1, 1, 2, 2));
        assertThat(storage.term(2)).isEqualTo(1);
        assertThat(storage.term(3)).isEqualTo(2);
        assertThat(storage.firstIndex()).isEqualTo(1);
        assertThat(storage.lastIndex()).isEqualTo(4);
        assertThatThrownBy(() -> storage.entries(0, 2, NO_LIMIT)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> storage.entries(2, 2, NO_LIMIT)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> storage.entries(2, 6, NO_LIMIT)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> storage.term(5)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> storage.term(-1)).isInstanceOf(CompactedException.class);
    }

    @Test
    void limitsWhatItGivesByEncodedBytesButGivesOneAtLeast() {
        storage.append(entriesFrom(1, 1, 1, 1));
        int one = storage.entries(1, 2, NO_LIMIT).get(0).encodedSize();
        assertThat(storage.entries(1, 4, 0)).hasSize(1);
        assertThat(storage.entries(1, 4, one)).hasSize(1);
        assertThat(storage.entries(1, 4, 2L * one - 1)).hasSize(1);
        assertThat(storage.entries(1, 4, 2L * one)).hasSize(2);
        assertThat(storage.entries(1, 4, 3L * one)).hasSize(3);
    }

    @Test
    void listOfEntriesDoesNotChangeWithTheStorage() {
        storage.append(entriesFrom(1, 1, 1, 1));
        List<Entry> given = storage.entries(1, 4, NO_LIMIT);
        storage.append(entriesFrom(2, 2));
        storage.compact(1);
        assertThat(given).isEqualTo(entriesFrom(1, 1, 1, 1));
    }

    @Test
    void appendingReplacesFromTheFirstNewIndexOn() {
        storage.append(entriesFrom(1, 1, 1, 1));
        storage.append(entriesFrom(2, 2));
        assertThat(storage.lastIndex()).isEqualTo(2);
        assertThat(storage.entries(1, 3, NO_LIMIT)).isEqualTo(List.of(entry(1, 1), entry(2, 2)));
        storage.append(List.of());
        assertThat(storage.lastIndex()).isEqualTo(2);
        storage.append(entriesFrom(1, 3, 3, 3));
        assertThat(storage.entries(1, 4, NO_LIMIT)).isEqualTo(entriesFrom(1, 3, 3, 3));
    }

    @Test
    void appendingSkipsWhatIsCompacted() {
        storage.append(entriesFrom(1, 1, 1, 1, 1));
        storage.compact(3);
        storage.append(entriesFrom(1, 1, 1));
        assertThat(storage.entries(4, 5, NO_LIMIT)).as("all of it is old").isEqualTo(entriesFrom(4, 1));
        storage.append(entriesFrom(2, 1, 1, 2, 2));
        assertThat(storage.entries(4, 6, NO_LIMIT)).isEqualTo(entriesFrom(4, 2, 2));
        assertThat(storage.firstIndex()).isEqualTo(4);
    }

    @Test
    void refusesEntriesThatLeaveAGapOrDoNotFollowEachOther() {
        storage.append(entriesFrom(1, 1, 1));
        refuses("gap", entriesFrom(4, 1));
        refuses("does not follow", List.of(entry(1, 3), entry(1, 5)));
        refuses("does not follow", List.of(entry(1, 3), entry(1, 3)));
        refuses("index 18446744073709551615 is above", List.of(entry(1, -1)));
        refuses("term 9223372036854775808 is above", List.of(entry(Long.MIN_VALUE, 3)));
        assertThat(storage.entries(1, 3, NO_LIMIT)).isEqualTo(entriesFrom(1, 1, 1));
        assertThat(storage.lastIndex()).isEqualTo(2);
    }

    @Test
    void compactingKeepsTheTermBeforeTheFirstEntry() {
        storage.append(entriesFrom(1, 1, 2, 3, 4));
        storage.compact(2);
        assertThat(storage.firstIndex()).isEqualTo(3);
        assertThat(storage.lastIndex()).isEqualTo(4);
        assertThat(storage.term(2)).isEqualTo(2);
        assertThat(storage.entries(3, 5, NO_LIMIT)).isEqualTo(entriesFrom(3, 3, 4));
        assertThatThrownBy(() -> storage.term(1)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> storage.entries(2, 4, NO_LIMIT)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> storage.compact(2)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> storage.compact(5)).isInstanceOf(UnavailableException.class);

        storage.compact(4);
        assertThat(storage.firstIndex()).isEqualTo(5);
        assertThat(storage.lastIndex()).isEqualTo(4);
        assertThat(storage.term(4)).isEqualTo(4);
        storage.append(entriesFrom(5, 5));
        assertThat(storage.entries(5, 6, NO_LIMIT)).isEqualTo(entriesFrom(5, 5));
    }

    @Test
    void makesASnapshotAndKeepsTheLog() {
        storage.append(entriesFrom(1, 1, 2, 3));
        Snapshot made = storage.createSnapshot(2, VOTERS, new byte[] {7});
        assertThat(made).isEqualTo(Snapshot.of(new byte[] {7}, SnapshotMetadata.of(VOTERS, 2, 2)));
        assertThat(storage.snapshot()).isEqualTo(made);
        assertThat(storage.initialState().confState()).isEqualTo(VOTERS);
        assertThat(storage.firstIndex()).isEqualTo(1);

        assertThatThrownBy(() -> storage.createSnapshot(2, VOTERS, new byte[0]))
                .isInstanceOf(SnapshotOutOfDateException.class);
        assertThatThrownBy(() -> storage.createSnapshot(4, VOTERS, new byte[0]))
                .isInstanceOf(UnavailableException.class);
        storage.compact(3);
        assertThat(storage.createSnapshot(3, VOTERS, new byte[0]).metadata().term())
                .isEqualTo(3);
    }

    @Test
    void makesNoSnapshotOfAnEntryWhoseTermIsGone() {
        storage.append(entriesFrom(1, 1, 2, 3));
        storage.compact(3);
        assertThatThrownBy(() -> storage.createSnapshot(2, VOTERS, new byte[0])).isInstanceOf(CompactedException.class);
        assertThat(storage.snapshot()).isEqualTo(Snapshot.EMPTY);
    }

    @Test
    void aSnapshotReplacesTheLog() {
        storage.append(entriesFrom(1, 1, 1, 1));
        storage.applySnapshot(snapshot(10, 3));
        assertThat(storage.snapshot()).isEqualTo(snapshot(10, 3));
        assertThat(storage.initialState().confState()).isEqualTo(VOTERS);
        assertThat(storage.firstIndex()).isEqualTo(11);
        assertThat(storage.lastIndex()).isEqualTo(10);
        assertThat(storage.term(10)).isEqualTo(3);
        assertThatThrownBy(() -> storage.term(3)).isInstanceOf(CompactedException.class);
        assertThatThrownBy(() -> storage.append(entriesFrom(12, 3))).isInstanceOf(StorageException.class);
        storage.append(entriesFrom(11, 3));
        assertThat(storage.lastIndex()).isEqualTo(11);
    }

    @Test
    void refusesASnapshotThatIsNotNewer() {
        storage.applySnapshot(snapshot(10, 3));
        storage.append(entriesFrom(11, 3, 3));
        assertThatThrownBy(() -> storage.applySnapshot(snapshot(10, 4))).isInstanceOf(SnapshotOutOfDateException.class);
        assertThatThrownBy(() -> storage.applySnapshot(snapshot(9, 4))).isInstanceOf(SnapshotOutOfDateException.class);
        assertThat(storage.lastIndex()).as("nothing was dropped").isEqualTo(12);
        // What counts is the last snapshot, not how far the log reaches.
        storage.applySnapshot(snapshot(11, 3));
        assertThat(storage.lastIndex()).isEqualTo(11);
    }

    @Test
    void refusesWhatIsOutOfRange() {
        assertThatThrownBy(() -> storage.setHardState(HardState.of(-1, 0, 0))).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> storage.setHardState(HardState.of(0, 0, -1))).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> storage.applySnapshot(snapshot(-1, 1))).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> storage.applySnapshot(snapshot(1, -1))).isInstanceOf(StorageException.class);
        storage.setHardState(HardState.EMPTY);
        storage.setHardState(HardState.of(1, -1, 1));
        assertThat(storage.initialState().hardState().vote())
                .as("ids may have all 64 bits")
                .isEqualTo(-1);
    }

    @Test
    void agreesWithAMapWhateverIsDoneToIt() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MemoryStorage tested = new MemoryStorage();
            TreeMap<Long, Entry> model = new TreeMap<>();
            model.put(0L, entry(0, 0)); // the one before the first
            for (long term = 1; term < 200; term++) {
                change(tested, model, term, random);
                assertThat(tested.firstIndex()).as("seed %d", seed).isEqualTo(model.firstKey() + 1);
                assertThat(tested.lastIndex()).as("seed %d", seed).isEqualTo(model.lastKey());
                model.forEach((index, entry) -> assertThat(tested.term(index)).isEqualTo(entry.term()));
                if (model.size() > 1) {
                    assertThat(tested.entries(model.firstKey() + 1, model.lastKey() + 1, NO_LIMIT))
                            .as("seed %d", seed)
                            .isEqualTo(new ArrayList<>(
                                    model.tailMap(model.firstKey(), false).values()));
                }
            }
        }
    }

    private static void change(MemoryStorage tested, TreeMap<Long, Entry> model, long term, SplittableRandom random) {
        long first = model.firstKey();
        long last = model.lastKey();
        long somewhere = random.nextLong(Math.max(1, first - 2), last + 2);
        switch (random.nextInt(8)) {
            case 0 -> {
                if (somewhere > first && somewhere <= last) {
                    tested.compact(somewhere);
                    model.headMap(somewhere).clear();
                }
            }
            case 1 -> {
                if (random.nextInt(10) == 0) {
                    tested.applySnapshot(snapshot(last + 3, term));
                    model.clear();
                    model.put(last + 3, entry(term, last + 3));
                }
            }
            default -> {
                // Most of it at the end, as in life.
                long from = random.nextInt(3) == 0 ? somewhere : last + 1;
                List<Entry> more = new ArrayList<>();
                for (int i = random.nextInt(12); i >= 0; i--) {
                    more.add(entry(term, from + more.size()));
                }
                tested.append(more);
                more.removeIf(entry -> entry.index() <= first);
                if (!more.isEmpty()) {
                    model.tailMap(more.get(0).index()).clear();
                    more.forEach(entry -> model.put(entry.index(), entry));
                }
            }
        }
    }

    private void refuses(String reason, List<Entry> entries) {
        assertThatThrownBy(() -> storage.append(entries))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(reason);
    }

    private static Snapshot snapshot(long index, long term) {
        return Snapshot.of(new byte[] {7}, SnapshotMetadata.of(VOTERS, index, term));
    }

    private static List<Entry> entriesFrom(long index, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (long term : terms) {
            entries.add(entry(term, index + entries.size()));
        }
        return entries;
    }

    private static Entry entry(long term, long index) {
        return Entry.of(term, index, new byte[] {(byte) term, (byte) index});
    }
}
