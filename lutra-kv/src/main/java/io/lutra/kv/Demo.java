package io.lutra.kv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lutra.raft.DroppedException;
import io.lutra.raft.Peer;
import io.lutra.raft.RaftException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Three replicas in one process, fed line by line. Halfway the leader is stopped; at three quarters it is started again. In
 * the end all three must hold what was fed.
 */
@Command(
        name = "demo",
        description = "Replicates a map over three nodes, stops the leader halfway, and compares the maps.")
final class Demo implements Callable<Integer> {
    private static final int MAX_IN_FLIGHT = 1_024;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description =
                    "Lines of key<TAB>value in UTF-8. By default the names of all Unicode characters that Java knows.")
    private @Nullable Path input;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Keeps what the nodes store below this directory, durably: a demo that was killed goes on from it."
                            + " By default it is kept in memory.")
    private @Nullable Path data;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private final List<Peer> peers = new ArrayList<>();
    private final Map<Long, MemberStorage> stores = new TreeMap<>();
    /** Those that are running. */
    private final Map<Long, Replica> replicas = new TreeMap<>();
    /** What was proposed and not yet applied by anybody: it may have been lost with a leader. */
    private final Map<String, String> inFlight = new ConcurrentHashMap<>();

    private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);
    /** Who takes proposals, as far as we know. */
    private @Nullable Replica leader;

    private long stoppedId;
    private long withoutLeaderNanos;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, String> lines = lines();
        PrintWriter out = spec.commandLine().getOut();
        Progress progress = new Progress(out, Boolean.getBoolean("lutra.terminal"), lines.size());
        for (long id = 1; id <= 3; id++) {
            peers.add(Peer.of(id, Integer.toString(freePort()).getBytes(UTF_8)));
        }
        for (Peer peer : peers) {
            start(peer.id());
        }
        progress.say("node " + leader().id() + " leads");
        if (data != null) {
            await(() -> leader().isUpToDate(), () -> {});
            progress.say(String.format(
                    Locale.ROOT, "%,d keys were there", leader().map().size()));
        }

        long began = System.nanoTime();
        feed(lines, progress);
        await(inFlight::isEmpty, this::proposeAgain);
        long nanos = System.nanoTime() - began;
        Map.Entry<String, String> any = lines.entrySet().iterator().next();
        // A replica that was sent a snapshot looks at it when the next entry comes.
        await(this::isEverybodyUpToDate, () -> propose(any.getKey(), any.getValue()));
        long snapshot = Objects.requireNonNull(replicas.get(stoppedId)).restored();
        progress.say("node " + stoppedId + " has caught up"
                + (snapshot == 0 ? "" : ", by a snapshot of " + snapshot + " entries"));

        List<Map<String, String>> maps = new ArrayList<>();
        for (Replica replica : replicas.values()) {
            stop(replica);
            maps.add(replica.map());
        }
        // Kept from an earlier run there may be more than was fed in this one.
        boolean identical = maps.get(0).entrySet().containsAll(lines.entrySet())
                && maps.stream().allMatch(maps.get(0)::equals);
        out.printf(Locale.ROOT, "entries:          %,d%n", lines.size());
        out.printf(Locale.ROOT, "entries/s:        %,d%n", lines.size() * NANOS_PER_SECOND / nanos);
        out.printf(Locale.ROOT, "without a leader: %,d ms%n", TimeUnit.NANOSECONDS.toMillis(withoutLeaderNanos));
        out.printf(Locale.ROOT, "identical:        %s%n", identical ? "yes" : "no");
        out.flush();
        return identical ? 0 : 1;
    }

    private void feed(Map<String, String> lines, Progress progress) throws IOException, InterruptedException {
        int stopAt = lines.size() / 2;
        int startAt = stopAt + (lines.size() - stopAt) / 2;
        int fed = 0;
        for (Map.Entry<String, String> line : lines.entrySet()) {
            if (fed == stopAt) {
                stopLeader(progress);
            }
            if (fed == startAt) {
                start(stoppedId);
                progress.say("node " + stoppedId + " is started again");
            }
            await(room::tryAcquire, this::proposeAgain);
            inFlight.put(line.getKey(), line.getValue());
            propose(line.getKey(), line.getValue());
            progress.show(++fed);
        }
    }

    private void stopLeader(Progress progress) throws IOException, InterruptedException {
        stoppedId = leader().id();
        long stopped = System.nanoTime();
        stop(replicas.remove(stoppedId));
        leader = null;
        long next = leader().id();
        withoutLeaderNanos = System.nanoTime() - stopped;
        progress.say("node " + stoppedId + ", the leader, is stopped; node " + next + " leads");
        proposeAgain();
    }

    private void start(long id) throws IOException {
        MemberStorage store = stores.computeIfAbsent(id, this::open);
        replicas.put(id, new Replica(id, peers, store, this::onApplied));
    }

    private MemberStorage open(long id) {
        Path directory = data;
        if (directory == null) {
            return MemberStorage.inMemory();
        }
        try {
            Files.createDirectories(directory);
            return MemberStorage.onDisk(directory.resolve("node-" + id), id);
        } catch (RaftException | IOException e) {
            throw new ParameterException(
                    spec.commandLine(), "cannot keep data in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Stops a replica. What is on disk is opened anew when it starts again, what is in memory has to stay. */
    private void stop(Replica replica) throws IOException, InterruptedException {
        replica.stop();
        if (data != null) {
            stores.remove(replica.id()).close();
        }
    }

    /** Called by every replica for every key, and again by one that starts anew. */
    private void onApplied(String key) {
        if (inFlight.remove(key) != null) {
            room.release();
        }
    }

    private void propose(String key, String value) throws InterruptedException {
        byte[] line = (key + "\t" + value).getBytes(UTF_8);
        await(
                () -> {
                    try {
                        leader().node().propose(line, PATIENCE);
                        return true;
                    } catch (DroppedException e) {
                        // Too much at once, or it leads no more.
                        leader = null;
                        return false;
                    }
                },
                () -> {});
    }

    /** To set a key twice to the same value does no harm; to lose it would. */
    private void proposeAgain() throws InterruptedException {
        for (Map.Entry<String, String> line : inFlight.entrySet()) {
            propose(line.getKey(), line.getValue());
        }
    }

    private Replica leader() throws InterruptedException {
        await(
                () -> {
                    for (Replica replica : replicas.values()) {
                        if (leader == null && replica.leads()) {
                            leader = replica;
                        }
                    }
                    return leader != null;
                },
                () -> {});
        return Objects.requireNonNull(leader);
    }

    private boolean isEverybodyUpToDate() {
        LongSummaryStatistics applied =
                replicas.values().stream().mapToLong(Replica::applied).summaryStatistics();
        return applied.getMin() == applied.getMax();
    }

    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private interface Action {
        void run() throws InterruptedException;
    }

    /** Waits until something holds, and every second meanwhile does something about it. */
    private static void await(Condition condition, Action retry) throws InterruptedException {
        long began = System.nanoTime();
        long retried = began;
        while (!condition.holds()) {
            long now = System.nanoTime();
            if (now - began > PATIENCE.toNanos()) {
                throw new IllegalStateException("no progress within " + PATIENCE);
            }
            if (now - retried > RETRY.toNanos()) {
                retried = now;
                retry.run();
            }
            Thread.sleep(1);
        }
    }

    private Map<String, String> lines() {
        Map<String, String> lines = new LinkedHashMap<>();
        try (Stream<String> source = input == null ? characterNames() : Files.lines(input)) {
            source.forEach(line -> {
                int tab = line.indexOf('\t');
                if (tab < 0) {
                    throw new ParameterException(spec.commandLine(), "no tab in line: " + line);
                }
                lines.put(line.substring(0, tab), line.substring(tab + 1));
            });
        } catch (IOException | UncheckedIOException e) {
            throw new ParameterException(spec.commandLine(), "cannot read " + input + ": " + e);
        }
        if (lines.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "no lines in " + input);
        }
        return lines;
    }

    /** Returns a line for each character that has a name of its own, such as {@code U+1F9A6<TAB>OTTER}. */
    static Stream<String> characterNames() {
        return IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(Character::isDefined)
                .filter(c ->
                        Character.getType(c) != Character.PRIVATE_USE && Character.getType(c) != Character.SURROGATE)
                .mapToObj(c -> String.format(Locale.ROOT, "U+%04X\t%s", c, Character.getName(c)));
    }

    /** Returns a port that nobody listens on, below those that connections are made from. */
    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // It is taken.
            }
        }
    }
}
