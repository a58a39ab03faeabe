package io.lutra.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SimulatedClockTest {
    private static final long SECOND = 1_000_000_000;

    private final Scheduler scheduler = new Scheduler(1);

    @Test
    void startsWhereItLikesAndGoesOnWithTheWorld() {
        scheduler.runUntil(5 * SECOND);
        SimulatedClock clock = new SimulatedClock(scheduler, 100 * SECOND);
        scheduler.runUntil(8 * SECOND);
        assertThat(clock.nanos()).isEqualTo(103 * SECOND);
    }

    @Test
    void goesFasterOrSlower() {
        SimulatedClock clock = new SimulatedClock(scheduler, 0);
        clock.drift(100_000);
        scheduler.runUntil(10 * SECOND);
        assertThat(clock.nanos()).isEqualTo(11 * SECOND);
        clock.drift(-500_000);
        scheduler.runUntil(20 * SECOND);
        assertThat(clock.nanos()).isEqualTo(16 * SECOND);
        clock.drift(0);
        scheduler.runUntil(21 * SECOND);
        assertThat(clock.nanos()).isEqualTo(17 * SECOND);
    }

    @Test
    void keepsTimeForYears() {
        SimulatedClock clock = new SimulatedClock(scheduler, 0);
        clock.drift(1);
        scheduler.runUntil(SECOND * SECOND);
        assertThat(clock.nanos()).isEqualTo(SECOND * SECOND + 1000 * SECOND);
    }

    @Test
    void jumps() {
        SimulatedClock clock = new SimulatedClock(scheduler, 0);
        clock.jump(-5);
        assertThat(clock.nanos()).isEqualTo(-5);
        clock.jump(SECOND);
        scheduler.runUntil(1);
        assertThat(clock.nanos()).isEqualTo(SECOND - 4);
    }

    @Test
    void knowsWhenItWillHaveGoneOn() {
        Seeds.check(0, 1000, seed -> {
            SeededRandom random = new SeededRandom(seed);
            Scheduler world = new Scheduler(seed);
            SimulatedClock clock = new SimulatedClock(world, 0);
            clock.drift(random.nextLong(-900_000, 2_000_000));
            long own = random.nextLong(1, 100 * SECOND);
            long wait = clock.worldNanos(own);
            world.runUntil(wait);
            assertThat(clock.nanos()).isBetween(own - 1, own + 4);
        });
    }

    @Test
    void goesOnWhileItsProcessIsPaused() {
        SimulatedClock clock = new SimulatedClock(scheduler, 0);
        SimulatedProcess process = new SimulatedProcess(scheduler);
        long[] seen = new long[1];
        scheduler.after(10, process, Event.of(() -> seen[0] = clock.nanos()));
        process.pause();
        scheduler.runUntil(50);
        process.resume();
        scheduler.runUntil(60);
        assertThat(seen).containsExactly(50);
    }

    @Test
    void doesNotGoBackwards() {
        SimulatedClock clock = new SimulatedClock(scheduler, 0);
        assertThatThrownBy(() -> clock.drift(-1_000_001)).isInstanceOf(IllegalArgumentException.class);
        clock.drift(-1_000_000);
        scheduler.runUntil(SECOND);
        assertThat(clock.nanos()).isZero();
        assertThat(clock.worldNanos(1)).isGreaterThan(SECOND * SECOND);
    }
}
