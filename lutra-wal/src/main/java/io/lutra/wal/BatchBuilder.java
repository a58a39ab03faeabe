package io.lutra.wal;

import io.lutra.raft.Entry;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Lays records out as one batch, in an array that is used again and again. For one thread. */
final class BatchBuilder {
    private static final int BODY = Format.BATCH_HEADER;

    private final Checksum sums;
    private byte[] bytes = new byte[64 << 10];
    private int end = BODY;
    private int[] records = new int[64];
    private int count;
    private int checkpoint;
    private int checksum;

    BatchBuilder(long logId) {
        this.sums = new Checksum(logId);
    }

    void clear() {
        end = BODY;
        count = 0;
        checkpoint = 0;
    }

    /** Adds an entry. */
    void entry(RecordKind kind, int generation, long group, Entry entry) {
        int body = begin(kind, generation, group, entry.encodedSize());
        entry.writeTo(bytes, body);
    }

    /** Adds any other record. */
    void record(RecordKind kind, int generation, long group, byte[] body) {
        int at = begin(kind, generation, group, body.length);
        System.arraycopy(body, 0, bytes, at, body.length);
    }

    private int begin(RecordKind kind, int generation, long group, int length) {
        int at = end;
        int body = at + Format.RECORD_HEADER;
        reserve(body + length);
        LittleEndian.putInt(bytes, at + 4, length);
        LittleEndian.putLong(bytes, at + 8, kind.number());
        LittleEndian.putInt(bytes, at + 12, generation);
        LittleEndian.putLong(bytes, at + 16, group);
        if (count == records.length) {
            records = Arrays.copyOf(records, 2 * count);
        }
        records[count++] = at;
        end = body + length;
        return body;
    }

    /** Says that the records so far state the groups as they were before those that follow. */
    void endCheckpoint() {
        checkpoint = count;
    }

    /** Adds all records of a batch that was read, without its checkpoint. */
    void copy(Batch batch) {
        int[] skip = {batch.header().checkpoint()};
        batch.forEach((kind, generation, group, position, from, lo, hi) -> {
            if (skip[0]-- <= 0) {
                int body = begin(kind, generation, group, hi - lo);
                System.arraycopy(from, lo, bytes, body, hi - lo);
            }
        });
    }

    /** Returns the bytes that the records take so far. */
    int length() {
        return end - BODY;
    }

    int count() {
        return count;
    }

    /** Returns where a record lies, by its number in the batch, if the batch is written at an offset. */
    int position(int record, long offset) {
        return (int) (offset + records[record]);
    }

    /** Returns the bytes that a record takes. */
    int size(int record) {
        return Format.RECORD_HEADER + LittleEndian.getInt(bytes, records[record] + 4);
    }

    /** Returns the checksum of the header that was sealed last. */
    int checksum() {
        return checksum;
    }

    /**
     * Sums the records for their place, writes the header, and returns what is to be written at that offset.
     */
    ByteBuffer seal(SegmentHeader segment, long offset, long sequence, int previous, int flags) {
        byte[] sumsOfRecords = new byte[4 * count];
        for (int i = 0; i < count; i++) {
            int at = records[i];
            int to = i + 1 < count ? records[i + 1] : end;
            int sum = sums.at(segment.number(), segment.incarnation(), offset + at, bytes, at + 4, to);
            LittleEndian.putInt(bytes, at, sum);
            LittleEndian.putInt(sumsOfRecords, 4 * i, sum);
        }
        int digest = Checksum.plain(sumsOfRecords, 0, sumsOfRecords.length);
        BatchHeader header = new BatchHeader(
                0, sequence, segment.incarnation(), previous, length(), count, digest, flags, checkpoint, offset);
        checksum = header.write(bytes, 0, sums, segment.number());
        int padded = (int) (Format.align(offset + end, segment.sector()) - offset);
        reserve(padded);
        Arrays.fill(bytes, end, padded, (byte) 0);
        return ByteBuffer.wrap(bytes, 0, padded);
    }

    private void reserve(int capacity) {
        if (capacity > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(capacity, 2 * bytes.length));
        }
    }
}
