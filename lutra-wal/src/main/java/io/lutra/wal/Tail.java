package io.lutra.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log, where the next batch goes. For the one who writes; {@link #segment} is for those who hold the log's lock.
 */
final class Tail {
    private final BatchBuilder batch;
    private final SegmentAllocator allocator;
    private final int sector;
    private final long incarnation;
    private @Nullable SegmentHeader header;
    private @Nullable Segment segment;
    private long offset;
    private final AtomicLong nextSequence;
    private final AtomicLong remaining = new AtomicLong();
    private int previous;

    /** What was written last and is not published yet. */
    private SegmentAllocator.@Nullable Prepared begun;

    private long writtenAt;
    private int firstRecord;
    private long checkpointBytes;

    Tail(long logId, SegmentAllocator allocator, int sector, long incarnation, long nextSequence, int previous) {
        this.batch = new BatchBuilder(logId);
        this.allocator = allocator;
        this.sector = sector;
        this.incarnation = incarnation;
        this.nextSequence = new AtomicLong(nextSequence);
        this.previous = previous;
    }

    SegmentAllocator allocator() {
        return allocator;
    }

    long nextSequence() {
        return nextSequence.get();
    }

    @Nullable
    Segment segment() {
        return segment;
    }

    /** Returns the bytes that batches of more than one write can take of what is left of the segment. */
    long room() {
        return Math.max(0, remaining() - sector - Format.BATCH_HEADER);
    }

    /** Returns the bytes that are left in the segment. */
    long remaining() {
        return remaining.get();
    }

    /**
     * Begins the first segment of this opening of the log with the state of all groups and the records of a batch that nothing
     * attested: from here on it is as if that batch was written now.
     */
    void begin(GroupTable table, @Nullable Batch pending, int number) throws IOException {
        batch.clear();
        checkpoint(table);
        if (pending != null) {
            batch.copy(pending);
        }
        roll(number, 0);
        write(0);
        Segment to = beginSegment(table);
        if (pending != null) {
            int[] skip = {pending.header().checkpoint()};
            int[] record = {firstRecord};
            pending.forEach((kind, generation, group, position, bytes, from, end) -> {
                if (skip[0]-- <= 0) {
                    int at = batch.position(record[0]++, writtenAt);
                    table.apply(to, kind, generation, group, at, bytes, from, end);
                }
            });
        }
    }

    /** Writes a batch that says that the one before it is durable, and nothing else. There is room: {@link #roll} left it. */
    void attest() throws IOException {
        batch.clear();
        write(Format.ATTEST);
    }

    /**
     * Writes a batch and makes it durable. Returns false if the disk has no room for the segment it needs.
     *
     * @param reserve how many bytes are left for marks, unless the next segment is there
     * @param lock guards the table
     */
    boolean write(List<Write> writes, int reserve, GroupTable table, Object lock) throws IOException {
        batch.clear();
        firstRecord = 0;
        int flags = 0;
        for (Write write : writes) {
            write.layOut(batch);
            flags |= write instanceof Write.Attest ? Format.ATTEST : 0;
        }
        long padded = Format.align(Format.BATCH_HEADER + batch.length(), sector);
        // The last sector is for a batch that only attests, for the log itself: one that is full can free segments with
        // it.
        boolean isForTheLog = batch.count() == 0 && writes.stream().anyMatch(Write::mayTakeLastSector);
        long room = remaining() - (isForTheLog ? 0 : sector);
        if (padded > room || (padded + reserve > room && !mayTakeReserve(writes))) {
            batch.clear();
            synchronized (lock) {
                checkpoint(table);
            }
            for (Write write : writes) {
                write.layOut(batch);
            }
            try {
                roll(segment == null ? 1 : segment.number() + 1, reserve);
            } catch (DiskFullException e) {
                return false;
            }
        }
        write(flags);
        return true;
    }

    /** Takes what was written into the state of the groups. */
    void publish(List<Write> writes, GroupTable table, EntryCache cache) {
        Segment to = begun != null || segment == null ? beginSegment(table) : segment;
        int record = firstRecord;
        for (Write write : writes) {
            write.publish(table, cache, to, batch, writtenAt, record);
            record += write.records();
        }
    }

    private void checkpoint(GroupTable table) {
        for (GroupState group : table.groups()) {
            if (group.hasRecord()) {
                batch.record(
                        RecordKind.GROUP,
                        group.generation(),
                        group.id(),
                        group.record().encode());
            }
        }
        batch.endCheckpoint();
        firstRecord = batch.count();
        checkpointBytes = batch.length();
    }

    private boolean mayTakeReserve(List<Write> writes) throws IOException {
        if (writes.stream().allMatch(Write::mayTakeReserve)) {
            return true;
        }
        // Now and not when the segment is full: then marks, which may bring room back, would have none themselves.
        allocator.prepare();
        return allocator.isReady();
    }

    private void roll(int number, int reserve) throws IOException {
        long needed = Format.SEGMENT_HEADER
                + Format.align(Format.BATCH_HEADER + batch.length(), Format.MAX_SECTOR)
                + 2 * Format.MAX_SECTOR // for the batch that attests an opening, and for one of a log that is full
                + reserve;
        SegmentAllocator.Prepared next = allocator.take(needed, checkpointBytes);
        if (next.number() != number) {
            throw new IllegalStateException("segment " + next.number() + " was prepared, not " + number);
        }
        begun = next;
        header = next.header();
        remaining.set(next.size() - Format.SEGMENT_HEADER);
        offset = Format.SEGMENT_HEADER;
    }

    private void write(int flags) throws IOException {
        SegmentAllocator.Prepared first = begun;
        DiskFile file = first != null ? first.file() : file();
        SegmentHeader in = header;
        if (in == null) {
            throw new IllegalStateException("no segment was begun");
        }
        writtenAt = offset;
        ByteBuffer buffer = batch.seal(in, offset, nextSequence.get(), previous, flags);
        int length = buffer.remaining();
        file.write(buffer, offset);
        file.sync();
        offset += length;
        remaining.addAndGet(-length);
        previous = batch.checksum();
        nextSequence.incrementAndGet();
    }

    private DiskFile file() {
        if (segment == null) {
            throw new IllegalStateException("no segment was begun");
        }
        return segment.file();
    }

    private Segment beginSegment(GroupTable table) {
        SegmentAllocator.Prepared first = begun;
        if (first == null) {
            throw new IllegalStateException("no segment was begun");
        }
        Segment next = new Segment(first.number(), first.file(), first.size(), incarnation);
        table.add(next);
        segment = next;
        begun = null;
        return next;
    }

    /** Returns the files that are open and no segment's of the table, to be closed. */
    List<DiskFile> open() {
        List<DiskFile> open = new ArrayList<>(allocator.open());
        SegmentAllocator.Prepared first = begun;
        if (first != null) {
            open.add(first.file());
        }
        return open;
    }
}
