package io.lutra.wal;

/** The sizes and marks of {@code docs/wal-format.md}. All sizes and offsets are bytes. */
final class Format {
    static final int VERSION = 1;

    /** "LUTRAWAL", "LUTRAIDN", "LUTRASNP" and "LBAT" as they stand in the file. */
    static final long SEGMENT_MAGIC = 0x4C4157415254554CL;

    static final long IDENTITY_MAGIC = 0x4E4449415254554CL;
    static final long SNAPSHOT_MAGIC = 0x504E53415254554CL;
    static final int BATCH_MAGIC = 0x5441424C;

    /** Magic, version and their sum: the same in every version of every file. */
    static final int PREAMBLE = 16;

    /** The first batch of a segment begins here, whatever the sector size. */
    static final int SEGMENT_HEADER = 4096;

    static final int BATCH_HEADER = 56;
    static final int RECORD_HEADER = 24;

    /** Batches begin at multiples of it at least, so a reader that lost its way looks at every one. */
    static final int MIN_SECTOR = 512;

    static final int MAX_SECTOR = 4096;
    static final int MIN_SEGMENT = 32 << 10;
    static final int MAX_SEGMENT = 1 << 30;

    /** The last number of a segment: half of what they are counted with, so that there always is a next one. */
    static final int MAX_NUMBER = 0x3fff_ffff;

    /** What the digits of a number up to the last one match. */
    static final String NUMBER = "0{8}[0-3][0-9a-f]{7}";

    /** The batch was asked for to say that everything before it was durable. */
    static final int ATTEST = 1;

    static final String IDENTITY = "identity";
    static final String LOCK = "lock";
    static final String SEGMENT_SUFFIX = ".seg";
    static final String SNAPSHOT_SUFFIX = ".snap";
    static final String TEMPORARY_SUFFIX = ".tmp";

    private Format() {}

    static String segmentName(long number) {
        return String.format(java.util.Locale.ROOT, "%016x%s", number, SEGMENT_SUFFIX);
    }

    /** Returns the number in a segment's name, -1 if it is not one: from 1 to {@link #MAX_NUMBER}. */
    static long segmentNumber(String name) {
        if (!name.matches("(?!0{16})" + NUMBER + "\\.seg")) {
            return -1;
        }
        return Long.parseLong(name.substring(0, 16), 16);
    }

    static long align(long offset, int sector) {
        return (offset + sector - 1) / sector * sector;
    }

    /** Writes magic, version and their sum at the beginning of a file's first bytes. */
    static void putPreamble(byte[] bytes, long magic) {
        LittleEndian.putLong(bytes, 0, magic);
        LittleEndian.putInt(bytes, 8, VERSION);
        LittleEndian.putInt(bytes, 12, Checksum.plain(bytes, 0, 12));
    }

    /**
     * Tells whether a file begins as one of this version does.
     *
     * @throws WrongDirectoryException if it is whole and of a newer version
     */
    static boolean hasPreamble(byte[] bytes, long magic, String name) {
        if (LittleEndian.getLong(bytes, 0) != magic || LittleEndian.getInt(bytes, 12) != Checksum.plain(bytes, 0, 12)) {
            return false;
        }
        int version = LittleEndian.getInt(bytes, 8);
        if (version != VERSION) {
            throw new WrongDirectoryException(
                    WrongDirectoryException.Reason.NEWER_FORMAT,
                    name + " has format version " + Integer.toUnsignedString(version) + "; this library reads "
                            + VERSION);
        }
        return true;
    }
}
