package io.lutra.wal;

import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a segment: they are there from when it is made, and never change.
 *
 * @param number the segment's place in the log, also its name; from 1 on
 * @param incarnation which opening of the log made it, and alone writes to it
 * @param size the size the file was allocated with
 * @param sector where batches after the first begin: at multiples of this
 */
record SegmentHeader(long number, long incarnation, long size, int sector) {
    static final int SIZE = 64;

    void write(byte[] page, long logId) {
        Format.putPreamble(page, Format.SEGMENT_MAGIC);
        LittleEndian.putInt(page, 20, sector);
        LittleEndian.putLong(page, 24, logId);
        LittleEndian.putLong(page, 32, number);
        LittleEndian.putLong(page, 40, incarnation);
        LittleEndian.putLong(page, 48, size);
        LittleEndian.putLong(page, 56, 0);
        LittleEndian.putInt(page, Format.PREAMBLE, Checksum.plain(page, 20, SIZE));
    }

    /**
     * Reads the header of the segment that stands under a number.
     *
     * @return {@code null} if the bytes are not a header
     * @throws WrongDirectoryException if they are that of another log, place or version
     */
    static @Nullable SegmentHeader read(byte[] page, long logId, long number) {
        String name = Format.segmentName(number);
        if (page.length < SIZE || !Format.hasPreamble(page, Format.SEGMENT_MAGIC, name)) {
            return null;
        }
        if (LittleEndian.getInt(page, Format.PREAMBLE) != Checksum.plain(page, 20, SIZE)) {
            return null;
        }
        SegmentHeader header = new SegmentHeader(
                LittleEndian.getLong(page, 32),
                LittleEndian.getLong(page, 40),
                LittleEndian.getLong(page, 48),
                LittleEndian.getInt(page, 20));
        if (LittleEndian.getLong(page, 24) != logId || header.number != number) {
            throw new WrongDirectoryException(
                    WrongDirectoryException.Reason.FOREIGN_FILE,
                    name + " is segment " + header.number + " of log "
                            + Long.toHexString(LittleEndian.getLong(page, 24)) + ", not of log "
                            + Long.toHexString(logId));
        }
        return isSector(header.sector) ? header : null;
    }

    private static boolean isSector(int bytes) {
        return bytes >= Format.MIN_SECTOR && bytes <= Format.MAX_SECTOR && Integer.bitCount(bytes) == 1;
    }
}
