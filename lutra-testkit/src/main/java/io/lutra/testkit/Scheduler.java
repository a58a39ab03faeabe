package io.lutra.testkit;

import org.jspecify.annotations.Nullable;

/**
 * Runs events in the order of virtual time, in one thread, from one seed: the same seed is the same run, on every JVM.
 *
 * <p>Events of one time run in the order in which they were scheduled. Time passes between events only. Everything that
 * is random draws from {@link #random}; whatever the run does leaves its mark in {@link #trace}, whose hash tells whether
 * two runs were the same. What an event throws comes out as a {@link SimulationFailure} that names the seed.
 */
public final class Scheduler {
    private final SeededRandom random;
    private final Trace trace = new Trace();
    private final EventHeap waiting = new EventHeap();
    private long nowNanos;
    private long nextSequence;
    private long events;

    /** Creates a scheduler at time 0. */
    public Scheduler(long seed) {
        this.random = new SeededRandom(seed);
    }

    /** Returns the seed that repeats this run. */
    public long seed() {
        return random.seed();
    }

    /** Returns a sequence of random numbers for a concern, apart from those of all others. */
    public SeededRandom random(String concern) {
        return random.fork(concern);
    }

    /** Returns what happened. */
    public Trace trace() {
        return trace;
    }

    /** Returns the virtual time in nanoseconds. */
    public long nowNanos() {
        return nowNanos;
    }

    /** Returns how many events have run. */
    public long events() {
        return events;
    }

    /** Returns how many events wait, those of paused processes aside. */
    public int waiting() {
        return waiting.size();
    }

    /** Lets an event happen so many nanoseconds from now, at least 0. */
    public void after(long delayNanos, Event event) {
        schedule(nowNanos + delayNanos, null, event);
    }

    /** Lets an event of a process happen so many nanoseconds from now: later if it is paused then, not if it is killed before. */
    public void after(long delayNanos, SimulatedProcess process, Event event) {
        schedule(nowNanos + delayNanos, process, event);
    }

    /** Lets an event not happen; one that does not wait is left alone. */
    public void cancel(Event event) {
        if (event.slot == Event.HELD && event.process != null) {
            event.process.release(event);
        } else if (event.isWaiting()) {
            waiting.remove(event);
        }
    }

    /** Runs the next event; tells whether there was one. */
    public boolean runNext() {
        return runNext(Long.MAX_VALUE);
    }

    /** Runs all events up to a virtual time, that included, which is the time afterwards. */
    public void runUntil(long timeNanos) {
        while (runNext(timeNanos)) {
            // All is in the condition.
        }
        nowNanos = Math.max(nowNanos, timeNanos);
    }

    private boolean runNext(long untilNanos) {
        for (Event event = waiting.first(); event != null && event.timeNanos <= untilNanos; event = waiting.first()) {
            waiting.remove(event);
            nowNanos = event.timeNanos;
            SimulatedProcess process = event.process;
            if (process == null || process.admits(event)) {
                run(event);
                return true;
            }
        }
        return false;
    }

    private void run(Event event) {
        events++;
        trace.fold(nowNanos ^ event.sequence << Integer.SIZE);
        try {
            event.run();
        } catch (RuntimeException | Error e) {
            throw new SimulationFailure(this, e);
        }
    }

    private void schedule(long timeNanos, @Nullable SimulatedProcess process, Event event) {
        if (event.isWaiting()) {
            throw new IllegalStateException("the event waits already");
        }
        if (timeNanos < nowNanos) {
            throw new IllegalArgumentException("in the past, or past the end of time: " + timeNanos);
        }
        event.timeNanos = timeNanos;
        event.sequence = nextSequence++;
        event.process = process;
        event.life = process == null ? 0 : process.life();
        waiting.add(event);
    }
}
