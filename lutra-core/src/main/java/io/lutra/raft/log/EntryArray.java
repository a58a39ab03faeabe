package io.lutra.raft.log;

import io.lutra.raft.Entry;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** An unmodifiable list over a part of an array whose slots are written once. */
final class EntryArray extends AbstractList<Entry> implements RandomAccess {
    private final Entry[] entries;
    private final int from;
    private final int size;

    private EntryArray(Entry[] entries, int from, int size) {
        this.entries = entries;
        this.from = from;
        this.size = size;
    }

    static List<Entry> of(Entry[] entries, int from, int to) {
        return from == to ? List.of() : new EntryArray(entries, from, to - from);
    }

    @Override
    public Entry get(int i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException("entry " + i + " of " + size);
        }
        return entries[from + i];
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public List<Entry> subList(int lo, int hi) {
        if (lo < 0 || hi > size || lo > hi) {
            throw new IndexOutOfBoundsException("[" + lo + ", " + hi + ") of " + size);
        }
        return of(entries, from + lo, from + hi);
    }
}
