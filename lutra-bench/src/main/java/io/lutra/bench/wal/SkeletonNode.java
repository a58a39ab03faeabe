package io.lutra.bench.wal;

import io.lutra.bench.wal.Profile.Phase;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.ElectionJitter;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Message;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StateType;
import io.lutra.raft.protocol.RawNode;
import io.lutra.wal.Completion;
import io.lutra.wal.FileDisk;
import io.lutra.wal.GroupStorage;
import io.lutra.wal.Wal;
import io.lutra.wal.WalIdentity;
import io.lutra.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** One of three nodes: the protocol, and a log of its own on the disk. For one thread. */
final class SkeletonNode {
    static final int NODES = 3;
    private static final long KEEP = 100_000;

    final long id;
    final Profile profile = new Profile();
    final RawNode raw;
    private final Wal wal;
    private final GroupStorage storage;
    private long applied;
    private long index;

    SkeletonNode(long id, Path directory) throws IOException {
        this.id = id;
        wal = Wal.create(
                new WatchedDisk(new FileDisk(directory), profile::run),
                new WalIdentity(new UUID(1, 2), id),
                WalOptions.DEFAULTS);
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

    /** Returns how many commands are applied. */
    long applied() {
        return applied;
    }

    /** Does all that the protocol asks for. A leader's messages leave before its own write. Thesis §10.2.1. */
    void work(Consumer<Message> send) {
        profile.to(Phase.PROTOCOL);
        while (raw.hasReady()) {
            Ready ready = raw.ready();
            boolean leads = raw.basicStatus().role() == StateType.LEADER;
            if (leads) {
                ready.messages().forEach(send);
            }
            HardState hardState = ready.hardState().isEmpty() ? null : ready.hardState();
            if (hardState != null || !ready.entries().isEmpty()) {
                profile.to(Phase.LOG);
                storage.group().append(hardState, ready.entries(), Completion.NONE);
                wal.doWork();
                profile.to(Phase.PROTOCOL);
            }
            if (!leads) {
                ready.messages().forEach(send);
            }
            for (Entry entry : ready.committedEntries()) {
                applied += entry.payloadSize() > 0 ? 1 : 0;
                index = entry.index();
            }
            raw.advance();
        }
        profile.to(Phase.MAINTENANCE);
        if (index - storage.firstIndex() > 2 * KEEP) {
            storage.group().compact(index - KEEP, Completion.NONE);
        }
        wal.maintain();
        profile.to(Phase.WAIT);
    }

    void close() {
        wal.close();
    }
}
