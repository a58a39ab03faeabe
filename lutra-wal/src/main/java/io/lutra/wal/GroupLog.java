package io.lutra.wal;

import io.lutra.raft.CompactedException;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotOutOfDateException;
import io.lutra.raft.UnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One group's part of a log.
 *
 * <p>What is written is queued in order and durable when its {@link Completion} says so; what is read is what is durable. It
 * is of one life of the group: after that was dropped nothing can be written or read, also if the group was made again.
 * Every method that queues may throw {@link LogFullException}, {@link LogBusyException}, {@link LogFailedException} or
 * {@link DamagedLogException}, and has then changed nothing but that a commit index told before may go out. Safe for use by many
 * threads; only {@link #entries} and the snapshot streams touch the disk.
 */
public final class GroupLog {
    private final Wal wal;
    private final GroupState state;
    private final QueuedState queued;
    private final int generation;

    GroupLog(Wal wal, GroupState state, int generation) {
        this.wal = wal;
        this.state = state;
        this.queued = state.queued();
        this.generation = generation;
    }

    /** Returns the group's id. */
    public long id() {
        return state.id();
    }

    /** Returns which life of the group this is: a group that was dropped comes back with a higher one. */
    public int generation() {
        return generation;
    }

    /** Returns why the group is out of service, {@code null} if it is in service. */
    public @Nullable String damage() {
        synchronized (wal.lock()) {
            return state.damage();
        }
    }

    /**
     * Queues entries and a hard state, in one piece unless they take more than a batch. The entries replace those from their
     * first index on; ones that were compacted are skipped.
     *
     * <p>A commit index alone does not ask for a sync: it is complete when all that the group queued before is, at once if that
     * is nothing, and goes out with the group's next write, the next segment, or when the log is attested or closed.
     *
     * @param hardState {@code null} if it did not change
     */
    public void append(@Nullable HardState hardState, List<Entry> entries, Completion completion) {
        boolean queued;
        synchronized (wal.lock()) {
            QueuedState to = checkWritable();
            List<Entry> kept = withoutCompacted(entries, to.offset());
            checkAttaches(kept, to);
            HardState told = hardState == null ? to.hardState() : hardState;
            if (told.mustSyncAfter(to.hardState()) || !kept.isEmpty()) {
                wal.queue().append(to, kept, to.mustStore(told) ? told : null, completion);
                to.append(kept);
                to.store(told);
                queued = true;
            } else {
                queued = queueTurn(to, told, completion);
            }
        }
        if (!queued) {
            completion.complete(null);
        }
    }

    /** Takes in a hard state that asks for no sync: in its turn, or now, and returns false, if nothing of the group waits. */
    private boolean queueTurn(QueuedState to, HardState told, Completion completion) {
        boolean waits = !wal.queue().isComplete(to);
        if (waits) {
            wal.queue().turn(to, told, completion);
        } else {
            state.onHardState(told);
        }
        to.tell(told);
        return waits;
    }

    private static List<Entry> withoutCompacted(List<Entry> entries, long offset) {
        int skipped = 0;
        while (skipped < entries.size() && entries.get(skipped).index() <= offset) {
            skipped++;
        }
        return List.copyOf(skipped == 0 ? entries : entries.subList(skipped, entries.size()));
    }

    private void checkAttaches(List<Entry> entries, QueuedState to) {
        long expected = entries.isEmpty() ? 0 : Math.min(entries.get(0).index(), to.last() + 1);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() != expected || entry.index() <= 0 || entry.term() < 0) {
                throw new WalException("entry " + entry + " of " + state + " would leave a gap: " + expected
                        + " was expected; the last is " + to.last());
            }
            if (entry.encodedSize() > wal.maxEntryBytes()) {
                throw new WalException("entry " + entry + " of " + state + " is larger than " + wal.maxEntryBytes());
            }
            expected++;
        }
    }

    /**
     * Queues that the entries up to an index are dropped; a snapshot must cover them. A no-op if they were before.
     *
     * <p>When the disk is full this is complete before entries after the index that were queued earlier and wait for room, if all up
     * to the index is durable; so is a {@linkplain #mark mark}.
     *
     * @throws UnavailableException if the index is after the last entry, those that are queued included
     */
    public void compact(long index, Completion completion) {
        boolean queued;
        synchronized (wal.lock()) {
            QueuedState to = checkWritable();
            if (index > to.last()) {
                throw new UnavailableException(
                        "entry " + index + " of " + state + " is not there; the last is " + to.last());
            }
            if (index > to.offset()) {
                wal.queue().commit(to);
                byte[] body = GroupTable.compact(index, to.term(index));
                wal.queue().markUpTo(index, to, RecordKind.COMPACT, body, completion);
                to.compactTo(index);
                queued = true;
            } else {
                queued = queueTurn(to, to.hardState(), completion);
            }
        }
        if (!queued) {
            completion.complete(null);
        }
    }

    /**
     * Queues that a snapshot is the group's newest. The log stays as it is; older files go when they are not read any more.
     *
     * @throws SnapshotOutOfDateException if there is one that is as new
     * @throws CompactedException if entries after it were compacted
     * @throws UnavailableException if its index is after the last entry, those that are queued included
     * @throws WalException if the log has another term at its index
     */
    public void mark(SnapshotFile snapshot, Completion completion) {
        synchronized (wal.lock()) {
            QueuedState to = checkSnapshot(snapshot);
            checkCovers(snapshot, to);
            wal.queue().commit(to);
            long index = snapshot.metadata().index();
            byte[] body = GroupTable.snapshot(snapshot.metadata());
            wal.queue().markUpTo(index, to, RecordKind.SNAPSHOT, body, completion);
            to.mark(index);
        }
    }

    /**
     * Queues that a snapshot takes the place of the whole log: the next entry is the one after it. One whose last entry the log has
     * is to be marked instead: entries after it may be committed, or acknowledged to a leader.
     *
     * @throws SnapshotOutOfDateException if there is one that is as new, or the log has its last entry, or has committed or compacted
     *     its index
     */
    public void install(SnapshotFile snapshot, Completion completion) {
        synchronized (wal.lock()) {
            SnapshotMetadata metadata = snapshot.metadata();
            QueuedState to = checkSnapshot(snapshot);
            long index = metadata.index();
            boolean isHeld = index <= to.last()
                    && (index < to.offset() || index <= to.hardState().commit() || to.term(index) == metadata.term());
            if (isHeld) {
                throw new SnapshotOutOfDateException("snapshot " + snapshot + " would take away what " + state
                        + " has: entries " + (to.offset() + 1) + " to " + to.last() + ", commit index "
                        + to.hardState().commit());
            }
            replace(snapshot, completion);
        }
    }

    /** The same, whatever the log has: for a storage, which leaves it to its node to know better. */
    void replace(SnapshotFile snapshot, Completion completion) {
        synchronized (wal.lock()) {
            QueuedState to = checkSnapshot(snapshot);
            SnapshotMetadata metadata = snapshot.metadata();
            GroupRecord record = new GroupRecord(
                    GroupRecord.Status.LIVE,
                    to.hardState(),
                    metadata.index(),
                    metadata.term(),
                    metadata.index(),
                    new TermRuns(),
                    metadata);
            wal.queue().mark(to, RecordKind.GROUP, record.encode(), completion);
            to.store(to.hardState());
            to.install(metadata);
        }
    }

    private void checkCovers(SnapshotFile snapshot, QueuedState to) {
        long index = snapshot.metadata().index();
        if (index > to.last()) {
            throw new UnavailableException(
                    "snapshot " + snapshot + " is after the last entry of " + state + ", " + to.last());
        }
        if (index < to.offset()) {
            throw new CompactedException(
                    "entries after snapshot " + snapshot + " of " + state + " were compacted, up to " + to.offset());
        }
        if (snapshot.metadata().term() != to.term(index)) {
            throw new WalException("snapshot " + snapshot + " of " + state + " is of another log, which has term "
                    + to.term(index) + " there");
        }
    }

    private QueuedState checkSnapshot(SnapshotFile snapshot) {
        QueuedState to = checkWritable();
        long index = snapshot.metadata().index();
        if (snapshot.group() != state.id() || snapshot.generation() != to.generation()) {
            throw new WalException("snapshot " + snapshot + " is not of " + state + ", generation " + to.generation());
        }
        if (!wal.snapshots().has(snapshot)) {
            throw new WalException(
                    "snapshot " + snapshot + " is not there: it was made before the log was opened, or is out of date");
        }
        if (index <= to.snapshotIndex()) {
            throw new SnapshotOutOfDateException(
                    "snapshot " + index + " of " + state + " is not newer than " + to.snapshotIndex());
        }
        return to;
    }

    /**
     * Begins a snapshot of the group.
     *
     * @throws LogFullException if the disk is full
     * @throws WalException if the file cannot be made, for want of a file descriptor for instance: the log goes on; or if the
     *     encoded membership takes more than 1 MiB
     */
    public SnapshotWriter newSnapshot(SnapshotMetadata metadata) {
        SnapshotFile target;
        synchronized (wal.lock()) {
            target = new SnapshotFile(state.id(), checkWritable().generation(), metadata);
        }
        return wal.snapshots().create(target);
    }

    /**
     * Opens the group's newest snapshot.
     *
     * @throws UnavailableException if it never had one
     * @throws DamagedSnapshotException if the file is missing or damaged
     * @throws WalException if the file cannot be opened or read now
     */
    public SnapshotReader openSnapshot() {
        String name;
        synchronized (wal.lock()) {
            checkReadable();
            if (state.snapshot().index() == 0) {
                throw new UnavailableException(state + " has no snapshot");
            }
            name = wal.snapshots().hold(new SnapshotFile(state.id(), state.generation(), state.snapshot()));
        }
        return wal.snapshots().open(name);
    }

    /** Returns what the newest snapshot stands for; {@link SnapshotMetadata#EMPTY} if there never was one. */
    public SnapshotMetadata snapshot() {
        synchronized (wal.lock()) {
            checkReadable();
            return state.snapshot();
        }
    }

    /**
     * Returns term and vote, and a commit index that a node can start with: as it was told last, but no lower than the
     * newest snapshot and what was compacted, which was committed, and no higher than the last entry.
     */
    public HardState hardState() {
        HardState told = toldHardState();
        synchronized (wal.lock()) {
            EntryIndex index = state.index();
            long committed = Math.max(index.offset(), state.snapshot().index());
            long commit = Math.min(Math.max(told.commit(), committed), index.last());
            return HardState.of(told.term(), told.vote(), commit);
        }
    }

    /** Returns term, vote and commit index as they were told last. */
    HardState toldHardState() {
        synchronized (wal.lock()) {
            checkReadable();
            return state.hardState();
        }
    }

    /** Returns the index of the first entry; {@code lastIndex() + 1} if there is none. */
    public long firstIndex() {
        synchronized (wal.lock()) {
            checkReadable();
            return state.index().offset() + 1;
        }
    }

    /** Returns the index of the last durable entry; if there is none, that of the entry before the first. */
    public long lastIndex() {
        synchronized (wal.lock()) {
            checkReadable();
            return state.index().last();
        }
    }

    /**
     * Returns the term of an entry, or of the one before the first.
     *
     * @throws CompactedException if the index is before that
     * @throws UnavailableException if the index is after the last entry
     */
    public long term(long index) {
        synchronized (wal.lock()) {
            checkReadable();
            if (index < state.index().offset()) {
                throw new CompactedException("the term of entry " + index + " of " + state + " was compacted");
            }
            if (index > state.index().last()) {
                throw unavailable(index);
            }
            return state.index().term(index);
        }
    }

    /**
     * Returns entries of {@code [lo, hi)}: at least the first, more while their encodings add up to no more than
     * {@code maxSize} bytes. Reads the disk for those that are not in memory, without holding up writers.
     *
     * @throws CompactedException if {@code lo} is before the first entry
     * @throws UnavailableException if {@code hi - 1} is after the last entry
     * @throws DamagedLogException if an entry on disk is not what was written
     */
    public List<Entry> entries(long lo, long hi, long maxSize) {
        EntryRead read;
        synchronized (wal.lock()) {
            int count = count(lo, hi, maxSize);
            if (state.cached().holds(lo)) {
                return state.cached().range(lo, count);
            }
            read = new EntryRead(wal.lock(), wal.logId(), state, lo, count);
        }
        return read.run();
    }

    /** The same, from memory alone; {@code null} if the disk would have to be read. */
    public @Nullable List<Entry> entriesInMemory(long lo, long hi, long maxSize) {
        synchronized (wal.lock()) {
            int count = count(lo, hi, maxSize);
            return state.cached().holds(lo) ? state.cached().range(lo, count) : null;
        }
    }

    /** The same, from memory or from what was read for it before; else it is read elsewhere, and an error says so. */
    List<Entry> entriesOrRead(long lo, long hi, long maxSize, EntryReads reads, Runnable onFetched) {
        int count;
        synchronized (wal.lock()) {
            count = count(lo, hi, maxSize);
            if (state.cached().holds(lo)) {
                return state.cached().range(lo, count);
            }
        }
        return reads.entries(this, lo, count, maxSize, onFetched);
    }

    private int count(long lo, long hi, long maxSize) {
        checkReadable();
        EntryIndex index = state.index();
        if (lo <= index.offset()) {
            throw new CompactedException(
                    "entry " + lo + " of " + state + " was compacted; the first is " + (index.offset() + 1));
        }
        if (lo >= hi || hi > index.last() + 1) {
            throw unavailable(hi - 1);
        }
        long bytes = 0;
        for (long i = lo; i < hi; i++) {
            bytes += index.size(i) - Format.RECORD_HEADER;
            if (bytes > maxSize && i > lo) {
                return (int) (i - lo);
            }
        }
        return (int) (hi - lo);
    }

    private UnavailableException unavailable(long index) {
        return new UnavailableException("entry " + index + " of " + state + " is not there; the last is "
                + state.index().last());
    }

    private QueuedState checkWritable() {
        wal.checkOpen();
        QueuedState to = queued;
        check(to.status(), to.generation());
        return to;
    }

    private void checkReadable() {
        wal.checkOpen();
        if (state.generation() != generation && queued.generation() == generation) {
            throw new WalException("generation " + generation + " of " + state + " is not durable yet");
        }
        check(state.status(), state.generation());
    }

    private void check(GroupRecord.Status status, int current) {
        if (status == GroupRecord.Status.DROPPED || current != generation) {
            throw new WalException("generation " + generation + " of " + state + " was dropped");
        }
        if (status == GroupRecord.Status.DAMAGED) {
            throw new DamagedLogException(state + " is out of service: " + state.damage());
        }
    }

    List<Entry> entriesToCopy(Segment segment, int maxBytes) {
        EntryRead read;
        synchronized (wal.lock()) {
            read = new EntryRead(wal.lock(), wal.logId(), state, state.index().in(segment, maxBytes));
        }
        return read.run();
    }

    @Override
    public String toString() {
        return state.toString();
    }
}
