package io.lutra.wal;

import org.jspecify.annotations.Nullable;

/**
 * Is told once what became of a write. Called in the order in which the writes of a group were queued, by the thread that
 * writes, which it must not hold up; also when the log failed elsewhere. What has nothing to store and nothing to wait for, a commit
 * index for instance, is complete before the call that queues it returns, and told by that thread. What it throws is thrown by
 * {@link Wal#doWork} when all others of its batch were called.
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
