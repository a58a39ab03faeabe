package io.lutra.testkit;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens at a point of virtual time. Made once and scheduled again and again: while it waits it cannot be
 * scheduled a second time.
 */
public abstract class Event {
    static final int NOT_WAITING = -1;
    static final int HELD = -2;

    long timeNanos;
    long sequence;
    /** Where it waits in the scheduler's heap, or why not there. */
    int slot = NOT_WAITING;

    @Nullable
    SimulatedProcess process;

    int life;

    /** Creates an event that does not wait yet. */
    protected Event() {}

    /** Returns an event that runs this. */
    public static Event of(Runnable action) {
        return new Event() {
            @Override
            protected void run() {
                action.run();
            }
        };
    }

    /** Happens. It may schedule itself again. */
    protected abstract void run();

    /** Does not happen, because the process that it belongs to was killed after it was scheduled. */
    protected void dropped() {}

    /** Tells whether it is scheduled and has not happened yet. */
    public final boolean isWaiting() {
        return slot != NOT_WAITING;
    }

    /** Returns the virtual time at which it happens, or last happened, in nanoseconds. */
    public final long timeNanos() {
        return timeNanos;
    }

    final boolean isBefore(Event other) {
        return timeNanos < other.timeNanos || (timeNanos == other.timeNanos && sequence < other.sequence);
    }
}
