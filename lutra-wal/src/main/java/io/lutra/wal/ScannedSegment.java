package io.lutra.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A segment as a scan finds it.
 *
 * <p>A disk may answer a read with the bytes of another place. What is found is safe from that, as it says its own place. That
 * nothing is found is not: so it counts only if the same read shows, before it, what was found there earlier, the header of the
 * segment or of a batch.
 */
final class ScannedSegment implements Closeable {
    /** So often a read is tried that does not show what must be there. */
    private static final int READS = 3;

    private final long number;
    private final DiskFile file;
    private final Window window;
    private final Checksum sums;
    private final @Nullable SegmentHeader header;
    private long cutFrom = -1;

    /** The last header that was found, and where. */
    private byte[] known = {};

    private long knownAt;

    private ScannedSegment(long number, DiskFile file, long logId) throws IOException {
        this.number = number;
        this.file = file;
        this.window = new Window(file);
        this.sums = new Checksum(logId);
        byte[] first = new byte[(int) Math.min(SegmentHeader.SIZE, window.fileSize())];
        SegmentHeader found = null;
        for (int i = 0; i < READS && found == null; i++) {
            file.read(ByteBuffer.wrap(first), 0);
            found = SegmentHeader.read(first, logId, number);
        }
        this.header = found;
        if (found != null) {
            known = first;
        }
    }

    /**
     * Opens a segment.
     *
     * @throws WrongDirectoryException if it is another log's, or of a newer format
     */
    static ScannedSegment open(Disk disk, String name, long logId) throws IOException {
        DiskFile file = disk.openToRead(name);
        try {
            return new ScannedSegment(Format.segmentNumber(name), file, logId);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    long number() {
        return number;
    }

    String name() {
        return Format.segmentName(number);
    }

    DiskFile file() {
        return file;
    }

    long size() {
        return window.fileSize();
    }

    /** Returns the bytes of the file that are in memory. */
    int memory() {
        return window.memory();
    }

    void release() {
        window.release();
    }

    /** Returns what was written when the segment was made; {@code null} if that is not there. */
    @Nullable
    SegmentHeader header() {
        return header;
    }

    /** A segment has its full size from before it is used until a later one is in use. */
    boolean isShort() {
        return size() < (header == null ? Format.MIN_SEGMENT : header.size());
    }

    /** Returns where the first batch can begin that comes after a batch. */
    long after(Batch batch) {
        return Format.align(batch.end(), header == null ? Format.MIN_SECTOR : header.sector());
    }

    /** Returns where begins what was cut when the next segment was begun, -1 if nothing can be. */
    long cutFrom() {
        return cutFrom;
    }

    void cutFrom(long offset) {
        cutFrom = offset;
    }

    /**
     * Returns the batch at an offset; {@code null} if there surely is none that is whole.
     *
     * @param spare is used for its body if it is large enough
     * @throws IOException if the disk does not show what it showed before
     */
    @Nullable
    Batch batch(long offset, byte[] spare) throws IOException {
        BatchHeader found = batchHeader(offset);
        if (found == null) {
            return null;
        }
        int at = afterKnown(offset + Format.BATCH_HEADER, found.length());
        return at < 0 ? null : Batch.check(found, sums, number, offset, window.bytes(), at, spare);
    }

    /**
     * Returns the header of the batch at an offset; {@code null} if there surely is none that was written there.
     *
     * @throws IOException if the disk does not show what it showed before
     */
    @Nullable
    BatchHeader batchHeader(long offset) throws IOException {
        BatchHeader found = glance(offset);
        if (found == null && known.length > 0) {
            found = readAt(afterKnown(offset, Format.BATCH_HEADER));
        }
        if (found == null || found.offset() != offset) {
            return null;
        }
        int at = window.at(offset, Format.BATCH_HEADER);
        known = Arrays.copyOfRange(window.bytes(), at, at + Format.BATCH_HEADER);
        knownAt = offset;
        return found;
    }

    /** Returns the header of the batch at an offset; {@code null} if none that was written there is seen. */
    @Nullable
    BatchHeader glance(long offset) throws IOException {
        BatchHeader seen = glanceAtAny(offset);
        return seen != null && seen.offset() == offset ? seen : null;
    }

    /** Returns the header of the batch that is seen at an offset, wherever it was written; {@code null} if there is none. */
    @Nullable
    BatchHeader glanceAtAny(long offset) throws IOException {
        return readAt(window.at(offset, Format.BATCH_HEADER));
    }

    private @Nullable BatchHeader readAt(int at) {
        return at < 0 ? null : BatchHeader.read(window.bytes(), at, sums, number);
    }

    /**
     * Makes bytes available that were read together with the last header that was found, and returns where they are; -1 past the
     * end of the file.
     */
    private int afterKnown(long offset, int count) throws IOException {
        int lead = (int) (offset - knownAt);
        for (int i = 0; i < READS; i++) {
            int at = window.at(knownAt, lead + count);
            if (at < 0) {
                return -1;
            }
            if (Arrays.equals(window.bytes(), at, at + known.length, known, 0, known.length)) {
                return at + lead;
            }
            window.release();
        }
        throw new IOException(name() + " does not show at " + knownAt + " what it showed before");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
