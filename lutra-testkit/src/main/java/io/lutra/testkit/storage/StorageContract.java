package io.lutra.testkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.InitialState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.Storage;
import io.lutra.raft.StorageException;
import io.lutra.raft.UnavailableException;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Storage} keeps. Extend it, say how a storage is made, and its tests are yours:
 *
 * <pre>{@code
 * class MyStorageTest extends StorageContract<MyStorage> {
 *     protected MyStorage newStorage() { return new MyStorage(...); }
 *     protected MyStorage reopened(MyStorage storage) { storage.close(); return new MyStorage(...); }
 *     protected void compact(MyStorage storage, long index) { storage.compact(index); }
 * }
 * }</pre>
 *
 * <p>Terms and indexes are below 2^62. Beyond that a storage does not judge what it is given: terms fall here from one entry to
 * the next, and from one hard state to the next, and a commit index may be above the last entry. Whether that can be is known to
 * the core alone.
 *
 * <p>A storage that keeps a hard state, too, extends {@link HardStateStorageContract}.
 *
 * @param <S> the storage
 */
public abstract class StorageContract<S extends Storage> {
    private static final int SEEDS = 60;
    private static final int STEPS = 60;

    /** To be called by subclasses. */
    protected StorageContract() {}

    /** Returns an empty storage that shares nothing with those before it. */
    protected abstract S newStorage();

    /** Drops the entries up to and including an index that the storage holds. */
    protected abstract void compact(S storage, long index);

    /**
     * Closes a storage and opens what it was kept in again, as after a restart. One that is kept nowhere returns itself,
     * as this does.
     */
    protected S reopened(S storage) {
        return storage;
    }

    @Test
    void beginsEmptyWithItsFirstIndexAtOne() {
        S storage = newStorage();
        new ExpectedLog().assertHeldBy(storage);
        assertEquals(0, storage.term(0), "the term before the first entry ever");
        assertEquals(Snapshot.EMPTY, storage.snapshot());
        assertEquals(new InitialState(HardState.EMPTY, ConfState.EMPTY), storage.initialState());
    }

    @Test
    void returnsWhatWasAppended() {
        S storage = newStorage();
        ExpectedLog expected = new ExpectedLog();
        append(storage, expected, entries(1, 1, 1, 2));
        expected.assertHeldBy(storage);
        append(storage, expected, entries(4, 2, 5));
        expected.assertHeldBy(storage);
        expected.assertHeldBy(reopened(storage));
    }

    @Test
    void keepsEveryBitOfAnEntry() {
        List<Entry> entries = List.of(
                Entry.of(1, 1, EntryType.NORMAL, null),
                Entry.of(1, 2, EntryType.NORMAL, new byte[0]),
                Entry.of(1, 3, EntryType.CONF_CHANGE_V2, new byte[] {0, -1, 127, -128}),
                Entry.refusedChange(2, 4),
                Entry.of((1L << 62) - 1, 5, new byte[10_000]));
        S storage = newStorage();
        storage.append(entries);
        assertEquals(entries, storage.entries(1, 6, Long.MAX_VALUE));
        assertEquals(entries, reopened(storage).entries(1, 6, Long.MAX_VALUE));
    }

    @Test
    void appendingNothingChangesNothing() {
        S storage = newStorage();
        ExpectedLog expected = new ExpectedLog();
        storage.append(List.of());
        expected.assertHeldBy(storage);
        append(storage, expected, entries(1, 1, 1));
        storage.append(List.of());
        expected.assertHeldBy(storage);
    }

    @Test
    void appendedEntriesReplaceAllFromTheFirstOfThemOn() {
        S storage = newStorage();
        ExpectedLog expected = new ExpectedLog();
        append(storage, expected, entries(1, 1, 1, 1, 1, 1));
        append(storage, expected, entries(3, 2));
        assertEquals(3, storage.lastIndex(), "what was after the replaced entry is gone");
        expected.assertHeldBy(storage);
        append(storage, expected, entries(1, 3, 3, 3, 3));
        expected.assertHeldBy(storage);
        expected.assertHeldBy(reopened(storage));
    }

