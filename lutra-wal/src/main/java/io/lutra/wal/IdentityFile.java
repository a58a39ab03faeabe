package io.lutra.wal;

import io.lutra.wal.WrongDirectoryException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The file that says whose a log is, and how often it was opened. Replaced as a whole.
 *
 * @param identity cluster and host
 * @param logId a random number that all checksums begin with
 * @param incarnation how often the log was opened; 0 when it was just created
 */
record IdentityFile(WalIdentity identity, long logId, long incarnation) {
    private static final int SIZE = 64;

    /** Reads the file, which must be there. */
    static IdentityFile read(Disk disk) throws IOException {
        byte[] bytes = new byte[SIZE];
        int length;
        try (DiskFile file = disk.openToRead(Format.IDENTITY)) {
            length = file.read(ByteBuffer.wrap(bytes), 0);
        }
        boolean whole = length == SIZE
                && Format.hasPreamble(bytes, Format.IDENTITY_MAGIC, Format.IDENTITY)
                && LittleEndian.getInt(bytes, Format.PREAMBLE) == Checksum.plain(bytes, 20, SIZE);
        if (!whole) {
            throw new WrongDirectoryException(
                    Reason.DAMAGED_IDENTITY, "the identity file of " + disk + " is not what was written");
        }
        UUID cluster = new UUID(LittleEndian.getLong(bytes, 24), LittleEndian.getLong(bytes, 32));
        return new IdentityFile(
                new WalIdentity(cluster, LittleEndian.getLong(bytes, 40)),
                LittleEndian.getLong(bytes, 48),
                LittleEndian.getLong(bytes, 56));
    }

    /** Writes the file, durably. */
    void write(Disk disk) throws IOException {
        byte[] bytes = new byte[SIZE];
        Format.putPreamble(bytes, Format.IDENTITY_MAGIC);
        LittleEndian.putLong(bytes, 24, identity.clusterId().getMostSignificantBits());
        LittleEndian.putLong(bytes, 32, identity.clusterId().getLeastSignificantBits());
        LittleEndian.putLong(bytes, 40, identity.hostId());
        LittleEndian.putLong(bytes, 48, logId);
        LittleEndian.putLong(bytes, 56, incarnation);
        LittleEndian.putInt(bytes, Format.PREAMBLE, Checksum.plain(bytes, 20, SIZE));
        String temporary = Format.IDENTITY + Format.TEMPORARY_SUFFIX;
        if (disk.list().contains(temporary)) {
            disk.delete(temporary);
        }
        try (DiskFile file = disk.create(temporary)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            file.sync();
        }
        disk.rename(temporary, Format.IDENTITY);
        disk.sync();
    }

    IdentityFile opened() {
        return new IdentityFile(identity, logId, incarnation + 1);
    }
}
