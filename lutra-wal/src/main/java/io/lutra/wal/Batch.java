package io.lutra.wal;

import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A batch of records as it was read: whole, or not at all. */
final class Batch {
    /** Gets the records of a batch, in order. */
    interface RecordReader {
        /**
         * Takes a record in.
         *
         * @param position where the record begins in its segment
         * @param from where its body begins in {@code bytes}, which are valid during the call alone
         */
        void record(RecordKind kind, int generation, long group, int position, byte[] bytes, int from, int to);
    }

    private final long segment;
    private final long offset;
    private final BatchHeader header;
    private final byte[] body;

    private Batch(long segment, long offset, BatchHeader header, byte[] body) {
        this.segment = segment;
        this.offset = offset;
        this.header = header;
        this.body = body;
    }

    /**
     * Checks a batch whose header was read.
     *
     * @param bytes its records, from {@code at} on
     * @param spare is used for a copy if it is large enough
     * @return {@code null} if a record is not what was written, or is missing
     */
    static @Nullable Batch check(
            BatchHeader header, Checksum sums, long segment, long offset, byte[] bytes, int at, byte[] spare) {
        CRC32C digest = new CRC32C();
        int to = at + header.length();
        int from = at;
        for (int i = 0; i < header.count(); i++) {
            if (to - from < Format.RECORD_HEADER) {
                return null;
            }
            int length = LittleEndian.getInt(bytes, from + 4);
            if (length < 0 || length > to - from - Format.RECORD_HEADER || RecordKind.of(bytes[from + 8]) == null) {
                return null;
            }
            int end = from + Format.RECORD_HEADER + length;
            long position = offset + Format.BATCH_HEADER + from - at;
            int sum = sums.at(segment, header.incarnation(), position, bytes, from + 4, end);
            if (sum != LittleEndian.getInt(bytes, from)) {
                return null;
            }
            digest.update(bytes, from, 4);
            from = end;
        }
        if (from != to || (int) digest.getValue() != header.digest()) {
            return null;
        }
        byte[] body = spare.length >= header.length() ? spare : new byte[header.length()];
        System.arraycopy(bytes, at, body, 0, header.length());
        return new Batch(segment, offset, header, body);
    }

    long segment() {
        return segment;
    }

    long offset() {
        return offset;
    }

    BatchHeader header() {
        return header;
    }

    byte[] body() {
        return body;
    }

    /** Returns the offset after the last record. */
    long end() {
        return offset + Format.BATCH_HEADER + header.length();
    }

    void forEach(RecordReader reader) {
        int from = 0;
        for (int i = 0; i < header.count(); i++) {
            int end = from + Format.RECORD_HEADER + LittleEndian.getInt(body, from + 4);
            RecordKind kind = RecordKind.of(body[from + 8]);
            if (kind == null) {
                throw new IllegalStateException("a checked batch has a record of no kind");
            }
            reader.record(
                    kind,
                    LittleEndian.getInt(body, from + 12),
                    LittleEndian.getLong(body, from + 16),
                    (int) (offset + Format.BATCH_HEADER + from),
                    body,
                    from + Format.RECORD_HEADER,
                    end);
            from = end;
        }
    }
}