    @Test
    void refusesEntriesThatWouldLeaveAGapAndKeepsWhatItHas() {
        S storage = newStorage();
        assertThrows(StorageException.class, () -> storage.append(entries(2, 1)));
        ExpectedLog expected = new ExpectedLog();
        append(storage, expected, entries(1, 1, 1));
        assertThrows(StorageException.class, () -> storage.append(entries(4, 2, 2)));
        expected.assertHeldBy(storage);
        expected.assertHeldBy(reopened(storage));
    }

    @Test
    void returnsAsManyEntriesAsFitButAtLeastOne() {
        S storage = newStorage();
        List<Entry> entries = entries(1, 1, 1, 1, 1, 1);
        storage.append(entries);
        int three = entries.get(1).encodedSize()
                + entries.get(2).encodedSize()
                + entries.get(3).encodedSize();
        assertEquals(entries.subList(1, 4), storage.entries(2, 6, three));
        assertEquals(entries.subList(1, 3), storage.entries(2, 6, three - 1));
        assertEquals(entries.subList(1, 3), storage.entries(2, 4, Long.MAX_VALUE));
        assertEquals(entries.subList(4, 5), storage.entries(5, 6, 1));
        assertEquals(entries.subList(1, 2), storage.entries(2, 6, 0));
    }

    @Test
    void refusesEntriesAndTermsThatItDoesNotHave() {
        S storage = newStorage();
        storage.append(entries(1, 1, 1, 1));
        compact(storage, 2);
        assertThrows(CompactedException.class, () -> storage.entries(2, 4, Long.MAX_VALUE));
        assertThrows(CompactedException.class, () -> storage.term(1));
        assertThrows(UnavailableException.class, () -> storage.entries(3, 5, Long.MAX_VALUE));
        assertThrows(UnavailableException.class, () -> storage.entries(3, 5, 0), "even if one entry is enough");
        assertThrows(UnavailableException.class, () -> storage.term(4));
    }

    @Test
    void stillKnowsTheTermBeforeTheFirstEntryWhenCompacted() {
        S storage = newStorage();
        ExpectedLog expected = new ExpectedLog();
        append(storage, expected, entries(1, 1, 2, 3, 4));
        compact(storage, expected, 3);
        assertEquals(3, storage.term(3));
        assertEquals(4, storage.firstIndex());
        expected.assertHeldBy(storage);
        expected.assertHeldBy(reopened(storage));
    }

    @Test
    void goesOnWhenEverythingIsCompacted() {
        S storage = newStorage();
        ExpectedLog expected = new ExpectedLog();
        append(storage, expected, entries(1, 1, 2));
        compact(storage, expected, 2);
        assertEquals(storage.lastIndex() + 1, storage.firstIndex());
        expected.assertHeldBy(storage);
        S again = reopened(storage);
        expected.assertHeldBy(again);
        append(again, expected, entries(3, 2, 3));
        expected.assertHeldBy(again);
    }

    @Test
    void skipsAppendedEntriesThatWereCompacted() {
        S storage = newStorage();
        ExpectedLog expected = new ExpectedLog();
        append(storage, expected, entries(1, 1, 1, 1, 1));
        compact(storage, expected, 2);
        append(storage, expected, entries(1, 1, 1));
        assertEquals(4, storage.lastIndex(), "entries that are all compacted replace nothing");
        expected.assertHeldBy(storage);
        append(storage, expected, entries(1, 1, 1, 2));
        assertEquals(3, storage.lastIndex());
        expected.assertHeldBy(storage);
        expected.assertHeldBy(reopened(storage));
    }

