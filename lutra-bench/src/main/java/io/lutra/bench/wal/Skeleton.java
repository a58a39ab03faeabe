package io.lutra.bench.wal;

import io.lutra.bench.wal.Profile.Phase;
import io.lutra.raft.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * The thinnest way from "propose" to "acknowledged": three nodes, a log on the disk for each. Says where the time goes with 1, 64
 * and 1,024 commands of 128 B outstanding: first with messages by call, all in one thread; then with a thread for each node and bare
 * sockets between them.
 *
 * <p>Run as {@code java -cp target/benchmarks.jar io.lutra.bench.wal.Skeleton DIRECTORY [SECONDS]}. By call, the three syncs of a
 * command come one after the other; with sockets, the followers' go on while the leader does its own.
 */
public final class Skeleton {
    private static final int PAYLOAD = 128;

    private final List<SkeletonNode> nodes = new ArrayList<>();
    private final List<List<Message>> inboxes = new ArrayList<>();

    private Skeleton(Path directory) throws IOException {
        for (int id = 1; id <= SkeletonNode.NODES; id++) {
            nodes.add(new SkeletonNode(id, Files.createTempDirectory(directory, "node" + id)));
            inboxes.add(new ArrayList<>());
        }
    }

    /** Runs all depths. */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createDirectories(Path.of(args[0]));
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        for (int outstanding : new int[] {1, 64, 1024}) {
            new Skeleton(directory).run(outstanding, seconds);
        }
        for (int outstanding : new int[] {1, 64, 1024}) {
            new SocketSkeleton(directory).run(commands(outstanding), seconds);
        }
    }

    private static List<byte[]> commands(int outstanding) {
        return Collections.nCopies(outstanding, new byte[PAYLOAD]);
    }

    private void run(int outstanding, int seconds) {
        SkeletonNode leader = nodes.get(0);
        leader.raw.campaign();
        pump();
        rounds(leader, commands(outstanding), seconds * 1_000_000_000L / 4);
        Profile profile = leader.profile;
        nodes.forEach(node -> node.profile.clear());
        long start = System.nanoTime();
        long done = rounds(leader, commands(outstanding), seconds * 1_000_000_000L);
        double nanos = System.nanoTime() - start;
        print("call", outstanding, done, nanos);
        System.out.printf("        leader:  %s%n", profile.shares(nanos));
        System.out.printf("        follower:%s%n", nodes.get(1).profile.shares(nanos));
        nodes.forEach(SkeletonNode::close);
    }

    static void print(String messages, int outstanding, long done, double nanos) {
        System.out.printf(
                Locale.ROOT,
                "by %-6s %,5d outstanding: %,9.0f commands/s, a round %,9.1f us%n",
                messages,
                outstanding,
                done / nanos * 1e9,
                nanos / 1e3 * outstanding / done);
    }

    private long rounds(SkeletonNode leader, List<byte[]> commands, long nanos) {
        long end = System.nanoTime() + nanos;
        long before = leader.applied();
        while (System.nanoTime() < end) {
            leader.profile.to(Phase.PROTOCOL);
            leader.raw.propose(commands);
            pump();
        }
        return leader.applied() - before;
    }

    private void pump() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (int i = 0; i < nodes.size(); i++) {
                SkeletonNode node = nodes.get(i);
                List<Message> inbox = inboxes.set(i, new ArrayList<>());
                node.profile.to(Phase.PROTOCOL);
                for (Message message : inbox) {
                    node.raw.step(message);
                }
                busy |= node.raw.hasReady();
                node.work(message -> inboxes.get((int) message.to() - 1).add(message));
            }
        }
    }
}
