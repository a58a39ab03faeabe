package io.lutra.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private final Scheduler scheduler = new Scheduler(1);
    private final List<String> happened = new ArrayList<>();

    @Test
    void runsEventsInTheOrderOfTimeAndThenOfScheduling() {
        scheduler.after(20, note("c"));
        scheduler.after(10, note("a"));
        scheduler.after(10, note("b"));
        runAll();
        assertThat(happened).containsExactly("a@10", "b@10", "c@20");
        assertThat(scheduler.events()).isEqualTo(3);
    }

    @Test
    void runsUpToATime() {
        scheduler.after(10, note("a"));
        scheduler.after(11, note("b"));
        scheduler.runUntil(10);
        assertThat(happened).containsExactly("a@10");
        scheduler.runUntil(100);
        assertThat(happened).containsExactly("a@10", "b@11");
        assertThat(scheduler.nowNanos()).isEqualTo(100);
    }

    @Test
    void anEventSchedulesItselfAgain() {
        Event tick = new Event() {
            @Override
            protected void run() {
                happened.add("tick@" + scheduler.nowNanos());
                if (scheduler.nowNanos() < 30) {
                    scheduler.after(10, this);
                }
            }
        };
        scheduler.after(10, tick);
        assertThatThrownBy(() -> scheduler.after(5, tick)).isInstanceOf(IllegalStateException.class);
        runAll();
        assertThat(happened).containsExactly("tick@10", "tick@20", "tick@30");
        assertThat(tick.isWaiting()).isFalse();
    }

    @Test
    void aCancelledEventDoesNotHappen() {
        Event event = note("a");
        scheduler.after(10, event);
        scheduler.after(10, note("b"));
        scheduler.cancel(event);
        scheduler.cancel(event);
        runAll();
        assertThat(happened).containsExactly("b@10");
    }

    @Test
    void refusesThePast() {
        assertThatThrownBy(() -> scheduler.after(-1, note("a"))).isInstanceOf(IllegalArgumentException.class);
        scheduler.runUntil(Long.MAX_VALUE);
        assertThatThrownBy(() -> scheduler.after(1, note("a"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void agreesWithASortedQueueOnRandomSchedules() {
        Seeds.check(0, 200, seed -> {
            SeededRandom random = new SeededRandom(seed);
            Scheduler fresh = new Scheduler(seed);
            List<Integer> order = new ArrayList<>();
            PriorityQueue<long[]> expected = new PriorityQueue<>(
                    Comparator.<long[]>comparingLong(entry -> entry[0]).thenComparingLong(entry -> entry[1]));
            List<Event> events = new ArrayList<>();
            List<Integer> expectedOrder = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int number = i;
                switch (random.nextInt(4)) {
                    case 0 -> {
                        if (fresh.runNext()) {
                            expectedOrder.add((int) expected.remove()[1]);
                        }
                        events.add(Event.of(() -> {}));
                    }
                    case 1 -> {
                        events.add(Event.of(() -> {}));
                        int victim = random.nextInt(events.size());
                        fresh.cancel(events.get(victim));
                        expected.removeIf(entry -> entry[1] == victim);
                    }
                    default -> {
                        Event event = Event.of(() -> order.add(number));
                        events.add(event);
                        long delay = random.nextInt(50);
                        fresh.after(delay, event);
                        expected.add(new long[] {fresh.nowNanos() + delay, number});
                    }
                }
            }
            while (fresh.runNext()) {
                expectedOrder.add((int) expected.remove()[1]);
            }
            assertThat(expected).isEmpty();
            assertThat(order).isEqualTo(expectedOrder);
        });
    }

    @Test
    void aFailureNamesTheSeedAndTheLastEvents() {
        Scheduler seeded = new Scheduler(99);
        seeded.after(5, Event.of(() -> seeded.trace().record(5, "deliver", 1, 2, "MsgApp")));
        seeded.after(7, Event.of(() -> {
            throw new IllegalStateException("two leaders");
        }));
        seeded.runNext();
        assertThatThrownBy(seeded::runNext)
                .isInstanceOfSatisfying(
                        SimulationFailure.class,
                        failure -> assertThat(failure.seed()).isEqualTo(99))
                .hasCauseInstanceOf(IllegalStateException.class)
                .satisfies(failure -> assertThat(failure.getMessage().lines())
                        .first()
                        .isEqualTo("seed 99, event 2 at 7 ns: java.lang.IllegalStateException: two leaders"))
                .hasMessageContaining("deliver      1 2  MsgApp");
    }

    @Test
    void theTraceHashTellsRunsApart() {
        assertThat(hashOf("a", 1, 2)).isEqualTo(hashOf("a", 1, 2));
        assertThat(List.of(
                        hashOf("a", 1, 2), hashOf("b", 1, 2), hashOf("a", 2, 1), hashOf("a", 1, 3), hashOf("a", 0, 0)))
                .doesNotHaveDuplicates();
        Scheduler early = new Scheduler(1);
        early.after(1, note("a"));
        early.runNext();
        Scheduler late = new Scheduler(1);
        late.after(2, note("a"));
        late.runNext();
        assertThat(early.trace().hash()).isNotEqualTo(late.trace().hash());
    }

    @Test
    void theTraceKeepsTheLastRecords() {
        Trace trace = scheduler.trace();
        for (int i = 0; i < 1000; i++) {
            trace.record(i, "step", i, 0, null);
        }
        assertThat(trace.last(2))
                .isEqualTo("            998 ns  step         998 0\n" + "            999 ns  step         999 0\n");
        assertThat(trace.last(10_000).lines()).hasSize(Trace.LAST);
    }

    private static long hashOf(String kind, long from, long to) {
        Trace trace = new Scheduler(1).trace();
        trace.record(0, kind, from, to, null);
        return trace.hash();
    }

    private Event note(String name) {
        return Event.of(() -> happened.add(name + "@" + scheduler.nowNanos()));
    }

    private void runAll() {
        while (scheduler.runNext()) {
            // All is in the condition.
        }
    }
}
