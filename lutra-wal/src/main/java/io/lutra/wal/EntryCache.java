package io.lutra.wal;

import io.lutra.raft.Entry;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the newest entries of all groups in memory, up to a number of bytes together: the ones that came first go first.
 *
 * <p>They go in stretches: what one group added while all groups together added a sixteenth of those bytes. So what it takes to
 * know the oldest is a few words for many entries. Guarded by the log's lock.
 */
final class EntryCache {
    /** What all tails hold together. */
    static final class Total {
        private long bytes;

        void add(long size) {
            bytes += size;
        }

        long bytes() {
            return bytes;
        }
    }

    /** Entries of one group that go together. */
    static final class Stretch {
        private final CachedTail tail;
        private final long first;
        /** The index after the last; that of the group's newest stretch is open. */
        private long end = Long.MAX_VALUE;

        private @Nullable Stretch older;

        private Stretch(CachedTail tail, long first, @Nullable Stretch older) {
            this.tail = tail;
            this.first = first;
            this.older = older;
        }

        /** Tells whether nothing of it is there any more. */
        private boolean isGone() {
            return end <= tail.first();
        }
    }

    static final int MIN_CAPACITY = 1024;
    private static final int PARTS = 16;

    private final long maxBytes;
    private final Total total;
    private final ArrayDeque<Stretch> stretches = new ArrayDeque<>();
    /** With more stretches than this it is looked for ones that are gone. */
    private int capacity = MIN_CAPACITY;
    /** The number of the sixteenth that is being added, and what it lacks. */
    private int part = 1;

    private long lacks;

    EntryCache(long maxBytes, Total total) {
        this.maxBytes = maxBytes;
        this.total = total;
        this.lacks = maxBytes / PARTS;
    }

    /** Returns how many stretches there is room for. */
    int capacity() {
        return capacity;
    }

    /** Adds an entry; what it replaces is gone from the group's tail already. */
    void add(GroupState group, Entry entry) {
        CachedTail tail = group.cached();
        int size = entry.encodedSize();
        if (size > maxBytes) {
            tail.clear();
            return;
        }
        if (!tail.isIn(part)) {
            tail.in(part, begin(tail, entry.index()));
        }
        tail.append(entry);
        lacks -= size;
        if (lacks <= 0) {
            part++;
            lacks = maxBytes / PARTS;
        }
        while (total.bytes > maxBytes) {
            drop(stretches.remove());
        }
    }

    /** Begins a stretch of a group. Those that it replaces are gone. */
    private Stretch begin(CachedTail tail, long index) {
        Stretch newest = tail.newest();
        while (newest != null && newest.first >= index) {
            newest.end = Long.MIN_VALUE;
            newest = newest.older;
        }
        if (newest != null) {
            newest.end = index;
        }
        if (stretches.size() >= capacity) {
            forgetGone();
        }
        Stretch next = new Stretch(tail, index, newest);
        stretches.add(next);
        return next;
    }

    private void forgetGone() {
        stretches.removeIf(stretch -> {
            if (stretch.isGone()) {
                stretch.older = null;
                return true;
            }
            return false;
        });
        capacity = Math.max(MIN_CAPACITY, 2 * stretches.size());
    }

    private static void drop(Stretch oldest) {
        oldest.older = null;
        oldest.tail.dropBefore(oldest.end);
        if (oldest.tail.newest() == oldest) {
            oldest.tail.in(0, null);
        }
    }
}
