package io.lutra.wal;

import org.jspecify.annotations.Nullable;

/**
 * Is told once what became of a write. Called in the order in which the writes of a group were queued, by the thread that
 * writes, which it must not hold up.
 */
@FunctionalInterface
public interface Completion {
    /** Does nothing. */
    Completion NONE = failure -> {};

    /**
     * The write is durable, or never will be.
     *
     * @param failure {@code null} if it is durable
     */
    void complete(@Nullable WalException failure);
}
