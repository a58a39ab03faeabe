package io.lutra.raft;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * An unmodifiable list of replica ids, in the order given: a view of an array, which is what a {@link ConfState} keeps.
 */
final class Ids extends AbstractList<Long> implements RandomAccess {
    static final long[] NONE = {};

    private final long[] ids;

    Ids(long[] ids) {
        this.ids = ids;
    }

    static long[] arrayOf(Collection<Long> ids) {
        if (ids.isEmpty()) {
            return NONE;
        }
        return ids instanceof Ids view
                ? view.ids
                : ids.stream().mapToLong(Long::longValue).toArray();
    }

    static boolean contains(long[] ids, long id) {
        for (long each : ids) {
            if (each == id) {
                return true;
            }
        }
        return false;
    }

    /** Tells whether two arrays hold the same ids, in any order. */
    static boolean sameSet(long[] some, long[] others) {
        return Arrays.equals(sorted(some), sorted(others));
    }

    private static long[] sorted(long[] ids) {
        long[] copy = ids.clone();
        Arrays.sort(copy);
        return copy;
    }

    @Override
    public Long get(int i) {
        return ids[i];
    }

    @Override
    public int size() {
        return ids.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Ids that
                ? Arrays.equals(ids, that.ids)
                : other instanceof List<?> && super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    /** Collects ids while a message is decoded. */
    static final class Builder {
        private long[] ids = NONE;
        private int size;

        void add(long id) {
            if (size == ids.length) {
                ids = Arrays.copyOf(ids, Math.max(4, size + (size >> 1)));
            }
            ids[size++] = id;
        }

        long[] build() {
            return Arrays.copyOf(ids, size);
        }
    }
}
