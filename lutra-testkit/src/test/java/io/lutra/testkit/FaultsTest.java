package io.lutra.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Plans, what lets them happen, and what counts them. */
class FaultsTest {
    private enum Operation {
        READ,
        WRITE
    }

    private final FaultCoverage<Operation> coverage = new FaultCoverage<>(Operation.class);

    @Test
    void everySeedDrawsItsOwnKindsAndIntensities() {
        Set<Fault> all = EnumSet.allOf(Fault.class);
        Set<String> plans = new HashSet<>();
        int[] times = new int[all.size()];
        double least = 1;
        double most = 0;
        for (int seed = 0; seed < 1000; seed++) {
            FaultPlan plan = FaultPlan.draw(new SeededRandom(seed), all);
            plans.add(plan.toString());
            for (Fault fault : all) {
                times[fault.ordinal()] += plan.has(fault) ? 1 : 0;
                if (plan.has(fault)) {
                    least = Math.min(least, plan.intensity(fault));
                    most = Math.max(most, plan.intensity(fault));
                } else {
                    assertThat(plan.intensity(fault)).isZero();
                }
            }
        }
        assertThat(plans).hasSizeGreaterThan(990);
        assertThat(Arrays.stream(times).boxed()).allMatch(count -> count > 400 && count < 600);
        assertThat(least).isBetween(1.0 / 64, 1.0 / 60);
        assertThat(most).isBetween(0.98, 1.0);
    }

    @Test
    void onlyCandidatesAreDrawnAndTheOthersDoNotChangeThem() {
        FaultPlan some = FaultPlan.draw(new SeededRandom(5), EnumSet.of(Fault.PAUSE, Fault.KILL));
        FaultPlan all = FaultPlan.draw(new SeededRandom(5), EnumSet.allOf(Fault.class));
        for (Fault fault : Fault.values()) {
            boolean candidate = fault == Fault.PAUSE || fault == Fault.KILL;
            assertThat(some.intensity(fault)).isEqualTo(candidate ? all.intensity(fault) : 0);
        }
    }

    @Test
    void countsWhichFaultMetWhichOperation() {
        coverage.onFault(Fault.MESSAGE_LOSS);
        coverage.operationBegan(Operation.READ);
        coverage.onFault(Fault.MESSAGE_LOSS);
        coverage.faultBegan(Fault.PAUSE);
        coverage.operationBegan(Operation.WRITE);
        coverage.operationEnded(Operation.READ);
        coverage.faultEnded(Fault.PAUSE);
        coverage.operationBegan(Operation.READ);
        assertThat(coverage.faults(Fault.MESSAGE_LOSS)).isEqualTo(2);
        assertThat(coverage.meetings(Fault.MESSAGE_LOSS, Operation.READ)).isEqualTo(1);
        assertThat(coverage.meetings(Fault.MESSAGE_LOSS, Operation.WRITE)).isZero();
        assertThat(coverage.meetings(Fault.PAUSE, Operation.READ)).isEqualTo(1);
        assertThat(coverage.meetings(Fault.PAUSE, Operation.WRITE)).isEqualTo(1);
        assertThat(coverage.pairsMet()).isEqualTo(3);
        assertThat(coverage.neverMet(EnumSet.of(Fault.MESSAGE_LOSS, Fault.PAUSE)))
                .containsExactly("MESSAGE_LOSS x WRITE");
    }

    @Test
    void faultsAndOperationsOfDifferentNodesDoNotMeet() {
        coverage.operationBegan(Operation.READ, 0b011);
        coverage.faultBegan(Fault.PAUSE, 0b100);
        coverage.operationBegan(Operation.WRITE, 0b101);
        coverage.onFault(Fault.MESSAGE_LOSS, 0b110);
        coverage.operationEnded(Operation.READ, 0b011);
        coverage.faultEnded(Fault.PAUSE, 0b100);
        coverage.operationBegan(Operation.WRITE, 0b101);
        assertThat(coverage.metLessThan(2, EnumSet.of(Fault.MESSAGE_LOSS, Fault.PAUSE)))
                .containsExactly("MESSAGE_LOSS x READ", "MESSAGE_LOSS x WRITE", "PAUSE x READ", "PAUSE x WRITE");
        assertThat(coverage.neverMet(EnumSet.of(Fault.MESSAGE_LOSS, Fault.PAUSE)))
                .containsExactly("PAUSE x READ");
    }

    @Test
    void aFaultThatFoundNothingToDoIsNotCounted() {
        Scheduler scheduler = new Scheduler(3);
        FaultInjector injector = new FaultInjector(scheduler, FaultPlan.of(Map.of(Fault.KILL, 1.0)), coverage, 1_000);
        boolean[] alive = {false};
        int[] killed = {0};
        injector.add(Fault.KILL, 0, random -> {
            if (!alive[0]) {
                return null;
            }
            killed[0]++;
            return new FaultInjector.Done(1, () -> {});
        });
        scheduler.runUntil(100_000);
        assertThat(coverage.faults(Fault.KILL)).isZero();
        alive[0] = true;
        scheduler.runUntil(200_000);
        assertThat(coverage.faults(Fault.KILL)).isEqualTo(killed[0]).isGreaterThan(50);
    }

    @Test
    void reportsAndAddsUp() {
        coverage.operationBegan(Operation.READ);
        coverage.faultBegan(Fault.PAUSE);
        FaultCoverage<Operation> sum = new FaultCoverage<>(Operation.class);
        sum.add(coverage);
        sum.add(coverage);
        assertThat(sum.report()).isEqualTo("""
                fault                     times         READ        WRITE
                PAUSE                         2            2            0
                """);
    }

    @Test
    void anInjectorLetsFaultsComeAndGo() {
        Scheduler scheduler = new Scheduler(3);
        FaultPlan plan = FaultPlan.of(Map.of(Fault.PAUSE, 1.0, Fault.KILL, 0.1));
        FaultInjector injector = new FaultInjector(scheduler, plan, coverage, 1_000);
        List<String> inForce = new ArrayList<>();
        int[] most = new int[1];
        for (Fault fault : List.of(Fault.PAUSE, Fault.KILL, Fault.POWER_CUT)) {
            injector.add(fault, 500, random -> {
                inForce.add(fault.name());
                most[0] = Math.max(most[0], inForce.size());
                return new FaultInjector.Done(
                        FaultCoverage.EVERYWHERE,
                        () -> assertThat(inForce.remove(fault.name())).isTrue());
            });
        }
        scheduler.runUntil(1_000_000);
        assertThat(coverage.faults(Fault.PAUSE)).isBetween(500L, 900L);
        assertThat(coverage.faults(Fault.KILL)).isBetween(50L, 150L);
        assertThat(coverage.faults(Fault.POWER_CUT)).isZero();
        assertThat(most).containsExactly(2);
        injector.stop();
        assertThat(inForce).isEmpty();
        long events = scheduler.events();
        scheduler.runUntil(2_000_000);
        assertThat(scheduler.events()).isEqualTo(events);
    }
}
