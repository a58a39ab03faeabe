package io.lutra.raft.quorum;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** An immutable set of replica ids, in ascending unsigned order. */
public final class IdSet {
    /** No ids. */
    public static final IdSet EMPTY = new IdSet(new long[0]);

    /** Sets of a Raft group are small: walking so many is faster than halving them. */
    private static final int WALKED = 16;

    private final long[] ids;

    private IdSet(long[] ids) {
        this.ids = ids;
    }

    /** Returns a set of these ids; repeated ones count once. */
    public static IdSet of(long... ids) {
        long[] sorted = ids.clone();
        flipSigns(sorted);
        Arrays.sort(sorted);
        flipSigns(sorted);
        int size = 0;
        for (long id : sorted) {
            if (size == 0 || sorted[size - 1] != id) {
                sorted[size++] = id;
            }
        }
        return new IdSet(Arrays.copyOf(sorted, size));
    }

    /** Returns a set of these ids; repeated ones count once. */
    public static IdSet of(Collection<Long> ids) {
        return of(ids.stream().mapToLong(Long::longValue).toArray());
    }

    /** Turns unsigned order into signed order, and back. */
    private static void flipSigns(long[] ids) {
        for (int i = 0; i < ids.length; i++) {
            ids[i] ^= Long.MIN_VALUE;
        }
    }

    /** Returns the number of ids. */
    public int size() {
        return ids.length;
    }

    /** Tells whether there are none. */
    public boolean isEmpty() {
        return ids.length == 0;
    }

    /** Returns the i-th smallest id. */
    public long get(int i) {
        return ids[i];
    }

    /** Tells whether an id is in the set. */
    public boolean contains(long id) {
        return indexOf(id) >= 0;
    }

    /** Returns the place of an id in the order, or {@code -(place it would have) - 1}. */
    public int indexOf(long id) {
        int from = 0;
        int to = ids.length;
        while (to - from > WALKED) {
            int middle = (from + to) >>> 1;
            if (Long.compareUnsigned(ids[middle], id) <= 0) {
                from = middle;
            } else {
                to = middle;
            }
        }
        for (int i = from; i < to; i++) {
            int order = Long.compareUnsigned(ids[i], id);
            if (order >= 0) {
                return order == 0 ? i : -i - 1;
            }
        }
        return -to - 1;
    }

    /** Returns this set and one id more. */
    public IdSet with(long id) {
        int at = -indexOf(id) - 1;
        if (at < 0) {
            return this;
        }
        long[] more = new long[ids.length + 1];
        System.arraycopy(ids, 0, more, 0, at);
        more[at] = id;
        System.arraycopy(ids, at, more, at + 1, ids.length - at);
        return new IdSet(more);
    }

    /** Returns this set without one id. */
    public IdSet without(long id) {
        int at = indexOf(id);
        if (at < 0) {
            return this;
        }
        long[] fewer = new long[ids.length - 1];
        System.arraycopy(ids, 0, fewer, 0, at);
        System.arraycopy(ids, at + 1, fewer, at, fewer.length - at);
        return new IdSet(fewer);
    }

    /** Returns the ids of both sets. */
    public IdSet union(IdSet other) {
        IdSet all = this;
        for (long id : other.ids) {
            all = all.with(id);
        }
        return all;
    }

    /** Returns how many ids are in just one of the two sets. */
    public int differences(IdSet other) {
        int both = 0;
        for (long id : ids) {
            both += other.contains(id) ? 1 : 0;
        }
        return ids.length + other.ids.length - 2 * both;
    }

    /** Returns the ids as a list, in order. */
    public List<Long> toList() {
        return Arrays.stream(ids).boxed().toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IdSet that && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    /** Prints the ids in hexadecimal, as etcd does: {@code (1 2 a)}. */
    @Override
    public String toString() {
        StringJoiner out = new StringJoiner(" ", "(", ")");
        for (long id : ids) {
            out.add(Long.toHexString(id));
        }
        return out.toString();
    }
}
