package io.lutra.testkit;

import java.util.ArrayDeque;
import java.util.List;

/**
 * A process of the simulated world: its events stand still while it is paused, come late while it is slow, and never
 * come after it was killed. The clock goes on in all cases.
 */
public final class SimulatedProcess {
    private final Scheduler scheduler;
    /** Events whose time has come and that could not happen yet, in the order in which they came. */
    private final ArrayDeque<Event> held = new ArrayDeque<>();

    private final Event goOn = Event.of(this::goOn);
    private int life;
    private boolean paused;
    private long nanosPerEvent;
    private long busyUntilNanos;

    /** Creates a running process. */
    public SimulatedProcess(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Returns how often it was killed. */
    public int life() {
        return life;
    }

    /** Tells whether it is paused. */
    public boolean isPaused() {
        return paused;
    }

    /** Stops it: its events wait. */
    public void pause() {
        paused = true;
    }

    /** Lets it go on: the events that waited happen now, in the order in which they came, before any later one. */
    public void resume() {
        paused = false;
        wakeUp();
    }

    /** Sets what each of its events costs: the next one comes at least so many nanoseconds later. At first 0. */
    public void slowDown(long costNanos) {
        nanosPerEvent = costNanos;
    }

    /** Kills it: none of its events that wait now will happen. It can be used again at once, as a new process. */
    public void kill() {
        life++;
        paused = false;
        busyUntilNanos = 0;
        scheduler.cancel(goOn);
        List<Event> dead = List.copyOf(held);
        held.clear();
        dead.forEach(SimulatedProcess::drop);
    }

    /** Tells whether an event whose time has come happens; if not, it was put aside or dropped. */
    boolean admits(Event event) {
        if (event.life != life) {
            drop(event);
            return false;
        }
        if (paused || busyUntilNanos > scheduler.nowNanos() || !held.isEmpty()) {
            event.slot = Event.HELD;
            held.add(event);
            wakeUp();
            return false;
        }
        busyUntilNanos = scheduler.nowNanos() + nanosPerEvent;
        return true;
    }

    void release(Event event) {
        event.slot = Event.NOT_WAITING;
        held.remove(event);
    }

    private void wakeUp() {
        if (!paused && !held.isEmpty() && !goOn.isWaiting()) {
            scheduler.after(Math.max(0, busyUntilNanos - scheduler.nowNanos()), goOn);
        }
    }

    private void goOn() {
        if (paused || held.isEmpty()) {
            return;
        }
        Event next = held.remove();
        next.slot = Event.NOT_WAITING;
        busyUntilNanos = scheduler.nowNanos() + nanosPerEvent;
        wakeUp();
        next.run();
    }

    private static void drop(Event event) {
        event.slot = Event.NOT_WAITING;
        event.dropped();
    }
}
