package io.lutra.raft;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** An unmodifiable list of replica ids in a plain array, in the order given. */
final class Ids extends AbstractList<Long> implements RandomAccess {
    static final Ids NONE = new Ids(new long[0]);

    private final long[] ids;

    private Ids(long[] ids) {
        this.ids = ids;
    }

    static Ids of(Collection<Long> ids) {
        return ids instanceof Ids same
                ? same
                : wrap(ids.stream().mapToLong(Long::longValue).toArray());
    }

    /** Takes the array over. */
    static Ids wrap(long[] ids) {
        return ids.length == 0 ? NONE : new Ids(ids);
    }

    long id(int i) {
        return ids[i];
    }

    @Override
    public Long get(int i) {
        return ids[i];
    }

    @Override
    public int size() {
        return ids.length;
    }

    /** Tells whether two lists hold the same ids, in any order. */
    boolean sameSet(Ids other) {
        return Arrays.equals(sorted(), other.sorted());
    }

    private long[] sorted() {
        long[] copy = ids.clone();
        Arrays.sort(copy);
        return copy;
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
        private long[] ids = new long[0];
        private int size;

        void add(long id) {
            if (size == ids.length) {
                ids = Arrays.copyOf(ids, Math.max(4, size + (size >> 1)));
            }
            ids[size++] = id;
        }

        Ids build() {
            return wrap(Arrays.copyOf(ids, size));
        }
    }
}
