package io.lutra.raft.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Lets nodes share what is equal and never changes. It knows the latest only: whoever makes many nodes mostly makes those
 * that are alike one after the other.
 */
final class Latest<T> {
    private volatile @Nullable T latest;

    /** Returns this value, or the one before if that is equal. For any thread. */
    T share(T value) {
        T before = latest;
        if (before != null && before.equals(value)) {
            return before;
        }
        latest = value;
        return value;
    }
}
