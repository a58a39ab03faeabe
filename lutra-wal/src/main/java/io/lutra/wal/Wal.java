package io.lutra.wal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The log of a host: one append-only log, shared by all its groups, in one directory.
 *
 * <p>Writes are queued by {@link GroupLog}; {@link #doWork} takes all that gathered and makes it durable with one write and one
 * sync. {@link #maintain} does what can be done beside it, a step at a time. Both are called by whoever has a thread for it,
 * each by one at a time; a second caller waits for the first. Nothing else here waits for the disk, but to read from it.
 *
 * <p>After a failed write or sync nothing is acknowledged any more: every call throws {@link LogFailedException}, until the
 * directory is opened again. Safe for use by many threads.
 */
public final class Wal implements AutoCloseable {
    private final HeldDirectory disk;
    private final WalOptions options;
    private final IdentityFile identity;
    private final List<Damage> damages;
    private final GroupTable table;
    private final EntryCache cache;
    private final SnapshotFiles snapshots;
    private final Maintenance maintenance;

    /** Guards the state of the groups and the queue; never held while the disk is touched. */
    private final Object lock = new Object();

    private final WriteQueue queue;
    private @Nullable WalException failure;
    private boolean closed;

    /** Held by the one who writes. What follows is theirs. */
    private final Object writer = new Object();

    private final Tail tail;
    private boolean writing;
    private boolean closesAfterwards;

    private Wal(Opening opening) {
        this.disk = opening.disk();
        this.options = opening.options();
        this.identity = opening.identity();
        this.damages = opening.damages();
        this.table = opening.table();
        this.tail = opening.tail();
        this.queue = new WriteQueue(options, tail);
        this.snapshots = new SnapshotFiles(disk, identity.logId(), options.snapshotsKept(), this::fail);
        this.cache = new EntryCache(options.cacheBytes(), table.cachedTotal());
        for (String name : opening.snapshotNames()) {
            snapshots.found(name);
        }
        table.damageWithoutSnapshot(Set.copyOf(opening.snapshotNames()));
        for (GroupState group : table.groups()) {
            snapshots.marked(group, tail.nextSequence(), true);
            group.queued().reset();
        }
        if (damages.isEmpty()) {
            snapshots.onlyOf(table.ids(), tail.nextSequence());
        }
        this.maintenance = new Maintenance(this, options.segmentSize(), table, tail, snapshots);
    }

    /**
     * Makes a new log in a directory that holds none, and opens it. If that does not come to its end, for want of room for
     * instance, the directory may hold a log nevertheless, in which nothing is: {@link #open} goes on from there.
     *
     * @throws WrongDirectoryException if it holds one, or cannot be used
     * @throws LogFullException if the disk has no room for the first segment
     */
    public static Wal create(Disk disk, WalIdentity identity, WalOptions options) {
        return new Wal(Opening.create(disk, identity, options));
    }

    /**
     * Opens the log of a directory. What was not durable when it was closed last, or its process died, may be gone; all else
     * is there, or is {@linkplain #damages reported}.
     *
     * @throws WrongDirectoryException if there is none, it is another's, or it cannot be used
     * @throws LogFullException if the disk has no room for a new segment
     */
    public static Wal open(Disk disk, WalIdentity identity, WalOptions options) {
        return new Wal(Opening.open(disk, identity, options));
    }

    /**
     * Tells whether a directory holds a log, whoever's, also one that is damaged or in use. An operator who expects one should open it
     * without asking: a directory that lost its log is not a new one.
     *
     * @throws WrongDirectoryException if it cannot be read
     */
    public static boolean exists(Disk disk) {
        try {
            return disk.list().contains(Format.IDENTITY);
        } catch (IOException e) {
            throw new WrongDirectoryException(WrongDirectoryException.Reason.NO_ACCESS, disk + " cannot be read", e);
        }
    }

    /** Returns how often the log was opened, this time included. It never goes back. */
    public long incarnation() {
        return identity.incarnation();
    }

    /** Returns what was found damaged when the log was opened; see {@link GroupLog#damage} for whom it hurts. */
    public List<Damage> damages() {
        return damages;
    }

    /**
     * Returns the ids of the groups that are there and were not dropped, sorted as unsigned numbers. As for {@link #group}, what is
     * queued counts.
     */
    public List<Long> groups() {
        synchronized (lock) {
            return table.groups().stream()
                    .filter(group -> group.queued().status() != GroupRecord.Status.DROPPED)
                    .map(GroupState::id)
                    .toList();
        }
    }

    /** Returns a group's part; {@code null} if there is no such group, or it was dropped; what is queued counts. */
    public @Nullable GroupLog group(long id) {
        synchronized (lock) {
            GroupState group = table.get(id);
            return group == null || group.queued().status() == GroupRecord.Status.DROPPED
                    ? null
                    : new GroupLog(this, group, group.queued().generation());
        }
    }

    /**
     * Queues the making of a group, and returns its part; it can be read when it is durable.
     *
     * @param generation at least 1, and above that of every life the group had here
     * @throws WalException if it is not
     */
    public GroupLog createGroup(long id, int generation, Completion completion) {
        synchronized (lock) {
            checkOpen();
            if (generation < 1) {
                throw new WalException(
                        "generation " + generation + " of group " + Long.toUnsignedString(id) + " is below 1");
            }
            GroupState known = table.get(id);
            if (known != null
                    && (known.queued().status() != GroupRecord.Status.DROPPED
                            || generation <= known.queued().generation())) {
                throw new WalException(known + " cannot be made with generation " + generation + ": it "
                        + (known.queued().status() == GroupRecord.Status.DROPPED ? "was dropped" : "is there")
                        + " with "
                        + known.queued().generation());
            }
            byte[] body = GroupRecord.empty(GroupRecord.Status.LIVE).encode();
            queue.admit(known, Format.RECORD_HEADER + body.length, false);
            GroupState group = known == null ? table.add(id) : known;
            queue.begin(group.queued(), GroupRecord.Status.LIVE, generation, body, completion);
            return new GroupLog(this, group, generation);
        }
    }

    /**
     * Queues the end of a group. A tombstone stays, so that the group does not come back with this generation or a lower one.
     *
     * @throws WalException if there is no such group
     */
    public void dropGroup(long id, Completion completion) {
        synchronized (lock) {
            checkOpen();
            GroupState group = table.get(id);
            if (group == null || group.queued().status() == GroupRecord.Status.DROPPED) {
                throw new WalException("there is no group " + Long.toUnsignedString(id));
            }
            byte[] body = GroupRecord.empty(GroupRecord.Status.DROPPED).encode();
            queue.admit(group, Format.RECORD_HEADER + body.length, true);
            queue.begin(
                    group.queued(), GroupRecord.Status.DROPPED, group.queued().generation(), body, completion);
        }
    }

    /**
     * Queues a batch that holds nothing but commit indexes, and attests the one before it: for when the log is idle.
     *
     * @throws LogFullException if the disk is full, and marks need what is left of the segment
     * @throws LogBusyException if too much waits to be written
     */
    public void attest(Completion completion) {
        synchronized (lock) {
            checkOpen();
            queue.admit(null, Format.RECORD_HEADER, false);
            queueAttest(completion, false);
        }
    }

    /** Queues the same for the log itself, which may take the last sector for it: what it frees is worth more. */
    void queueAttest() {
        queueAttest(Completion.NONE, true);
    }

    private void queueAttest(Completion completion, boolean mayTakeLastSector) {
        for (GroupState group : table.groups()) {
            if (group.queued().status() == GroupRecord.Status.LIVE) {
                queue.commit(group.queued());
            }
        }
        queue.attest(completion, mayTakeLastSector);
    }

    /** Tells whether something waits to be written. */
    public boolean hasWork() {
        synchronized (lock) {
            return !queue.isEmpty();
        }
    }

    /** Tells whether entries are refused because the disk is full. */
    public boolean isFull() {
        return tail.allocator().isFull();
    }

    /**
     * Makes durable what was queued, as much as goes into one batch, with one write and one sync, and completes it.
     *
     * @return how many writes were completed; 0 if nothing waits, or the disk has no room for what does
     * @throws LogFailedException if it cannot be made durable; every write that waits is completed with it first
     */
    public int doWork() {
        synchronized (writer) {
            if (writing) {
                return 0; // called by a completion: what waits goes out when that returns
            }
            writing = true;
            try {
                return writeBatch();
            } finally {
                try {
                    tellWaitingOfFailure();
                } finally {
                    writing = false;
                    if (closesAfterwards) {
                        closesAfterwards = false;
                        close();
                    }
                }
            }
        }
    }

    /** Tells whether the calling thread is in a completion. */
    boolean isCompleting() {
        return Thread.holdsLock(writer);
    }

    private int writeBatch() {
        List<Write> writes;
        synchronized (lock) {
            checkOpen();
            writes = queue.gather();
        }
        if (writes.isEmpty()) {
            return 0;
        }
        try {
            if (!isWritten(writes, options.reserve())) {
                // The disk is full. What needs no new segment does not wait for what does.
                synchronized (lock) {
                    writes = queue.gatherWhatFits();
                }
                if (writes.isEmpty() || !isWritten(writes, 0)) {
                    return 0;
                }
            }
            publish(writes);
        } catch (IOException e) {
            throw fail(e);
        } catch (RuntimeException | Error e) {
            // A broken invariant, or no memory: what is on the disk, or known of it, is not certain any more.
            LogFailedException failed = fail(new IOException("a batch could not be written", e));
            if (e instanceof Error error) {
                throw error;
            }
            throw failed;
        }
        complete(writes);
        return writes.size();
    }

    private boolean isWritten(List<Write> writes, int reserve) throws IOException {
        return writes.stream().noneMatch(Write::asksForBatch) || tail.write(writes, reserve, table, lock);
    }

    private void complete(List<Write> writes) {
        try {
            Write.completeAll(writes, null);
        } finally {
            synchronized (lock) {
                // Not before: what is told now would be complete before what was told earlier.
                queue.completed(writes);
            }
        }
    }

    private void publish(List<Write> writes) {
        synchronized (lock) {
            if (failure != null) {
                throw new LogFailedException("the log failed before", failure);
            }
            tail.publish(writes, table, cache);
            for (Write write : writes) {
                queue.remove(write);
                GroupState group = write.group();
                if (group != null && write.namesSnapshot()) {
                    snapshots.marked(group, tail.nextSequence(), false);
                }
            }
        }
    }

    /** Ends everything: the failure is every caller's from now on. What waits is told of it by the one who writes, in its turn. */
    LogFailedException fail(IOException e) {
        LogFailedException failed = new LogFailedException("the log failed and acknowledges nothing any more", e);
        synchronized (lock) {
            if (failure == null) {
                failure = failed;
            }
        }
        return failed;
    }

    private void tellWaitingOfFailure() {
        WalException why;
        synchronized (lock) {
            why = failure;
        }
        if (why != null) {
            Write.completeAll(drain(), why);
        }
    }

    private List<Write> drain() {
        synchronized (lock) {
            return queue.drain();
        }
    }

    /**
     * Does one step of what can wait: zeros for the next segment, a segment or a snapshot that is not needed, the remainder of
     * an old segment moved to the end of the log.
     *
     * @return whether there may be more to do; what was queued must be written first
     * @throws LogFailedException if the disk failed
     */
    public boolean maintain() {
        synchronized (lock) {
            checkOpen();
        }
        try {
            return maintenance.step();
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /** Finishes the next segment now, unless the disk is full. */
    void prepareSegment() {
        try {
            tail.allocator().prepare();
        } catch (IOException e) {
            throw fail(e);
        }
    }

    /** Returns the bytes that the segments of the log take on disk, without the one that is prepared. */
    public long sizeBytes() {
        synchronized (lock) {
            return table.segments().stream().mapToLong(Segment::size).sum();
        }
    }

    /** Returns how many segments there are, each with a file open. */
    int segments() {
        synchronized (lock) {
            return table.segments().size();
        }
    }

    /** Tells whether the log is larger than its budget: the groups that pin it should make snapshots and compact. */
    public boolean isOverBudget() {
        return sizeBytes() > options.budgetBytes();
    }

    /**
     * A group that keeps a segment from being freed.
     *
     * @param bytes how many bytes of entries it has there
     * @param damage why they cannot be moved, so that the segment stays until the group is dropped or compacts;
     *     {@code null} if they can be
     */
    public record Pin(long group, long bytes, @Nullable String damage) {}

    /** Returns which groups pin the oldest segment, by id; none if it is the one being written. */
    public List<Pin> pinningOldest() {
        synchronized (lock) {
            for (Segment segment : table.segments()) {
                if (segment != tail.segment()) {
                    return segment.uses().stream()
                            .map(use ->
                                    new Pin(use.group.id(), use.group.index().bytesIn(segment), use.damage()))
                            .toList();
                }
            }
            return List.of();
        }
    }

    /** Returns the bytes of memory that the positions of all entries take. */
    public long indexMemory() {
        synchronized (lock) {
            return table.groups().stream()
                    .mapToLong(group -> group.index().memory())
                    .sum();
        }
    }

    /** Returns how many bytes of entries were moved to the end of the log since it was opened, so that segments could be freed. */
    public long copiedBytes() {
        return maintenance.copiedBytes();
    }

    /** Returns how many stretches the cache has room for. */
    int cacheCapacity() {
        synchronized (lock) {
            return cache.capacity();
        }
    }

    /** Returns the bytes of entries that are kept in memory. */
    public long cachedBytes() {
        synchronized (lock) {
            return table.cachedTotal().bytes();
        }
    }

    /**
     * Writes what was queued, attests it, and gives the directory free. Does nothing the second time. Called by a completion, it does so
     * when all writes of that one's batch are completed.
     */
    @Override
    public void close() {
        synchronized (writer) {
            if (writing) {
                closesAfterwards = true;
                return;
            }
            synchronized (lock) {
                if (closed) {
                    return;
                }
            }
            try {
                boolean failed;
                synchronized (lock) {
                    failed = failure != null;
                    if (!failed) {
                        queueAttest();
                    }
                }
                int done = 1;
                while (!failed && hasWork() && done > 0) {
                    done = doWork();
                }
            } finally {
                release();
            }
        }
    }

    /** Gives the directory free as it is, as if the process had died. */
    void abandon() {
        synchronized (writer) {
            release();
        }
    }

    private void release() {
        WalException why;
        synchronized (lock) {
            closed = true;
            why = failure == null ? new WalException("the log is closed") : failure;
        }
        try {
            Write.completeAll(drain(), why);
        } finally {
            List<DiskFile> open = new ArrayList<>(tail.open());
            synchronized (lock) {
                table.segments().forEach(segment -> open.add(segment.file()));
            }
            disk.closeWith(open);
        }
    }

    void checkOpen() {
        if (closed) {
            throw new WalException("the log is closed");
        }
        if (failure != null) {
            throw new LogFailedException("the log failed before", failure);
        }
    }

    Object lock() {
        return lock;
    }

    long logId() {
        return identity.logId();
    }

    int maxEntryBytes() {
        return options.segmentSize() / 2;
    }

    SnapshotFiles snapshots() {
        return snapshots;
    }

    Disk disk() {
        return disk;
    }

    WriteQueue queue() {
        return queue;
    }

    @Override
    public String toString() {
        return "log of host " + identity.identity().hostId() + " in " + disk;
    }
}
