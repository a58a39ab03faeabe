package io.lutra.testkit;

/**
 * The end of a run: an event threw something. The first line of the message names the seed, which repeats it, and what
 * was thrown, which is also the cause; the last events follow.
 */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;
    private static final int LINES = 40;

    private final long seed;

    SimulationFailure(Scheduler scheduler, Throwable cause) {
        super(
                "seed " + scheduler.seed() + ", event " + scheduler.events() + " at " + scheduler.nowNanos() + " ns: "
                        + cause + "\n" + scheduler.trace().last(LINES),
                cause);
        this.seed = scheduler.seed();
    }

    /** Returns the seed that repeats the run. */
    public long seed() {
        return seed;
    }
}
