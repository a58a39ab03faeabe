package io.lutra.testkit;

/** A node's own clock: it starts where it likes, goes too fast or too slow, and jumps. It never stops. */
public final class SimulatedClock {
    private static final long MILLION = 1_000_000;

    private final Scheduler scheduler;
    private long sinceNanos;
    private long localNanos;
    private long driftPpm;

    /** Creates a clock that shows {@code offsetNanos} now. */
    public SimulatedClock(Scheduler scheduler, long offsetNanos) {
        this.scheduler = scheduler;
        this.sinceNanos = scheduler.nowNanos();
        this.localNanos = offsetNanos;
    }

    /** Returns what it shows, in nanoseconds. */
    public long nanos() {
        return localNanos + local(scheduler.nowNanos() - sinceNanos);
    }

    /** Lets it go faster by so many parts per million from now on; slower, down to standing still, if negative. */
    public void drift(long partsPerMillion) {
        if (partsPerMillion < -MILLION || partsPerMillion > MILLION * MILLION) {
            throw new IllegalArgumentException("backwards or absurd: " + partsPerMillion);
        }
        settle();
        driftPpm = partsPerMillion;
    }

    /** Lets it show so many nanoseconds more from now on; fewer if negative. */
    public void jump(long byNanos) {
        settle();
        localNanos += byNanos;
    }

    /** Returns how long it will be, in the scheduler's nanoseconds, until it has gone on by so many of its own. */
    public long worldNanos(long ownNanos) {
        long speed = MILLION + driftPpm;
        if (speed == 0) {
            return Long.MAX_VALUE / 4;
        }
        // In two parts, lest it overflow: whole millions, and the rest rounded up.
        return ownNanos / speed * MILLION + (ownNanos % speed * MILLION + speed - 1) / speed;
    }

    private long local(long worldNanos) {
        return worldNanos + worldNanos / MILLION * driftPpm + worldNanos % MILLION * driftPpm / MILLION;
    }

    private void settle() {
        localNanos = nanos();
        sinceNanos = scheduler.nowNanos();
    }
}
