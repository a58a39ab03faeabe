package io.lutra.wal;

import io.lutra.raft.Entry;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the newest entries of all groups in memory, up to a number of bytes together: the ones that came first go first.
 *
 * <p>A token is kept for every entry that was added. An entry that was replaced or compacted leaves a token that means
 * nothing: a token drops an entry only if that is the first its group has. Guarded by the log's lock.
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

    static final int MIN_CAPACITY = 1024;

    private final long maxBytes;
    private final Total total;
    private @Nullable GroupState[] groups = new @Nullable GroupState[MIN_CAPACITY];
    private long[] indexes = new long[MIN_CAPACITY];
    private int head;
    private int count;

    EntryCache(long maxBytes, Total total) {
        this.maxBytes = maxBytes;
        this.total = total;
    }

    /** Returns how many tokens there is room for. */
    int capacity() {
        return groups.length;
    }

    /** Adds an entry; what it replaces is gone from the group's tail already. */
    void add(GroupState group, Entry entry) {
        if (entry.encodedSize() > maxBytes) {
            group.cached().clear();
            return;
        }
        if (count == groups.length) {
            makeRoom();
        }
        int slot = (head + count++) & (groups.length - 1);
        groups[slot] = group;
        indexes[slot] = entry.index();
        group.cached().append(entry);
        while (total.bytes > maxBytes) {
            GroupState oldest = groups[head];
            if (oldest != null
                    && oldest.cached().holds(indexes[head])
                    && oldest.cached().first() == indexes[head]) {
                oldest.cached().dropFirst();
            }
            groups[head] = null;
            head = (head + 1) & (groups.length - 1);
            count--;
        }
    }

    /**
     * Drops the tokens that mean nothing; takes a larger array if most do mean something. Seen from the newest, the tokens of a group
     * that mean something go down: one that does not is of an entry that was replaced.
     */
    private void makeRoom() {
        Map<GroupState, Long> lowest = new HashMap<>();
        int mask = groups.length - 1;
        int end = head + count;
        int kept = end;
        for (int i = end - 1; i >= head; i--) {
            GroupState group = groups[i & mask];
            long index = indexes[i & mask];
            groups[i & mask] = null;
            if (group != null && group.cached().holds(index) && index < lowest.getOrDefault(group, Long.MAX_VALUE)) {
                lowest.put(group, index);
                kept--;
                groups[kept & mask] = group;
                indexes[kept & mask] = index;
            }
        }
        count = end - kept;
        head = kept & mask;
        if (count > groups.length / 2) {
            grow();
        }
    }

    private void grow() {
        @Nullable GroupState[] newGroups = new @Nullable GroupState[2 * groups.length];
        long[] newIndexes = new long[newGroups.length];
        for (int i = 0; i < count; i++) {
            int from = (head + i) & (groups.length - 1);
            newGroups[i] = groups[from];
            newIndexes[i] = indexes[from];
        }
        groups = newGroups;
        indexes = newIndexes;
        head = 0;
    }
}
