package io.lutra.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedProcessTest {
    private final Scheduler scheduler = new Scheduler(1);
    private final SimulatedProcess process = new SimulatedProcess(scheduler);
    private final List<String> happened = new ArrayList<>();

    @Test
    void eventsOfAPausedProcessWaitAndThenComeInTheirOrder() {
        at(10, "a");
        at(20, "b");
        at(30, "c");
        at(50, "d");
        scheduler.after(15, Event.of(process::pause));
        scheduler.after(40, Event.of(process::resume));
        scheduler.after(25, note("world"));
        scheduler.runUntil(100);
        assertThat(happened).containsExactly("a@10", "world@25", "b@40", "c@40", "d@50");
    }

    @Test
    void whatComesInTheMomentOfResumingComesAfterWhatWaited() {
        at(20, "a");
        at(40, "b");
        scheduler.after(15, Event.of(process::pause));
        scheduler.after(40, Event.of(process::resume));
        at(40, "c");
        scheduler.runUntil(100);
        assertThat(happened).containsExactly("a@40", "b@40", "c@40");
    }

    @Test
    void eventsOfAKilledProcessNeverCome() {
        at(10, "a");
        at(20, "b");
        at(30, "c");
        scheduler.after(15, Event.of(process::pause));
        scheduler.after(25, Event.of(process::kill));
        scheduler.after(26, Event.of(() -> at(10, "d")));
        scheduler.runUntil(100);
        assertThat(happened).containsExactly("a@10", "b dropped@25", "c dropped@30", "d@36");
        assertThat(process.life()).isEqualTo(1);
    }

    @Test
    void eventsOfASlowProcessComeOneAfterAnother() {
        process.slowDown(7);
        at(10, "a");
        at(11, "b");
        at(12, "c");
        at(40, "d");
        scheduler.runUntil(100);
        assertThat(happened).containsExactly("a@10", "b@17", "c@24", "d@40");
    }

    @Test
    void aProcessThatWasPausedAndIsSlowCatchesUpSlowly() {
        process.slowDown(7);
        at(10, "a");
        at(11, "b");
        at(12, "c");
        scheduler.after(1, Event.of(process::pause));
        scheduler.after(20, Event.of(process::resume));
        scheduler.runUntil(100);
        assertThat(happened).containsExactly("a@20", "b@27", "c@34");
    }

    @Test
    void anEventThatWaitsForAPausedProcessCanBeCancelled() {
        Event event = at(10, "a");
        process.pause();
        scheduler.runUntil(15);
        assertThat(event.isWaiting()).isTrue();
        scheduler.cancel(event);
        process.resume();
        scheduler.runUntil(100);
        assertThat(happened).isEmpty();
    }

    private Event at(long delayNanos, String name) {
        Event event = note(name);
        scheduler.after(delayNanos, process, event);
        return event;
    }

    private Event note(String name) {
        return new Event() {
            @Override
            protected void run() {
                happened.add(name + "@" + scheduler.nowNanos());
            }

            @Override
            protected void dropped() {
                happened.add(name + " dropped@" + scheduler.nowNanos());
            }
        };
    }
}
