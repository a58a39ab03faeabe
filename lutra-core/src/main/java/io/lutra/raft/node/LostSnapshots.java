package io.lutra.raft.node;

import io.lutra.raft.ProgressState;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.protocol.RawNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Has a leader send a snapshot again that nobody said anything about.
 *
 * <p>A peer that was sent a snapshot gets nothing else until it answers, or until the application reports what became of it.
 * A program that knows only the specification's names cannot report, and the network may have lost the snapshot: without
 * this, the peer would wait until the leader changes.
 */
final class LostSnapshots {
    /** How many election timeouts a snapshot is waited for. Another one while it is under way costs only its transfer. */
    private static final int PATIENCE = 10;

    private final RawNode raw;
    private final int electionTick;
    private int elapsed;
    private Map<Long, Wait> waits = Map.of();

    private record Wait(long index, int timeouts) {}

    LostSnapshots(RawNode raw, int electionTick) {
        this.raw = raw;
        this.electionTick = electionTick;
    }

    void tick() {
        if (++elapsed < electionTick) {
            return;
        }
        elapsed = 0;
        Map<Long, Wait> now = new TreeMap<>();
        raw.forEachProgress(peer -> {
            if (peer.state() == ProgressState.SNAPSHOT) {
                Wait before = waits.get(peer.id());
                int timeouts = before != null && before.index == peer.pendingSnapshot() ? before.timeouts + 1 : 0;
                now.put(peer.id(), new Wait(peer.pendingSnapshot(), timeouts));
            }
        });
        now.entrySet().removeIf(wait -> {
            boolean lost = wait.getValue().timeouts == PATIENCE;
            if (lost) {
                raw.reportSnapshot(wait.getKey(), SnapshotStatus.FAILURE);
            }
            return lost;
        });
        waits = now;
    }
}
