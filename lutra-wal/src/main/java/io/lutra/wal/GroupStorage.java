package io.lutra.wal;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InitialState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotOutOfDateException;
import io.lutra.raft.UnavailableException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A group of the log as the storage of a node: what is written is durable when the call returns.
 *
 * <p>The caller's thread makes the next segment if that is not there (a segment's worth of zeros, and a sync), writes, syncs, and
 * does a step of {@link Wal#maintain}; what other threads queued meanwhile goes out with it. Snapshots are held in memory as a
 * whole: larger ones are streamed, through {@link GroupLog}.
 *
 * <p>Entries that are not in memory are read from the disk by whoever asks for them, unless the storage was made with
 * {@link EntryReads}: then it throws {@link io.lutra.raft.EntriesNotInMemoryException}, and they are read elsewhere.
 *
 * <p>{@link #initialState} returns the membership of the newest snapshot: what that means for an application that has applied
 * more, {@link io.lutra.raft.Config#applied} tells.
 *
 * <p>Of a hard state in which nothing but the commit index is new, the commit index may be older after a crash, as
 * {@link HardState} allows: that alone asks for no sync. A write that throws may be stored nevertheless, also one that met a full
 * disk: it waits for room then, and the group's later ones with it. What another's {@link Completion} throws once this one's write
 * is durable goes to the thread's handler of uncaught exceptions. Safe for use by many threads, but what writes is refused to a
 * completion: it would wait for itself.
 */
public final class GroupStorage implements HardStateStorage {
    private final Wal wal;
    private final GroupLog group;
    private final @Nullable EntryReads reads;
    private final Runnable onFetched;

    /** Uses a group of a log. */
    public GroupStorage(Wal wal, GroupLog group) {
        this.wal = wal;
        this.group = group;
        this.reads = null;
        this.onFetched = () -> {};
    }

    /**
     * Uses a group of a log, and never reads its entries from the disk itself.
     *
     * @param onFetched is run by the thread that works for {@code reads} when entries can be asked for again: it sees to it
     *     that the node is told so, by the node's own thread
     */
    public GroupStorage(Wal wal, GroupLog group, EntryReads reads, Runnable onFetched) {
        this.wal = wal;
        this.group = group;
        this.reads = reads;
        this.onFetched = onFetched;
    }

    /** Returns the storage of a group, which is made if it is not there yet, with generation 1. */
    public static GroupStorage openOrCreate(Wal wal, long id) {
        GroupLog known = wal.group(id);
        if (known != null) {
            return new GroupStorage(wal, known);
        }
        GroupLog[] made = new GroupLog[1];
        durably(wal, completion -> made[0] = wal.createGroup(id, 1, completion));
        return new GroupStorage(wal, made[0]);
    }

    /** Returns the group's part of the log. */
    public GroupLog group() {
        return group;
    }

    @Override
    public void append(List<Entry> entries) {
        durably(wal, completion -> group.append(null, entries, completion));
    }

    @Override
    public void setHardState(HardState hardState) {
        durably(wal, completion -> group.append(hardState, List.of(), completion));
    }

    /**
     * {@inheritDoc}
     *
     * <p>It replaces also a log that has its last entry, or has committed more: a node does not ask for that. {@link GroupLog#install}
     * refuses it.
     */
    @Override
    public void applySnapshot(Snapshot snapshot) {
        SnapshotMetadata metadata = snapshot.metadata();
        checkNewer(metadata.index());
        SnapshotFile file = store(snapshot.data(), metadata);
        durably(wal, completion -> group.replace(file, completion));
    }

    /**
     * Makes a snapshot of the application's state after the entry at {@code index}, durably, and returns it. The log stays.
     *
     * @param confState the membership after that entry
     * @throws SnapshotOutOfDateException if there is a snapshot that is as new
     * @throws UnavailableException if the index is after the last entry
     */
    public Snapshot createSnapshot(long index, ConfState confState, byte[] data) {
        checkNewer(index);
        SnapshotMetadata metadata = SnapshotMetadata.of(confState, index, group.term(index));
        SnapshotFile file = store(data, metadata);
        durably(wal, completion -> group.mark(file, completion));
        return Snapshot.of(data, metadata);
    }

    /**
     * Drops the entries up to and including {@code index}, durably. It is up to the caller to have a snapshot that covers them.
     *
     * @throws CompactedException if they were dropped before
     * @throws UnavailableException if the index is after the last entry
     */
    public void compact(long index) {
        if (index < group.firstIndex()) {
            throw new CompactedException("entry " + index + " of " + group + " was compacted before");
        }
        durably(wal, completion -> group.compact(index, completion));
    }

    private void checkNewer(long index) {
        long newest = group.snapshot().index();
        if (index <= newest) {
            throw new SnapshotOutOfDateException("snapshot " + index + " of " + group + " is not newer than " + newest);
        }
    }

    private SnapshotFile store(byte[] data, SnapshotMetadata metadata) {
        try (SnapshotWriter writer = group.newSnapshot(metadata)) {
            writer.write(data);
            return writer.commit();
        }
    }

    @Override
    public InitialState initialState() {
        return new InitialState(group.toldHardState(), group.snapshot().confState());
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        return reads == null ? group.entries(lo, hi, maxSize) : group.entriesOrRead(lo, hi, maxSize, reads, onFetched);
    }

    @Override
    public long term(long index) {
        return group.term(index);
    }

    @Override
    public long lastIndex() {
        return group.lastIndex();
    }

    @Override
    public long firstIndex() {
        return group.firstIndex();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The calling thread reads all of the file, into one array. Ask {@link #group} for a stream of one that is large, and for what it
     * stands for alone.
     */
    @Override
    public Snapshot snapshot() {
        if (group.snapshot().index() == 0) {
            return Snapshot.EMPTY;
        }
        try (SnapshotReader reader = group.openSnapshot()) {
            return Snapshot.of(reader.readAllBytes(), reader.metadata());
        }
    }

    /** Remembers what became of a write. */
    private static final class Outcome implements Completion {
        private boolean done;
        private @Nullable WalException failure;

        @Override
        public synchronized void complete(@Nullable WalException why) {
            done = true;
            failure = why;
        }

        synchronized boolean isDone() {
            if (failure != null) {
                throw failure;
            }
            return done;
        }
    }

    private static void durably(Wal wal, Consumer<Completion> write) {
        if (wal.isCompleting()) {
            throw new WalException(
                    "a completion cannot wait for a write of " + wal + ", which goes out when it returns");
        }
        Outcome outcome = new Outcome();
        // With the next segment there, nothing that is admitted has to wait for room.
        wal.prepareSegment();
        write.accept(outcome);
        while (!outcome.isDone()) {
            if (!hasWorked(wal, outcome) && !outcome.isDone()) {
                throw new LogFullException("a write of " + wal + " waits for room on the disk");
            }
        }
        wal.maintain();
    }

    /** What the completion of another's write throws is no failure of this one. */
    private static boolean hasWorked(Wal wal, Outcome outcome) {
        try {
            return wal.doWork() > 0;
        } catch (RuntimeException e) {
            if (!outcome.isDone()) {
                throw e;
            }
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            return true;
        }
    }
}
