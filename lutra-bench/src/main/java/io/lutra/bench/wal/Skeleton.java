package io.lutra.bench.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.ElectionJitter;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Message;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.protocol.RawNode;
import io.lutra.wal.Completion;
import io.lutra.wal.FileDisk;
import io.lutra.wal.GroupStorage;
import io.lutra.wal.Wal;
import io.lutra.wal.WalIdentity;
import io.lutra.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * The thinnest way from "propose" to "acknowledged": three nodes in one thread, a log on the disk for each, messages by call. Says
 * where the time goes with 1, 64 and 1,024 commands of 128 B outstanding.
 *
 * <p>Run as {@code java -cp target/benchmarks.jar io.lutra.bench.wal.Skeleton DIRECTORY [SECONDS]}. The three syncs of a command come
 * one after the other here; a host has the followers' in parallel with its own.
 */
public final class Skeleton {
    private static final int NODES = 3;

    private final List<Member> members = new ArrayList<>();
    private long protocolNanos;
    private long logNanos;

    private Skeleton(Path directory) throws IOException {
        for (int id = 1; id <= NODES; id++) {
            members.add(new Member(id, Files.createTempDirectory(directory, "node" + id)));
        }
    }

    private static final class Member {
        final TimedDisk disk;
        final Wal wal;
        final GroupStorage storage;
        final RawNode raw;
        List<Message> inbox = new ArrayList<>();
        long applied;
        long index;

        Member(long id, Path directory) throws IOException {
            disk = new TimedDisk(new FileDisk(directory));
            wal = Wal.create(disk, new WalIdentity(new UUID(1, 2), id), WalOptions.DEFAULTS);
            storage = GroupStorage.openOrCreate(wal, 1);
            ConfState voters = ConfState.of(List.of(1L, 2L, 3L), List.of());
            storage.applySnapshot(Snapshot.of(new byte[0], SnapshotMetadata.of(voters, 1, 1)));
            raw = new RawNode(Config.builder()
                    .id(id)
                    .electionTick(10)
                    .heartbeatTick(1)
                    .storage(storage)
                    .applied(1)
                    .maxSizePerMsg(1 << 20)
                    .maxInflightMsgs(256)
                    .electionJitter(ElectionJitter.seeded(id))
                    .build());
        }
    }

    /** Runs all depths. */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createDirectories(Path.of(args[0]));
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        for (int outstanding : new int[] {1, 64, 1024}) {
            new Skeleton(directory).run(outstanding, seconds);
        }
    }

    private void run(int outstanding, int seconds) {
        Member leader = members.get(0);
        leader.raw.campaign();
        pump();
        List<byte[]> commands = Collections.nCopies(outstanding, new byte[128]);
        round(leader, commands, seconds * 1_000_000_000L / 4);
        protocolNanos = 0;
        logNanos = 0;
        for (Member member : members) {
            member.disk.writeNanos = 0;
            member.disk.syncNanos = 0;
            member.disk.syncs = 0;
            member.disk.bytes = 0;
        }
        long start = System.nanoTime();
        long done = round(leader, commands, seconds * 1_000_000_000L);
        double micros = (System.nanoTime() - start) / 1e3;
        double write =
                members.stream().mapToLong(member -> member.disk.writeNanos).sum() / 1e3;
        double sync =
                members.stream().mapToLong(member -> member.disk.syncNanos).sum() / 1e3;
        long syncs = members.stream().mapToLong(member -> member.disk.syncs).sum();
        double layOut = logNanos / 1e3 - write - sync;
        System.out.printf(
                Locale.ROOT,
                "%,5d outstanding: %,10.0f commands/s; of %9.2f us a command: sync %5.1f %%, write %5.1f %%, log %5.1f %%, protocol"
                        + " %5.1f %%; %.2f syncs a round of one%n",
                outstanding,
                done / micros * 1e6,
                micros / done,
                100 * sync / micros,
                100 * write / micros,
                100 * layOut / micros,
                100 * protocolNanos / 1e3 / micros,
                (double) syncs * outstanding / done);
        for (Member member : members) {
            member.wal.close();
        }
    }

    private long round(Member leader, List<byte[]> commands, long nanos) {
        long end = System.nanoTime() + nanos;
        long before = leader.applied;
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            leader.raw.propose(commands);
            protocolNanos += System.nanoTime() - start;
            pump();
        }
        return leader.applied - before;
    }

    private void pump() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (Member member : members) {
                long start = System.nanoTime();
                List<Message> inbox = member.inbox;
                member.inbox = new ArrayList<>();
                for (Message message : inbox) {
                    member.raw.step(message);
                }
                protocolNanos += System.nanoTime() - start;
                while (member.raw.hasReady()) {
                    busy = true;
                    process(member);
                }
            }
        }
    }

    private void process(Member member) {
        long start = System.nanoTime();
        Ready ready = member.raw.ready();
        long taken = System.nanoTime();
        HardState hardState = ready.hardState().isEmpty() ? null : ready.hardState();
        if (hardState != null || !ready.entries().isEmpty()) {
            member.storage.group().append(hardState, ready.entries(), Completion.NONE);
            member.wal.doWork();
        }
        long written = System.nanoTime();
        for (Message message : ready.messages()) {
            members.get((int) message.to() - 1).inbox.add(message);
        }
        for (Entry entry : ready.committedEntries()) {
            member.applied += entry.payloadSize() > 0 ? 1 : 0;
            member.index = entry.index();
        }
        member.raw.advance();
        protocolNanos += taken - start + System.nanoTime() - written;
        logNanos += written - taken;
        if (member.index - member.storage.firstIndex() > 200_000) {
            member.storage.group().compact(member.index - 100_000, Completion.NONE);
        }
        member.wal.maintain();
    }
}
