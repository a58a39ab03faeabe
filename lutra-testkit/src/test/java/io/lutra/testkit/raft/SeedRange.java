package io.lutra.testkit.raft;

import io.lutra.testkit.FaultCoverage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/** Runs seeds on all processors, and adds up what they met. */
final class SeedRange {
    private final FaultCoverage<Operation> coverage = new FaultCoverage<>(Operation.class);
    private final Map<String, List<Double>> liveness = new TreeMap<>();
    private final List<Long> failed = new ArrayList<>();
    private long seeds;
    private long events;
    private long gaveUp;
    private long nanos;
    private long processorNanos;

    SeedRange() {}

    /** Runs one seed after the other, from {@code first} on, while {@code goesOn} holds for how many have begun. */
    void run(long first, LongPredicate goesOn) {
        run(n -> first + n, goesOn);
    }

    /** Runs these seeds. */
    void run(List<Long> all) {
        run(n -> all.get((int) n), n -> n < all.size());
    }

    private void run(LongUnaryOperator seed, LongPredicate goesOn) {
        long began = System.nanoTime();
        long usedBefore = usedNanos();
        AtomicLong next = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(() -> {
                for (long n = next.getAndIncrement(); goesOn.test(n); n = next.getAndIncrement()) {
                    add(seed.applyAsLong(n));
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        nanos += System.nanoTime() - began;
        processorNanos += usedNanos() - usedBefore;
    }

    /** Returns how long the processors have worked for this process, compilation and garbage collection included. */
    private static long usedNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }

    private void add(long seed) {
        try {
            ClusterRun run = ClusterRun.of(seed);
            add(run);
        } catch (RuntimeException | Error e) {
            fail(seed, e.toString());
        }
    }

    private synchronized void add(ClusterRun run) {
        seeds++;
        events += run.events();
        coverage.add(run.coverage());
        gaveUp += run.gaveUpOnLinearizability() ? 1 : 0;
        if (run.violation() != null) {
            fail(run.seed(), run.report());
        } else {
            liveness.computeIfAbsent(run.mode(), mode -> new ArrayList<>()).add(run.electionsUntilLeader());
        }
    }

    private synchronized void fail(long seed, String report) {
        failed.add(seed);
        System.out.println("FAILED: repeat with ./proof simulate --seed " + seed);
        System.out.println(report);
    }

    synchronized long seeds() {
        return seeds;
    }

    synchronized long events() {
        return events;
    }

    List<Long> failed() {
        return failed;
    }

    int pairsMet() {
        return coverage.pairsMet();
    }

    void print() {
        System.out.println(coverage.report());
        System.out.println("elections until a leader had committed after healing, in election timeouts:");
        liveness.forEach((mode, all) -> {
            Collections.sort(all);
            System.out.printf(
                    Locale.ROOT,
                    "  %-28s %6d runs  median %.2f  p99 %.2f  most %.2f%n",
                    mode,
                    all.size(),
                    all.get(all.size() / 2),
                    all.get((int) (all.size() * 0.99)),
                    all.get(all.size() - 1));
        });
        System.out.printf(
                Locale.ROOT,
                "%d seeds, %d events in %d s, %d events per second of a processor, %d fault x operation pairs met,"
                        + " %d checks for linearizability given up, %d seeds failed%n",
                seeds,
                events,
                nanos / 1_000_000_000,
                (long) (events / Math.max(1e-9, processorNanos / 1e9)),
                coverage.pairsMet(),
                gaveUp,
                failed.size());
    }
}
