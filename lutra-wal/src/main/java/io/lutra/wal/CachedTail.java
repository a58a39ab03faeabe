package io.lutra.wal;

import io.lutra.raft.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest entries of a group, in memory: always the last ones, without a gap. Guarded by the log's lock. */
final class CachedTail {
    private @Nullable Entry[] ring = new @Nullable Entry[8];
    private int head;
    private int count;
    private long first;
    private long bytes;
    private final EntryCache.Total total;
    /** The stretch of the cache that the newest entries are in, and when it was begun: 0 if there is none. */
    private EntryCache.@Nullable Stretch newest;

    private int part;

    CachedTail(EntryCache.Total total) {
        this.total = total;
    }

    long first() {
        return first;
    }

    boolean holds(long index) {
        return count > 0 && index >= first && index < first + count;
    }

    /** Adds the entry after the last one, or begins anew with it. */
    void append(Entry entry) {
        if (count == 0 || entry.index() != first + count) {
            clear();
            first = entry.index();
        }
        if (count == ring.length) {
            @Nullable Entry[] larger = new @Nullable Entry[2 * count];
            System.arraycopy(ring, head, larger, 0, count - head);
            System.arraycopy(ring, 0, larger, count - head, head);
            ring = larger;
            head = 0;
        }
        ring[slot(count++)] = entry;
        add(entry.encodedSize());
    }

    Entry get(long index) {
        Entry entry = ring[slot((int) (index - first))];
        if (entry == null) {
            throw new IllegalStateException("no entry " + index);
        }
        return entry;
    }

    List<Entry> range(long lo, int size) {
        List<Entry> found = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            found.add(get(lo + i));
        }
        return found;
    }

    void dropFirst() {
        add(-get(first).encodedSize());
        ring[head] = null;
        head = slot(1);
        first++;
        count--;
        if (count == 0) {
            ring = ring.length > 8 ? new @Nullable Entry[8] : ring;
            head = 0;
        }
    }

    void dropBefore(long index) {
        if (index >= first + count) {
            clear();
        }
        while (count > 0 && first < index) {
            dropFirst();
        }
    }

    void truncateFrom(long index) {
        while (count > 0 && first + count > index) {
            add(-get(first + count - 1).encodedSize());
            ring[slot(--count)] = null;
        }
    }

    /** Drops all without a look at any: most left the processor's caches long ago. */
    void clear() {
        if (count > 0) {
            add(-bytes);
            count = 0;
            head = 0;
            ring = new @Nullable Entry[8];
        }
    }

    /** Tells whether the newest entries are in the stretch that was begun in a part of what the cache adds. */
    boolean isIn(int wanted) {
        return part == wanted;
    }

    /** Says which stretch the next entries are in. */
    void in(int begun, EntryCache.@Nullable Stretch stretch) {
        part = begun;
        newest = stretch;
    }

    EntryCache.@Nullable Stretch newest() {
        return newest;
    }

    private void add(long size) {
        bytes += size;
        total.add(size);
    }

    private int slot(int i) {
        return (head + i) & (ring.length - 1);
    }
}
