package io.lutra.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next segment before it is needed: a file full of zeros after its header, durable under its name.
 *
 * <p>So a full disk is met here and not by a write that somebody waits for, and a sync of the log has no size and no new
 * block to write down. A segment that was freed is used again without zeros: its checksums are those of another segment.
 * Safe for use by many threads: whoever needs the segment now finishes what a step began.
 */
final class SegmentAllocator {
    /** A segment that holds nothing yet. */
    record Prepared(SegmentHeader header, DiskFile file) {
        int number() {
            return (int) header.number();
        }

        long size() {
            return header.size();
        }
    }

    private static final int STEP = 1 << 20;
    private static final String TEMPORARY = "next" + Format.TEMPORARY_SUFFIX;
    private static final String SPARE = "spare" + Format.TEMPORARY_SUFFIX;

    private final Disk disk;
    private final IdentityFile identity;
    private final NewestSegment newest;
    private final int sector;
    private final ByteBuffer zeros;
    private final long defaultSize;
    /** What is made when nobody asks for more: larger than the default if the groups' state alone would fill that. */
    private long usualSize;

    private int number;
    private long size;
    private @Nullable DiskFile file;
    private long filled;
    /** The file of a segment that was freed, of the usual size. */
    private @Nullable DiskFile spare;
    /** The next segment under its name. It is not ready before the log says durably that it was made. */
    private @Nullable Prepared named;

    private volatile @Nullable Prepared ready;
    private volatile boolean full;

    /** Begins with the segment of a number. A file of its name is replaced; none may have the temporary one. */
    SegmentAllocator(Disk disk, IdentityFile identity, NewestSegment newest, int number, long size, int sector) {
        this.disk = disk;
        this.identity = identity;
        this.newest = newest;
        this.sector = sector;
        this.number = number;
        this.defaultSize = size;
        this.usualSize = size;
        this.size = size;
        this.zeros = ByteBuffer.allocate((int) Math.min(STEP, size));
    }

    boolean isReady() {
        return ready != null;
    }

    /** Tells whether the disk had no room for the next segment when it was last tried. */
    boolean isFull() {
        return full;
    }

    /** Does one step towards the next segment; returns false if it is there, or the disk is full. */
    synchronized boolean step() throws IOException {
        return ready == null && advance();
    }

    private boolean advance() throws IOException {
        boolean making = file != null;
        try {
            Prepared next = named;
            if (next != null) {
                becomeReady(next);
                return false;
            }
            DiskFile old = spare;
            if (!making && old != null && size == usualSize) {
                // Before the disk is asked for room: this needs none, and may be what a full log waits for.
                becomeReady(named(SPARE, old));
                return false;
            }
            if (full && disk.freeBytes() < size) {
                return false;
            }
            DiskFile to = file == null ? disk.create(TEMPORARY) : file;
            file = to;
            if (filled < size) {
                ByteBuffer chunk = zeros.duplicate().limit((int) Math.min(zeros.capacity(), size - filled));
                int length = chunk.remaining();
                to.write(chunk, filled);
                filled += length;
                return true;
            }
            becomeReady(named(TEMPORARY, to));
            return false;
        } catch (DiskFullException e) {
            full = true;
            discard();
            return making && spare != null;
        }
    }

    private Prepared named(String temporary, DiskFile to) throws IOException {
        // Now and not with the first batch: a segment always says what it is, so one that does not was damaged or
        // misread.
        SegmentHeader header = new SegmentHeader(number, identity.incarnation(), size, sector);
        byte[] page = new byte[Format.SEGMENT_HEADER];
        header.write(page, identity.logId());
        to.write(ByteBuffer.wrap(page), 0);
        to.sync();
        disk.rename(temporary, Format.segmentName(number));
        // From here on it is no temporary file, whatever becomes of the rest: a full disk may also refuse a name.
        Prepared next = new Prepared(header, to);
        named = next;
        if (to == spare) {
            spare = null;
        } else {
            file = null;
            filled = 0;
        }
        return next;
    }

    private void becomeReady(Prepared next) throws IOException {
        disk.sync();
        newest.set(next.number());
        ready = next;
        full = false;
    }

    /** Takes over the file of a segment that nobody needs, to be used again. Returns false if it is to be deleted. */
    synchronized boolean recycle(Segment freed) throws IOException {
        if (spare != null || freed.size() != usualSize || freed.file().size() != usualSize) {
            return false;
        }
        try {
            disk.rename(freed.name(), SPARE);
        } catch (DiskFullException e) {
            return false; // it has its name still
        }
        freed.file().close();
        // Its name must be gone for good before its header is: a segment without one is a damaged one.
        disk.sync();
        spare = disk.open(SPARE);
        return true;
    }

    /**
     * Hands over the next segment, of {@code needed} bytes at least; makes it first if it must. One that was prepared and is too
     * small stays until there is a larger one.
     *
     * @param checkpoint the bytes of {@code needed} that state the groups: later segments have room for as many, and half a segment
     *     besides
     * @throws DiskFullException if there is no room
     */
    synchronized Prepared take(long needed, long checkpoint) throws IOException {
        if (needed > Format.MAX_SEGMENT) {
            throw new IOException("a segment would need " + needed + " bytes");
        }
        usualSizeIs(
                checkpoint <= defaultSize / 2
                        ? defaultSize
                        : Math.min(Format.MAX_SEGMENT, Format.align(checkpoint + defaultSize, Format.MAX_SECTOR)));
        Prepared next = named;
        Prepared taken = next != null && next.size() >= needed ? made() : make(Math.max(needed, usualSize));
        named = null;
        ready = null;
        number++;
        size = usualSize;
        return taken;
    }

    private void usualSizeIs(long bytes) throws IOException {
        DiskFile old = spare;
        if (usualSize != bytes && old != null) {
            // A segment has the size that its header says, from before it is used.
            spare = null;
            old.close();
            disk.delete(SPARE);
        }
        usualSize = bytes;
    }

    /** Makes a segment of a size, in place of one that has the name. */
    private Prepared make(long bytes) throws IOException {
        long wanted = Format.align(bytes, Format.MAX_SECTOR);
        if (size != wanted) {
            discard();
            size = wanted;
        }
        Prepared small = named;
        Prepared readyBefore = ready;
        named = null;
        ready = null;
        try {
            return made();
        } finally {
            if (named == null) {
                named = small;
                ready = readyBefore;
            } else if (small != null) {
                small.file().close();
            }
        }
    }

    private Prepared made() throws IOException {
        prepare();
        Prepared made = ready;
        if (made == null) {
            throw new DiskFullException("no room for a segment of " + size + " bytes");
        }
        return made;
    }

    /** Finishes the next segment now, unless the disk is full. */
    synchronized void prepare() throws IOException {
        boolean more = true;
        while (more) {
            more = step();
        }
    }

    /** Returns the files that are open, to be closed. Nothing can be asked of this any more. */
    synchronized List<DiskFile> open() {
        Prepared next = named;
        return Stream.of(next == null ? null : next.file(), spare, file)
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private void discard() throws IOException {
        DiskFile half = file;
        if (half != null) {
            file = null;
            half.close();
            disk.delete(TEMPORARY);
        }
        filled = 0;
    }
}
