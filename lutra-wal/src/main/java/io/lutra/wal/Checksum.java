package io.lutra.wal;

import java.util.zip.CRC32C;

/**
 * CRC32C of bytes that belong to one place: log, segment, incarnation and offset are summed before them, so that bytes
 * which were moved, left over or written by another log never pass. Not safe for use by many threads.
 */
final class Checksum {
    private final CRC32C crc = new CRC32C();
    private final byte[] place = new byte[32];

    Checksum(long logId) {
        LittleEndian.putLong(place, 0, logId);
    }

    /** Returns the sum of {@code bytes[from, to)} as they stand at {@code offset} of a segment. */
    int at(long segment, long incarnation, long offset, byte[] bytes, int from, int to) {
        LittleEndian.putLong(place, 8, segment);
        LittleEndian.putLong(place, 16, incarnation);
        LittleEndian.putLong(place, 24, offset);
        crc.reset();
        crc.update(place, 0, place.length);
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }

    /** Returns the plain sum of {@code bytes[from, to)}. */
    static int plain(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }
}
