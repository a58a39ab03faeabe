package io.lutra.bench.wal;

import com.sun.management.ThreadMXBean;
import io.lutra.raft.Entry;
import io.lutra.wal.Completion;
import io.lutra.wal.FileDisk;
import io.lutra.wal.GroupLog;
import io.lutra.wal.Wal;
import io.lutra.wal.WalIdentity;
import io.lutra.wal.WalOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Measures the log in rounds, each beside a bare file in the same second: one entry at a time, 1,024 in flight, 1,000 groups at
 * once, and recovery.
 *
 * <p>Run as {@code java -cp target/benchmarks.jar io.lutra.bench.wal.LogSpeed DIRECTORY [ROUNDS [one|many|groups|open ...]]}.
 */
public final class LogSpeed {
    private static final int PAYLOAD = 128;
    private static final int IN_FLIGHT = 1024;
    private static final int GROUPS = 1000;
    private static final long KEEP = 200_000;
    private static final WalIdentity IDENTITY = new WalIdentity(new UUID(1, 2), 3);

    private final Path directory;
    private final int rounds;

    private LogSpeed(Path directory, int rounds) {
        this.directory = directory;
        this.rounds = rounds;
    }

    /** Runs all measurements. */
    public static void main(String[] args) throws Exception {
        LogSpeed speed = new LogSpeed(Path.of(args[0]), args.length > 1 ? Integer.parseInt(args[1]) : 10);
        Files.createDirectories(speed.directory);
        List<String> which =
                args.length > 2 ? List.of(args).subList(2, args.length) : List.of("one", "many", "groups", "open");
        if (which.contains("one")) {
            speed.oneAtATime();
        }
        if (which.contains("many")) {
            speed.manyInFlight();
        }
        if (which.contains("groups")) {
            speed.manyGroups();
        }
        if (which.contains("open")) {
            speed.recovery(1 << 30);
        }
    }

    /** A log in a fresh directory, with a thread that keeps segments ready. */
    private final class OpenLog implements AutoCloseable {
        private final Path path = Files.createTempDirectory(directory, "log");
        private final Wal wal;
        private final Thread maintenance;
        private volatile boolean done;
        /** How often the thread that writes waited for the disk. */
        private long syncs;

        OpenLog(int groups) throws IOException {
            Thread writer = Thread.currentThread();
            WatchedDisk disk = new WatchedDisk(new FileDisk(path), (phase, action) -> {
                if (phase == Profile.Phase.SYNC && Thread.currentThread() == writer) {
                    syncs++;
                }
                action.run();
            });
            wal = Wal.create(disk, IDENTITY, WalOptions.DEFAULTS);
            for (int id = 1; id <= groups; id++) {
                wal.createGroup(id, 1, Completion.NONE);
            }
            wal.doWork();
            maintenance = new Thread(() -> {
                while (!done) {
                    if (!wal.maintain()) {
                        LockSupport.parkNanos(1_000_000);
                    }
                }
            });
            maintenance.start();
        }

        GroupLog group(long id) {
            GroupLog group = wal.group(id);
            if (group == null) {
                throw new IllegalStateException("no group " + id);
            }
            return group;
        }

        @Override
        public void close() throws IOException {
            done = true;
            boolean interrupted = false;
            while (maintenance.isAlive()) {
                try {
                    maintenance.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            wal.close();
            delete(path);
        }
    }

    private void oneAtATime() throws Exception {
        int ops = 2000;
        List<Long> bare = new ArrayList<>();
        List<Long> logged = new ArrayList<>();
        try (OpenLog log = new OpenLog(1);
                BareFile file = new BareFile(directory, 4096)) {
            GroupLog group = log.group(1);
            for (int round = -2; round < rounds; round++) {
                for (int i = 0; i < ops; i++) {
                    long start = System.nanoTime();
                    file.write();
                    record(bare, round, start);
                }
                for (int i = 0; i < ops; i++) {
                    Entry entry = entry(group.lastIndex() + 1);
                    long start = System.nanoTime();
                    group.append(null, List.of(entry), Completion.NONE);
                    log.wal.doWork();
                    record(logged, round, start);
                }
            }
        }
        print("one entry of 128 B at a time, p50 us", percentile(logged, 50) / 1e3, percentile(bare, 50) / 1e3);
        print("one entry of 128 B at a time, p99 us", percentile(logged, 99) / 1e3, percentile(bare, 99) / 1e3);
    }

    private static void record(List<Long> times, int round, long start) {
        if (round >= 0) {
            times.add(System.nanoTime() - start);
        }
    }

    private void manyInFlight() throws Exception {
        int batches = 500;
        int batchBytes = IN_FLIGHT * (entry(1_000_000).encodedSize() + 24) / 4096 * 4096 + 4096;
        long[] bare = new long[rounds];
        long[] logged = new long[rounds];
        long allocated = 0;
        try (OpenLog log = new OpenLog(1);
                BareFile file = new BareFile(directory, batchBytes)) {
            GroupLog group = log.group(1);
            for (int round = -2; round < rounds; round++) {
                long start = System.nanoTime();
                for (int i = 0; i < batches; i++) {
                    file.write();
                }
                long between = System.nanoTime();
                allocated += round < 0 ? 0 : -allocatedBytes();
                for (int i = 0; i < batches; i++) {
                    append(group, group.lastIndex(), IN_FLIGHT);
                    log.wal.doWork();
                    compact(group);
                }
                allocated += round < 0 ? 0 : allocatedBytes();
                if (round >= 0) {
                    bare[round] = between - start;
                    logged[round] = System.nanoTime() - between;
                }
            }
        }
        double perSecond = (double) batches * IN_FLIGHT * 1e9;
        print("1,024 in flight, entries/s", perSecond / median(logged), perSecond / median(bare));
        double megabytes = (double) batches * batchBytes * 1e3;
        print("1,024 in flight, MB/s written", megabytes / median(logged), megabytes / median(bare));
        // The entries themselves are the caller's: an array and an object for each, measured alone.
        double entries = (double) rounds * batches * IN_FLIGHT;
        print(
                "1,024 in flight, bytes allocated per byte written, entries not counted",
                (allocated - entries * entryAllocation()) / ((double) rounds * batches * batchBytes),
                1);
    }

    private static double entryAllocation() {
        byte[] data = new byte[PAYLOAD];
        List<Entry> keep = new ArrayList<>(100_000);
        long before = allocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            keep.add(Entry.of(1, 1_000_000 + i, data));
        }
        return (allocatedBytes() - before) / (double) keep.size();
    }

