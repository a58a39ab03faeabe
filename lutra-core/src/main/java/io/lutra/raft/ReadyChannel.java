package io.lutra.raft;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the application gets what it has to do next: one {@link Ready} at a time.
 *
 * <p>After one was taken there is none until {@link Node#advance}. Many threads may wait; one of them gets it. When the node
 * stops, all of them are released.
 *
 * <p>Before a Ready is handed out, its hard state and its snapshot are durable in the storage: the thread that takes it
 * writes them.
 */
public interface ReadyChannel {
    /**
     * Waits for a Ready and takes it.
     *
     * @throws StoppedException if the node is stopped, or stops meanwhile
     * @throws CallInterruptedException if the thread is interrupted
     * @throws StorageException if hard state or snapshot could not be stored; the node is stopped by it
     */
    Ready take();

    /**
     * Waits for a Ready and takes it; returns null if there is none within {@code timeout}. Zero does not wait.
     *
     * @throws StoppedException if the node is stopped, or stops meanwhile
     * @throws CallInterruptedException if the thread is interrupted
     * @throws StorageException if hard state or snapshot could not be stored; the node is stopped by it
     */
    @Nullable
    Ready poll(Duration timeout);

    /**
     * Has {@code listener} run whenever a Ready becomes available, and now if there is one; it replaces the listener
     * before.
     *
     * <p>It is run by the thread whose call made the Ready available, after that call has done its work and without a lock,
     * so that it may call the node. It never runs twice at once: what becomes available meanwhile is told afterwards, by
     * the thread that is running it. Another thread may be quicker to take the Ready. What it throws reaches the caller.
     */
    void onAvailable(Runnable listener);
}
