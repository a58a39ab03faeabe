package io.lutra.testkit.disk;

import io.lutra.testkit.Fault;

/** What can go wrong with an operation on a disk. */
public enum DiskFault {
    /**
     * The operation fails with a {@link SimulatedIOException}. A write may have written a part. A sync may have made a
     * part durable and forgets the rest, so that the next one succeeds without it, as Linux does.
     */
    ERROR,

    /** A write or read does less than was asked, at least one byte, and says so in its result. */
    SHORT,

    /** What takes room fails because the disk is full. */
    NO_SPACE,

    /** The operation takes a thousand times as long; see {@link SimulatedDisk#takeElapsedNanos}. */
    SLOW,

    /**
     * The operation claims success. A sync made nothing durable yet; a write is read back until a crash, and then gone: each byte
     * of it that was not written again, whatever became durable around it.
     */
    LOST,

    /** A write or read meets another sector than the one that was asked for, and claims success. */
    MISDIRECTED,

    /** One bit of what is written or read is flipped. */
    CORRUPT;

    /** Returns what this is among all faults of a simulated world. */
    public Fault kind() {
        return switch (this) {
            case ERROR -> Fault.DISK_ERROR;
            case SHORT -> Fault.DISK_SHORT;
            case NO_SPACE -> Fault.DISK_FULL;
            case SLOW -> Fault.DISK_SLOW;
            case LOST -> Fault.DISK_LOST;
            case MISDIRECTED -> Fault.DISK_MISDIRECTED;
            case CORRUPT -> Fault.DISK_CORRUPT;
        };
    }

    /** Tells whether an operation can meet this fault. */
    public boolean canMeet(DiskOperation operation) {
        return switch (this) {
            case ERROR, SLOW -> true;
            case SHORT, MISDIRECTED, CORRUPT -> operation == DiskOperation.READ || operation == DiskOperation.WRITE;
            case NO_SPACE ->
                switch (operation) {
                    case CREATE, WRITE, ALLOCATE, CREATE_DIRECTORY, RENAME -> true;
                    default -> false;
                };
            case LOST ->
                switch (operation) {
                    case WRITE, SYNC, SYNC_DIRECTORY -> true;
                    default -> false;
                };
        };
    }
}
