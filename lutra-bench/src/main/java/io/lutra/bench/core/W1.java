package io.lutra.bench.core;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs one point of workload W1 and prints it as the harness of the peers does. Flags are that harness's own: {@code -w w1
 * -size 128 -batch 16 -n 2000000 -multi -codec -async}, {@code -w w1c -groups 10000 -election 10 -heartbeat 1 -ticks 50};
 * besides, {@code -warm} is how many entries (rounds of ticks) go before those that are measured, by default as many again:
 * the compiler needs them.
 */
public final class W1 {
    private final Map<String, String> flags = new HashMap<>();

    private W1(String[] args) {
        for (int i = 0; i < args.length; i++) {
            boolean alone = i + 1 == args.length || args[i + 1].startsWith("-");
            flags.put(args[i].substring(1), alone ? "true" : args[++i]);
        }
    }

    /** Runs one point. */
    public static void main(String[] args) {
        W1 point = new W1(args);
        if (point.flags.getOrDefault("w", "w1").equals("w1c")) {
            point.idleGroups();
        } else {
            point.replication();
        }
    }

    private int number(String flag, int otherwise) {
        return Integer.parseInt(flags.getOrDefault(flag, Integer.toString(otherwise)));
    }

    private boolean is(String flag) {
        return flags.containsKey(flag);
    }

    private void replication() {
        int size = number("size", 128);
        int batch = number("batch", 16);
        int total = number("n", 2_000_000);
        Cluster.Inboxes inboxes = new Cluster.Inboxes();
        Cluster cluster = new Cluster(new Cluster.Mode(10, 1, is("async"), is("codec")), inboxes);
        cluster.elect(0);
        List<byte[]> commands = Collections.nCopies(batch, new byte[size]);
        run(cluster, commands, number("warm", total));
        System.gc();
        long before = inboxes.messages();
        Meter meter = run(cluster, commands, total);
        double n = total;
        System.out.printf(
                Locale.ROOT,
                "W1 codec=%s mode=%s prop=%s size=%d batch=%d n=%d procs=%d entries/s=%.0f ns/entry=%.0f cpu_ns/entry=%.0f"
                        + " B/entry=%.0f allocs/entry=nan msgs/entry=%.2f%n",
                is("codec"),
                is("async") ? "async" : "sync",
                is("multi") ? "multi" : "single",
                size,
                batch,
                total,
                Runtime.getRuntime().availableProcessors(),
                n / meter.nanos() * 1e9,
                meter.nanos() / n,
                meter.cpuNanos() / n,
                meter.bytes() / n,
                (inboxes.messages() - before) / n);
    }

    private Meter run(Cluster cluster, List<byte[]> commands, int total) {
        long before = cluster.applied();
        boolean multi = is("multi");
        Meter meter = new Meter();
        for (int done = 0; done < total; done += commands.size()) {
            if (multi) {
                cluster.propose(0, commands);
            } else {
                for (byte[] command : commands) {
                    cluster.propose(0, List.of(command));
                }
            }
            cluster.pump();
        }
        meter.stop();
        if (cluster.applied() - before < total) {
            throw new IllegalStateException("applied " + (cluster.applied() - before) + " of " + total);
        }
        return meter;
    }

    private void idleGroups() {
        int groups = number("groups", 10_000);
        int election = number("election", 10);
        int heartbeat = number("heartbeat", 1);
        int ticks = number("ticks", 50);
        Cluster.Mode mode = new Cluster.Mode(election, heartbeat, false, false);
        long heapBefore = Meter.liveBytes();
        Cluster[] clusters = new Cluster[groups];
        Cluster.Inboxes inboxes = new Cluster.Inboxes();
        long start = System.nanoTime();
        for (int i = 0; i < groups; i++) {
            clusters[i] = new Cluster(mode, inboxes);
            clusters[i].elect(i % 3);
        }
        double createMillis = (System.nanoTime() - start) / 1e6;
        double heap = Meter.liveBytes() - heapBefore;
        tick(clusters, number("warm", ticks));
        long messagesBefore = inboxes.messages();
        Meter meter = tick(clusters, ticks);
        double groupTicks = (double) groups * ticks;
        System.out.printf(
                Locale.ROOT,
                "W1c groups=%d election=%d heartbeat=%d ticks=%d ns/tick/group=%.0f cpu_ns/tick/group=%.0f"
                        + " msgs/tick/group=%.2f allocB/tick/group=%.0f heapB/group=%.0f create_ms=%.0f%n",
                groups,
                election,
                heartbeat,
                ticks,
                meter.nanos() / groupTicks,
                meter.cpuNanos() / groupTicks,
                (inboxes.messages() - messagesBefore) / groupTicks,
                meter.bytes() / groupTicks,
                heap / groups,
                createMillis);
    }

    private static Meter tick(Cluster[] clusters, int ticks) {
        Meter meter = new Meter();
        for (int t = 0; t < ticks; t++) {
            for (Cluster cluster : clusters) {
                cluster.tick();
                cluster.pump();
            }
        }
        meter.stop();
        return meter;
    }
}
