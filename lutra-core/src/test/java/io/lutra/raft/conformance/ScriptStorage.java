package io.lutra.raft.conformance;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.InitialState;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotTemporarilyUnavailableException;
import io.lutra.raft.Storage;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node's storage together with its state machine, which appends to one text: both survive a restart. FORMAT.md, section
 * 3.
 */
final class ScriptStorage implements Storage {
    private final MemoryStorage log = new MemoryStorage();
    /** The state after every entry that was applied, as snapshots. */
    private final List<Snapshot> history = new ArrayList<>();

    private HardState hardState = HardState.EMPTY;
    private boolean snapshotAvailable = true;

    /** Creates a storage that starts from a snapshot, which may be empty. */
    ScriptStorage(Snapshot first) {
        if (!first.isEmpty()) {
            log.applySnapshot(first);
        }
        history.add(first);
    }

    /** Stores what is there of the three, in this order. */
    void persist(HardState newHardState, @Nullable Snapshot snapshot, List<Entry> entries) {
        if (!newHardState.isEmpty()) {
            hardState = newHardState;
        }
        if (snapshot != null && !snapshot.isEmpty()) {
            log.applySnapshot(snapshot);
            history.add(snapshot);
        }
        log.append(entries);
    }

    /** Applies an entry that says {@code text}; {@code newMembership} is null if it left the membership alone. */
    void apply(Entry entry, byte[] text, @Nullable ConfState newMembership) {
        Snapshot last = history.get(history.size() - 1);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(last.data());
        data.writeBytes(text);
        ConfState membership = newMembership == null ? last.metadata().confState() : newMembership;
        history.add(Snapshot.of(data.toByteArray(), SnapshotMetadata.of(membership, entry.index(), entry.term())));
    }

    /** Returns the state that was applied furthest, the later one of two. */
    Snapshot newest() {
        Snapshot newest = history.get(0);
        for (Snapshot snapshot : history) {
            if (snapshot.metadata().index() >= newest.metadata().index()) {
                newest = snapshot;
            }
        }
        return newest;
    }

    /** What was applied is committed, also if the crash came before the commit index was stored. */
    void raiseCommitToApplied() {
        long applied = newest().metadata().index();
        if (!hardState.isEmpty() && hardState.commit() < applied) {
            hardState = HardState.of(hardState.term(), hardState.vote(), applied);
        }
    }

    void compact(long index) {
        log.compact(index);
    }

    void setSnapshotAvailable(boolean available) {
        snapshotAvailable = available;
    }

    @Override
    public InitialState initialState() {
        return new InitialState(hardState, newest().metadata().confState());
    }

    @Override
    public Snapshot snapshot() {
        if (!snapshotAvailable) {
            throw new SnapshotTemporarilyUnavailableException("as the script says");
        }
        return newest();
    }

    @Override
    public void append(List<Entry> entries) {
        log.append(entries);
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        return log.entries(lo, hi, maxSize);
    }

    @Override
    public long term(long index) {
        return log.term(index);
    }

    @Override
    public long lastIndex() {
        return log.lastIndex();
    }

    @Override
    public long firstIndex() {
        return log.firstIndex();
    }
}
