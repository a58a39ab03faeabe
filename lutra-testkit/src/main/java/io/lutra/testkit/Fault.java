package io.lutra.testkit;

/**
 * The kinds of faults that a simulated world has.
 *
 * <p>Some strike one operation by chance, at a rate; the others come and go, and are in force meanwhile.
 */
public enum Fault {
    /** The nodes fall into groups that do not hear of each other. */
    PARTITION_SPLIT(false),
    /** Messages from some nodes to the others are lost, those the other way arrive. */
    PARTITION_ONE_WAY(false),
    /** Two nodes do not hear of each other; all others hear of both. */
    PARTITION_PAIR(false),
    /** Two halves that are connected by one node alone. */
    PARTITION_BRIDGE(false),
    /** Each node hears of two neighbours only. */
    PARTITION_RING(false),
    /** A message is lost. */
    MESSAGE_LOSS(true),
    /** A message takes much longer than others, and those behind it wait. */
    MESSAGE_DELAY(true),
    /** A message is overtaken. */
    MESSAGE_REORDER(true),
    /** A message arrives twice. */
    MESSAGE_DUPLICATE(true),
    /** A message arrives with other bytes. */
    MESSAGE_CORRUPT(true),
    /** A link carries few bytes per second. */
    BANDWIDTH(false),
    /** A connection breaks, and what was under way in it is lost. */
    CONNECTION_RESET(false),
    /** A connection delivers nothing and does not break. */
    CONNECTION_STALL(false),
    /** A process dies; the system that it ran on does not. */
    KILL(false),
    /** A node loses its power and what it has not synced. */
    POWER_CUT(false),
    /** A process stands still. */
    PAUSE(false),
    /** A process is slow. */
    SLOW_PROCESS(false),
    /** A clock jumps. */
    CLOCK_JUMP(false),
    /** A clock goes too fast or too slow. */
    CLOCK_DRIFT(false),
    /** An operation on the disk fails. */
    DISK_ERROR(true),
    /** A write or read is short. */
    DISK_SHORT(true),
    /** The disk is full. */
    DISK_FULL(false),
    /** An operation on the disk is slow. */
    DISK_SLOW(true),
    /** A write or sync claims success and was lost. */
    DISK_LOST(true),
    /** A write or read meets the wrong sector. */
    DISK_MISDIRECTED(true),
    /** A bit flips while it is written or read. */
    DISK_CORRUPT(true),
    /** Bytes change while they lie on the disk. */
    DISK_ROT(false),
    /** A node comes back without its data. */
    DATA_LOST(false);

    private final boolean strikes;

    Fault(boolean strikes) {
        this.strikes = strikes;
    }

    /** Tells whether it strikes single operations by chance; else it comes and goes. */
    public boolean strikes() {
        return strikes;
    }
}
