package io.lutra.raft.protocol;

import io.lutra.raft.CompactedException;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.ProgressState;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotTemporarilyUnavailableException;
import io.lutra.raft.log.RaftLog;
import io.lutra.raft.log.Sizes;
import io.lutra.raft.tracker.Progress;
import io.lutra.raft.tracker.ProgressMap;
import java.util.List;

/** What a leader sends to its peers of its own accord: entries, snapshots, heartbeats. Paper §5.3, §7. */
final class Replication {
    private final Raft raft;

    Replication(Raft raft) {
        this.raft = raft;
    }

    /** Sends every peer the entries it has not got, or the commit index if it has them all. */
    void broadcastAppend() {
        ProgressMap members = raft.tracker().members();
        for (int i = 0; i < members.size(); i++) {
            if (members.id(i) != raft.id()) {
                maybeSendAppend(members.id(i), members.progress(i), true);
            }
        }
    }

    /** Sends every peer entries that it has not got. */
    void broadcastEntries() {
        ProgressMap members = raft.tracker().members();
        for (int i = 0; i < members.size(); i++) {
            if (members.id(i) != raft.id()) {
                maybeSendAppend(members.id(i), members.progress(i), false);
            }
        }
    }

    /** Sends a peer one append message, or a snapshot if the log no longer reaches back far enough. */
    void sendAppend(long to, Progress progress) {
        maybeSendAppend(to, progress, true);
    }

    /** Sends a peer as many messages as its window allows. */
    void sendAllEntries(long to, Progress progress) {
        while (maybeSendAppend(to, progress, false)) {}
    }

    /**
     * Sends a peer one message if it may be sent one, and tells whether it did.
     *
     * @param sendIfEmpty whether a message without entries is worth sending: it carries the commit index, and probes
     */
    private boolean maybeSendAppend(long to, Progress progress, boolean sendIfEmpty) {
        if (progress.isPaused()) {
            return false;
        }
        try {
            return maybeSendNext(to, progress, sendIfEmpty);
        } catch (EntriesNotInMemoryException e) {
            progress.waitForEntries();
            return false;
        }
    }

    private boolean maybeSendNext(long to, Progress progress, boolean sendIfEmpty) {
        RaftLog log = raft.log();
        long prevIndex = progress.next() - 1;
        long prevTerm = log.term(prevIndex);
        if (prevTerm == RaftLog.UNKNOWN_TERM) {
            return maybeSendSnapshot(to, progress);
        }
        List<Entry> entries = List.of();
        // With a full window only empty messages go: if all that fills it was lost, their answers tell so.
        if (progress.state() != ProgressState.REPLICATE || !progress.isWindowFull()) {
            try {
                entries = log.entries(progress.next(), raft.options().maxSizePerMsg());
            } catch (CompactedException e) {
                // Compacted since we asked for the term.
                return maybeSendSnapshot(to, progress);
            }
        }
        if (entries.isEmpty() && !sendIfEmpty) {
            return false;
        }
        raft.send(Message.append(raft.id(), to, raft.term(), prevTerm, prevIndex, entries, log.committed()));
        progress.sentEntries(
                entries.size(), Sizes.payload(entries), raft.options().inflightLimits());
        progress.sentCommit(log.committed());
        return true;
    }

    /** Goes on with the peers whose entries were not in memory. */
    void onEntriesFetched() {
        ProgressMap members = raft.tracker().members();
        for (int i = 0; i < members.size(); i++) {
            if (members.progress(i).entriesFetched()) {
                sendAllEntries(members.id(i), members.progress(i));
            }
        }
    }

    private boolean maybeSendSnapshot(long to, Progress progress) {
        if (!progress.isRecentActive()) {
            // A snapshot is dear, and whoever does not answer will not take it.
            return false;
        }
        Snapshot snapshot;
        try {
            snapshot = raft.log().snapshot();
        } catch (SnapshotTemporarilyUnavailableException e) {
            return false;
        }
        if (snapshot.isEmpty()) {
            throw new RaftInvariantException("the log is compacted up to "
                    + (raft.log().firstIndex() - 1) + " but the storage has no snapshot to send instead");
        }
        progress.becomeSnapshot(snapshot.metadata().index());
        raft.send(Message.snapshot(raft.id(), to, raft.term(), snapshot));
        return true;
    }

    /** Sends every peer a heartbeat that its answer carries {@code context} back from. */
    void broadcastHeartbeat(byte[] context) {
        ProgressMap members = raft.tracker().members();
        for (int i = 0; i < members.size(); i++) {
            if (members.id(i) != raft.id()) {
                sendHeartbeat(members.id(i), members.progress(i), context);
            }
        }
    }

    private void sendHeartbeat(long to, Progress progress, byte[] context) {
        // Not above what the peer is known to have: what it has beyond may not be ours.
        long commit = Math.min(progress.match(), raft.log().committed());
        raft.send(Message.heartbeat(raft.id(), to, raft.term(), commit, context));
        progress.sentCommit(commit);
    }
}
