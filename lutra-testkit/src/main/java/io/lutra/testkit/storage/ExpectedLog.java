package io.lutra.testkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lutra.raft.CompactedException;
import io.lutra.raft.Entry;
import io.lutra.raft.Storage;
import io.lutra.raft.UnavailableException;
import java.util.ArrayList;
import java.util.List;

/** What a storage must hold, kept in the simplest way. */
final class ExpectedLog {
    /** Index and term of the entry before the first. */
    private long offset;

    private long offsetTerm;
    private final List<Entry> entries = new ArrayList<>();

    long firstIndex() {
        return offset + 1;
    }

    long lastIndex() {
        return offset + entries.size();
    }

    long term(long index) {
        return index == offset ? offsetTerm : entry(index).term();
    }

    List<Entry> entries(long lo, long hi) {
        return List.copyOf(entries.subList((int) (lo - firstIndex()), (int) (hi - firstIndex())));
    }

    void append(List<Entry> appended) {
        for (Entry entry : appended) {
            if (entry.index() > offset) {
                if (entry.index() <= lastIndex()) {
                    entries.subList((int) (entry.index() - firstIndex()), entries.size())
                            .clear();
                }
                entries.add(entry);
            }
        }
    }

    void compact(long index) {
        offsetTerm = term(index);
        entries.subList(0, (int) (index - offset)).clear();
        offset = index;
    }

    void restore(long index, long term) {
        entries.clear();
        offset = index;
        offsetTerm = term;
    }

    /** Fails if a storage holds anything else. */
    void assertHeldBy(Storage storage) {
        assertEquals(firstIndex(), storage.firstIndex(), "firstIndex()");
        assertEquals(lastIndex(), storage.lastIndex(), "lastIndex()");
        for (long index = offset; index <= lastIndex(); index++) {
            assertEquals(term(index), storage.term(index), "term(" + index + ")");
        }
        assertThrows(UnavailableException.class, () -> storage.term(lastIndex() + 1), "the term after the last entry");
        if (offset > 0) {
            assertThrows(CompactedException.class, () -> storage.term(offset - 1), "the term of a compacted entry");
            assertThrows(
                    CompactedException.class,
                    () -> storage.entries(offset, lastIndex() + 1, Long.MAX_VALUE),
                    "a compacted entry");
        }
        if (!entries.isEmpty()) {
            assertEquals(entries, storage.entries(firstIndex(), lastIndex() + 1, Long.MAX_VALUE), "all entries");
            assertThrows(
                    UnavailableException.class,
                    () -> storage.entries(firstIndex(), lastIndex() + 2, Long.MAX_VALUE),
                    "an entry after the last");
        }
    }

    private Entry entry(long index) {
        return entries.get((int) (index - firstIndex()));
    }
}
