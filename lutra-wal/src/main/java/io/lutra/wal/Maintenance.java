package io.lutra.wal;

import io.lutra.raft.Entry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the log small: frees segments that nobody needs, and moves small remainders to its end.
 *
 * <p>The bound: when there is nothing more to do, every segment but the last holds more than an eighth of its size, as it was
 * before it was cut, in entries that are needed, or nothing but entries of groups that are out of service or cannot be read; those
 * are never moved ({@link Wal#pinningOldest} tells of them). Without such the log takes at most eight times what it must keep, and
 * the last segment, and has no more files open than that makes, however often it was opened.
 *
 * <p>Moving costs at most an eighth of the size of the segments that are emptied, so a seventh of what else was written into them:
 * whole sectors, checkpoints included. Of the bytes of the entries themselves it may be more than all, where there is one small
 * entry to a sector. And for each opening, which cuts a segment short, an eighth of a segment more. Nothing is deleted on the word
 * of the last batch, which could still be mistaken for a torn one: a batch after it must be durable.
 */
final class Maintenance {
    /** A segment of which less than this share is needed is emptied. */
    private static final int SHARE = 8;

    private static final int MAX_COPY = 256 << 10;

    private final Wal wal;
    private final long segmentSize;
    private final GroupTable table;
    private final Tail tail;
    private final SnapshotFiles snapshots;
    private final AtomicLong copiedBytes = new AtomicLong();
    private boolean waiting;

    Maintenance(Wal wal, long segmentSize, GroupTable table, Tail tail, SnapshotFiles snapshots) {
        this.wal = wal;
        this.segmentSize = segmentSize;
        this.table = table;
        this.tail = tail;
        this.snapshots = snapshots;
    }

    synchronized boolean step() throws IOException {
        return freeSegment() || tail.allocator().step() || freeSnapshot() || copyForward();
    }

    long copiedBytes() {
        return copiedBytes.get();
    }

    private boolean freeSegment() throws IOException {
        Segment free;
        synchronized (wal.lock()) {
            free = firstSealed(Segment::isFree);
            if (free == null) {
                return false;
            }
            long next = tail.nextSequence();
            if (free.freeAt(next) >= next) {
                return askForBatch();
            }
            table.remove(free);
        }
        if (!tail.allocator().recycle(free)) {
            free.file().close();
            wal.disk().delete(free.name());
            wal.disk().sync();
        }
        return true;
    }

    private boolean freeSnapshot() throws IOException {
        synchronized (wal.lock()) {
            if (snapshots.waitsForBatch(tail.nextSequence())) {
                return askForBatch();
            }
        }
        return snapshots.deleteOne(tail.nextSequence());
    }

    /** Makes sure that a batch will follow the last one. Returns false if one is on its way already. */
    private boolean askForBatch() {
        // When the disk is full, what is queued may be waiting for the very segment that is to be freed.
        if (!wal.queue().asksForBatch() || (wal.isFull() && !wal.queue().attestOfTheLogWaits())) {
            wal.queueAttest();
            return true;
        }
        return false;
    }

    private boolean copyForward() {
        Segment segment;
        List<Segment.Use> uses;
        synchronized (wal.lock()) {
            if (waiting || tail.allocator().isFull()) {
                return false;
            }
            // Of the size before it was cut: else what an opening cut short would stay, a file for each opening.
            segment = firstSealed(s -> s.liveBytes() <= Math.max(s.size(), segmentSize) / SHARE && s.hasMovable());
            if (segment == null) {
                return false;
            }
            uses = segment.uses();
        }
        boolean copied = false;
        int left = MAX_COPY;
        for (Segment.Use use : uses) {
            if (left <= 0) {
                break;
            }
            try {
                int bytes = copy(segment, use, left);
                left -= bytes;
                copied |= bytes > 0;
            } catch (LogBusyException | LogFullException e) {
                return copied; // there is time for it later
            }
        }
        return copied;
    }

    /** Queues a group's entries in a segment, as many as fit, and returns their bytes. */
    private int copy(Segment segment, Segment.Use use, int maxBytes) {
        GroupState group = use.group;
        int generation;
        synchronized (wal.lock()) {
            if (use.damage() != null) {
                return 0;
            }
            generation = group.generation();
        }
        List<Entry> entries;
        try {
            entries = new GroupLog(wal, group, generation).entriesToCopy(segment, maxBytes);
        } catch (WalException e) {
            // It hurts this group alone. The others' entries, here and elsewhere, can still be moved.
            synchronized (wal.lock()) {
                use.unreadable(String.valueOf(e.getMessage()));
            }
            return 0;
        }
        synchronized (wal.lock()) {
            // What was read is of one life of the group: it must not be written after its end, or into another.
            if (entries.isEmpty() || !group.queued().isLive(generation)) {
                return 0;
            }
            wal.checkOpen();
            wal.queue().copy(group.queued(), entries, failure -> {
                synchronized (wal.lock()) {
                    waiting = false;
                }
            });
            waiting = true;
        }
        int bytes = Math.toIntExact(Write.sizeOf(entries));
        copiedBytes.addAndGet(bytes);
        return bytes;
    }

    private @Nullable Segment firstSealed(Predicate<Segment> condition) {
        for (Segment segment : table.segments()) {
            if (segment != tail.segment() && condition.test(segment)) {
                return segment;
            }
        }
        return null;
    }
}