    @Test
    void aReturnedListDoesNotChangeWhenTheStorageDoes() {
        S storage = newStorage();
        List<Entry> old = entries(1, 1, 1, 1, 1);
        storage.append(old);
        List<Entry> returned = storage.entries(1, 5, Long.MAX_VALUE);
        storage.append(entries(2, 2, 2, 2, 2, 2));
        compact(storage, 3);
        assertEquals(old, returned);
    }

    @Test
    void aStorageDoesNotChangeWhenListsOfItsCallersDo() {
        S storage = newStorage();
        List<Entry> entries = entries(1, 1, 1, 1);
        List<Entry> given = new ArrayList<>(entries);
        storage.append(given);
        given.clear();
        List<Entry> returned = storage.entries(1, 4, Long.MAX_VALUE);
        try {
            returned.remove(0);
            returned.clear();
        } catch (UnsupportedOperationException unmodifiable) {
            // As good.
        }
        assertEquals(entries, storage.entries(1, 4, Long.MAX_VALUE));
    }

    @Test
    void holdsWhatItMustAfterAnySteps() {
        Seeds.check(0, SEEDS, seed -> {
            SeededRandom random = new SeededRandom(seed);
            // Some runs open the storage again after every step, some rarely.
            double restarts = seed % 2 == 0 ? 1 : 0.1;
            ExpectedLog expected = new ExpectedLog();
            S storage = newStorage();
            for (int i = 0; i < STEPS; i++) {
                step(storage, expected, random);
                if (random.chance(restarts)) {
                    storage = reopened(storage);
                }
                expected.assertHeldBy(storage);
                assertAnyRange(storage, expected, random);
            }
        });
    }

    /** Does any one thing to a storage and to what is expected of it. */
    void step(S storage, ExpectedLog expected, SeededRandom random) {
        long entries = expected.lastIndex() + 1 - expected.firstIndex();
        if (entries > 0 && random.nextInt(5) == 0) {
            compact(storage, expected, expected.firstIndex() + random.nextLong(entries));
            return;
        }
        long first = Math.max(1, expected.firstIndex() - 2 + random.nextLong(entries + 3));
        long[] terms = new long[random.nextInt(8)];
        for (int i = 0; i < terms.length; i++) {
            terms[i] = random.nextLong(1, 10);
        }
        List<Entry> appended = entries(Math.min(first, expected.lastIndex() + 1), terms);
        append(storage, expected, appended);
    }

    private void assertAnyRange(S storage, ExpectedLog expected, SeededRandom random) {
        long entries = expected.lastIndex() + 1 - expected.firstIndex();
        if (entries == 0) {
            return;
        }
        long lo = expected.firstIndex() + random.nextLong(entries);
        long hi = random.nextLong(lo + 1, expected.lastIndex() + 2);
        long maxSize = random.nextLong(200);
        List<Entry> wanted = new ArrayList<>();
        long bytes = 0;
        for (Entry entry : expected.entries(lo, hi)) {
            bytes += entry.encodedSize();
            if (bytes <= maxSize || wanted.isEmpty()) {
                wanted.add(entry);
            }
        }
        List<Entry> found = storage.entries(lo, hi, maxSize);
        assertTrue(!found.isEmpty(), "at least one entry");
        assertEquals(wanted, found, () -> "entries(" + lo + ", " + hi + ", " + maxSize + ")");
    }

    private void append(S storage, ExpectedLog expected, List<Entry> entries) {
        storage.append(entries);
        expected.append(entries);
    }

    private void compact(S storage, ExpectedLog expected, long index) {
        compact(storage, index);
        expected.compact(index);
    }

    /** Returns entries from an index on with these terms, no two of which have the same bytes. */
    static List<Entry> entries(long firstIndex, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            String data = "entry " + (firstIndex + i) + " of term " + terms[i] + " with " + terms.length + " in all";
            entries.add(Entry.of(terms[i], firstIndex + i, data.getBytes(StandardCharsets.UTF_8)));
        }
        return entries;
    }
}
