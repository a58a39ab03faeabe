package io.lutra.testkit.raft;

import io.lutra.testkit.Fault;
import io.lutra.testkit.FaultCoverage;
import io.lutra.testkit.invariants.Violations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/** Runs seeds on all processors, and adds up what they met. */
final class SeedRange {
    private final FaultCoverage<Operation> coverage = new FaultCoverage<>(Operation.class);
    /** By mode: from healing to the first commit of a leader, in election timeouts. */
    private final Map<String, List<Double>> recoveries = new TreeMap<>();

    private final Map<Long, Long> traceHashes = new TreeMap<>();
    private final List<Long> failed = new ArrayList<>();
    private double slowest = -1;
    private long slowestSeed;
    private long seeds;
    private long events;
    private int gaveUp;
    private int lockedOut;
    private long nanos;
    private long processorNanos;

    private final StorageKind storages;

    SeedRange() {
        this(DiskStorage.KIND);
    }

    /** Runs seeds on storages of a kind. */
    SeedRange(StorageKind storages) {
        this.storages = storages;
    }

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
            ClusterRun run = ClusterRun.of(seed, storages, Violations.allFatal());
            add(run);
        } catch (RuntimeException | Error e) {
            fail(seed, e.toString());
        }
    }

    private synchronized void add(ClusterRun run) {
        seeds++;
        events += run.events();
        coverage.add(run.coverage());
        traceHashes.put(run.seed(), run.traceHash());
        lockedOut += run.isLockedOut() ? 1 : 0;
        gaveUp += run.gaveUpOnLinearizability() ? 1 : 0;
        if (run.violation() != null) {
            fail(run.seed(), run.report());
        } else if (!run.isLockedOut()) {
            double elections = run.electionsUntilLeader();
            recoveries.computeIfAbsent(run.mode(), mode -> new ArrayList<>()).add(elections);
            if (elections > slowest) {
                slowest = elections;
                slowestSeed = run.seed();
            }
        }
    }

    private synchronized void fail(long seed, String report) {
        failed.add(seed);
        String on = storages == DiskStorage.KIND ? "" : "--storage " + storages.name() + " ";
        System.out.println("FAILED: repeat with ./proof simulate " + on + "--seed " + seed);
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

    /** Returns which of these faults met which operations less often than that. */
    Set<String> metLessThan(long times, Set<Fault> faults) {
        return coverage.metLessThan(times, faults);
    }

    /** Returns how often a fault came. */
    long faults(Fault fault) {
        return coverage.faults(fault);
    }

    /** Returns the hash of everything that happened in each seed. */
    Map<Long, Long> traceHashes() {
        return traceHashes;
    }

    int gaveUpOnLinearizability() {
        return gaveUp;
    }

    /** Returns how many ended with a change of the membership that locked all out. */
    int lockedOut() {
        return lockedOut;
    }

    /** Returns how long it took a leader to commit after the faults in 99 of 100 runs of a mode, in election timeouts. */
    double recoveryP99(String mode) {
        List<Double> all = new ArrayList<>(recoveries.getOrDefault(mode, List.of(Double.NaN)));
        Collections.sort(all);
        return percentile(all, 0.99);
    }

    private static double percentile(List<Double> sorted, double share) {
        return sorted.get((int) Math.ceil(sorted.size() * share) - 1);
    }

    void print() {
        System.out.println(coverage.report());
        System.out.println("from healing to the first commit of a leader, in election timeouts:");
        recoveries.forEach((mode, all) -> {
            Collections.sort(all);
            System.out.printf(
                    Locale.ROOT,
                    "  %-28s %6d runs  median %.2f  p99 %.2f  most %.2f%n",
                    mode,
                    all.size(),
                    percentile(all, 0.5),
                    percentile(all, 0.99),
                    all.get(all.size() - 1));
        });
        System.out.printf(Locale.ROOT, "  the slowest, %.2f, is seed %d%n", slowest, slowestSeed);
        Set<String> neverMet = metLessThan(1, ClusterOptions.FAULTS);
        System.out.println("never met: " + (neverMet.isEmpty() ? "nothing" : neverMet));
        System.out.printf(
                Locale.ROOT,
                "%d seeds, %d events in %d s, %d events per second of a processor, %d fault x operation pairs met,"
                        + " %d checks for linearizability given up, %d locked out by a change, %d seeds failed%n",
                seeds,
                events,
                nanos / 1_000_000_000,
                (long) (events / Math.max(1e-9, processorNanos / 1e9)),
                coverage.pairsMet(),
                gaveUp,
                lockedOut,
                failed.size());
    }
}
