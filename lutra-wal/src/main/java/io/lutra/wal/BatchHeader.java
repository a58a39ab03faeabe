package io.lutra.wal;

import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a batch.
 *
 * @param checksum of this header, at its place
 * @param sequence the batch's number in the log
 * @param incarnation which opening of the log wrote it
 * @param previous the checksum of the header of the batch before it, which it attests
 * @param length the bytes of the records
 * @param count how many records there are
 * @param digest the plain CRC32C of the records' checksums, in order
 * @param flags {@link Format#ATTEST} or 0
 * @param checkpoint how many records at the beginning state the groups as they were before
 * @param offset where in its segment the batch was written
 */
record BatchHeader(
        int checksum,
        long sequence,
        long incarnation,
        int previous,
        int length,
        int count,
        int digest,
        int flags,
        int checkpoint,
        long offset) {

    /** Writes the header and returns its checksum; that of this value is not used. */
    int write(byte[] bytes, int at, Checksum sums, long segment) {
        LittleEndian.putInt(bytes, at, Format.BATCH_MAGIC);
        LittleEndian.putLong(bytes, at + 8, sequence);
        LittleEndian.putLong(bytes, at + 16, incarnation);
        LittleEndian.putInt(bytes, at + 24, previous);
        LittleEndian.putInt(bytes, at + 28, length);
        LittleEndian.putInt(bytes, at + 32, count);
        LittleEndian.putInt(bytes, at + 36, digest);
        LittleEndian.putInt(bytes, at + 40, flags);
        LittleEndian.putInt(bytes, at + 44, checkpoint);
        LittleEndian.putLong(bytes, at + 48, offset);
        int sum = sums.at(segment, incarnation, offset, bytes, at + 8, at + Format.BATCH_HEADER);
        LittleEndian.putInt(bytes, at + 4, sum);
        return sum;
    }

    /**
     * Reads the header of a batch of a segment; {@code null} if there is none. It need not lie where it was written: whoever
     * asks compares the {@link #offset}.
     */
    static @Nullable BatchHeader read(byte[] bytes, int at, Checksum sums, long segment) {
        if (LittleEndian.getInt(bytes, at) != Format.BATCH_MAGIC) {
            return null;
        }
        BatchHeader header = new BatchHeader(
                LittleEndian.getInt(bytes, at + 4),
                LittleEndian.getLong(bytes, at + 8),
                LittleEndian.getLong(bytes, at + 16),
                LittleEndian.getInt(bytes, at + 24),
                LittleEndian.getInt(bytes, at + 28),
                LittleEndian.getInt(bytes, at + 32),
                LittleEndian.getInt(bytes, at + 36),
                LittleEndian.getInt(bytes, at + 40),
                LittleEndian.getInt(bytes, at + 44),
                LittleEndian.getLong(bytes, at + 48));
        int sum = sums.at(segment, header.incarnation, header.offset, bytes, at + 8, at + Format.BATCH_HEADER);
        return sum == header.checksum ? header : null;
    }
}