    /**
     * As many entries in a batch, one to an append, of one group and of 1,000: in turns so short that both meet the same machine.
     * Whoever appends knows its last index, as a Raft does; what maintenance moves goes out with the next batch.
     */
    private void manyGroups() throws Exception {
        int batches = 100;
        int turns = 3 * rounds;
        int warmUp = 60; // before that the compiler is still at work
        long[] one = new long[turns];
        long[] many = new long[turns];
        long syncsOfOne = 0;
        long syncsOfMany = 0;
        try (OpenLog single = new OpenLog(1);
                OpenLog shared = new OpenLog(GROUPS)) {
            GroupLog group = single.group(1);
            GroupLog[] groups = new GroupLog[GROUPS];
            Arrays.setAll(groups, i -> shared.group(i + 1));
            for (int turn = -warmUp; turn < turns; turn++) {
                if (turn == 0) {
                    syncsOfOne = -single.syncs;
                    syncsOfMany = -shared.syncs;
                }
                long start = System.nanoTime();
                for (int i = 0; i < batches; i++) {
                    append(group, group.lastIndex(), GROUPS);
                    single.wal.doWork();
                    compact(group);
                }
                long between = System.nanoTime();
                for (int i = 0; i < batches; i++) {
                    long last = groups[0].lastIndex(); // they all have as many entries
                    for (GroupLog each : groups) {
                        append(each, last, 1);
                    }
                    shared.wal.doWork();
                }
                for (GroupLog each : groups) {
                    each.compact(each.lastIndex(), Completion.NONE);
                }
                if (turn >= 0) {
                    one[turn] = between - start;
                    many[turn] = System.nanoTime() - between;
                }
            }
            syncsOfOne += single.syncs;
            syncsOfMany += shared.syncs;
        }
        double perSecond = (double) batches * GROUPS * 1e9;
        double[] ratios = new double[turns];
        Arrays.setAll(ratios, turn -> (double) one[turn] / many[turn]);
        Arrays.sort(ratios);
        String entries = "1,000 groups at once, entries/s, beside one group; ratio of turns";
        print(entries, perSecond / median(many), perSecond / median(one), ratios[turns / 2]);
        print("1,000 groups at once, syncs, beside one group", (double) syncsOfMany, (double) syncsOfOne);
    }

    private void recovery(long bytes) throws Exception {
        Path path = Files.createTempDirectory(directory, "log");
        try (Wal wal = Wal.create(new FileDisk(path), IDENTITY, WalOptions.DEFAULTS)) {
            for (int id = 1; id <= GROUPS; id++) {
                wal.createGroup(id, 1, Completion.NONE);
            }
            wal.doWork();
            for (long written = 0; written < bytes; ) {
                for (int id = 1; id <= GROUPS; id++) {
                    GroupLog group = wal.group(id);
                    if (group != null) {
                        append(group, group.lastIndex(), 4);
                        written += 4L * (entry(1000).encodedSize() + 24);
                    }
                }
                writeAll(wal);
            }
        }
        long[] times = new long[Math.min(5, rounds)];
        for (int i = 0; i < times.length; i++) {
            long start = System.nanoTime();
            Wal wal = Wal.open(new FileDisk(path), IDENTITY, WalOptions.DEFAULTS);
            times[i] = System.nanoTime() - start;
            wal.close();
        }
        long size;
        try (Stream<Path> files = Files.list(path)) {
            size = files.mapToLong(file -> file.toFile().length()).sum();
        }
        print("opening 1 GiB of 1,000 groups, s (to reach: 5)", median(times) / 1e9, 5);
        print("opening, MB/s of log (to reach: 500)", size / 1e6 / (median(times) / 1e9), 500);
        delete(path);
    }

    private static void writeAll(Wal wal) {
        while (wal.hasWork()) {
            wal.doWork();
        }
    }

    private static void append(GroupLog group, long last, int count) {
        for (int i = 1; i <= count; i++) {
            group.append(null, List.of(entry(last + i)), Completion.NONE);
        }
    }

    private static void compact(GroupLog group) {
        if (group.lastIndex() - group.firstIndex() > KEEP) {
            group.compact(group.lastIndex() - KEEP / 2, Completion.NONE);
        }
    }

    private static final byte[] DATA = new byte[PAYLOAD];

    private static Entry entry(long index) {
        return Entry.of(1, index, DATA);
    }

    private static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static double percentile(List<Long> times, int percent) {
        List<Long> sorted = new ArrayList<>(times);
        sorted.sort(Comparator.naturalOrder());
        return sorted.get(sorted.size() * percent / 100);
    }

    private static double median(long[] times) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void print(String what, double log, double limit) {
        print(what, log, limit, log / limit);
    }

    private static void print(String what, double log, double limit, double ratio) {
        System.out.printf(Locale.ROOT, "%-75s %,14.2f  beside %,14.2f  ratio %.2f%n", what, log, limit, ratio);
    }

    private static void delete(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
