package io.lutra.wal;

import io.lutra.raft.Entry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shows what the log of a directory holds, and whether it is whole. Writes nothing.
 *
 * <p>A log that is in use is refused: a segment that is freed while it is read would look damaged.
 *
 * <p>Both commands return 0 if all is well, 1 if something is damaged.
 */
public final class WalTool {
    /** All went well, and all is well. */
    public static final int WHOLE = 0;

    /** Something is damaged; what was said tells what. */
    public static final int DAMAGED = 1;

    private static final int MAX_SHOWN_BYTES = 32;

    private final Disk disk;
    private final PrintWriter out;

    /** Looks at a directory and says what it finds. */
    public WalTool(Disk disk, PrintWriter out) {
        this.disk = disk;
        this.out = out;
    }

    /**
     * Checks every batch, every record, and every snapshot file of the groups, also the older ones. One that cannot be read
     * counts as damaged.
     *
     * @throws WrongDirectoryException if there is no log, it is in use, or it cannot be read
     */
    public int verify() {
        return reading(identity -> {
            try (Inspection log = new Inspection(disk, identity.logId())) {
                Opening.checkNotLost(disk, identity, log.log());
                out.println("cluster " + identity.identity().clusterId() + ", host "
                        + Long.toUnsignedString(identity.identity().hostId()) + ", opened " + identity.incarnation()
                        + " times");
                int damaged = log.damages().size();
                for (Damage damage : log.damages()) {
                    out.println("DAMAGED " + damage);
                }
                if (log.log().tornFrom() >= 0 && !log.log().segments().isEmpty()) {
                    out.println("the log ends at " + log.log().tornFrom() + " of "
                            + log.log()
                                    .segments()
                                    .get(log.log().segments().size() - 1)
                                    .name());
                }
                for (GroupState group : log.table().groups()) {
                    out.println(line(group));
                    damaged += group.status() == GroupRecord.Status.DAMAGED ? 1 : 0;
                    for (String name : log.snapshots(group)) {
                        damaged += verifySnapshot(identity, name);
                    }
                }
                out.println(damaged == 0 ? "whole" : damaged + " damaged");
                return damaged == 0 ? WHOLE : DAMAGED;
            }
        });
    }

    private int verifySnapshot(IdentityFile identity, String name) {
        try (SnapshotReader reader = new SnapshotReader(name, disk.openToRead(name), identity.logId(), () -> {})) {
            byte[] part = new byte[SnapshotWriter.MAX_CHUNK];
            long size = 0;
            for (int count = reader.read(part, 0, part.length); count >= 0; count = reader.read(part, 0, part.length)) {
                size += count;
            }
            out.println("  snapshot " + name + ": " + size + " bytes");
            return 0;
        } catch (WrongDirectoryException e) {
            throw e; // of a newer version
        } catch (WalException e) {
            out.println("DAMAGED " + e.getMessage());
            return 1;
        } catch (IOException e) {
            out.println("DAMAGED snapshot " + name + " cannot be opened: " + e.getMessage());
            return 1;
        }
    }

    private static String line(GroupState group) {
        String name = "group " + Long.toUnsignedString(group.id()) + " generation "
                + Integer.toUnsignedString(group.generation());
        return switch (group.status()) {
            case DROPPED -> name + ": dropped";
            case DAMAGED -> name + ": DAMAGED: " + group.damage();
            case LIVE ->
                name + ": term " + group.hardState().term() + " vote "
                        + Long.toUnsignedString(group.hardState().vote()) + " commit "
                        + group.hardState().commit() + ", entries "
                        + (group.index().offset() + 1) + " to "
                        + group.index().last() + ", snapshot "
                        + group.snapshot().index();
        };
    }

    /**
     * Prints the entries of all groups, or of one, from an index on: a line each, with at most 32 bytes of what they carry.
     *
     * @param group only this one, {@code null} for all
     * @param from the first index that is of interest
     * @param json whether each line is a JSON object
     * @throws WrongDirectoryException if there is no log, it is in use, or it cannot be read
     */
    public int dump(@Nullable Long group, long from, boolean json) {
        return reading(identity -> {
            try (Inspection log = new Inspection(disk, identity.logId())) {
                Opening.checkNotLost(disk, identity, log.log());
                boolean damaged = !log.damages().isEmpty();
                for (GroupState state : log.table().groups()) {
                    if (group != null && state.id() != group) {
                        continue;
                    }
                    out.println(json ? json(state) : line(state));
                    damaged |= state.status() == GroupRecord.Status.DAMAGED;
                    for (long index = Math.max(from, state.index().offset() + 1);
                            index <= state.index().last();
                            index++) {
                        if (state.index().isHole(index)) {
                            long last = state.index().lastHole(index);
                            out.println(missing(state, index, last, json));
                            index = last;
                        } else {
                            dump(identity, state, index, json);
                        }
                    }
                }
                return damaged ? DAMAGED : WHOLE;
            }
        });
    }

    private static String missing(GroupState state, long first, long last, boolean json) {
        if (json) {
            return "{\"group\":\"" + Long.toUnsignedString(state.id()) + "\",\"index\":" + first + ",\"last\":" + last
                    + ",\"missing\":true}";
        }
        return first == last ? "  " + first + " is missing" : "  " + first + " to " + last + " are missing";
    }

    private void dump(IdentityFile identity, GroupState state, long index, boolean json) {
        String place = state.index().segment(index).name() + "@" + state.index().position(index);
        Entry entry = new EntryRead(this, identity.logId(), state, List.of(index))
                .run()
                .get(0);
        out.println(
                json
                        ? "{\"group\":\"" + Long.toUnsignedString(state.id()) + "\",\"index\":" + index + ",\"term\":"
                                + entry.term() + ",\"type\":\"" + entry.type() + "\",\"bytes\":"
                                + entry.payloadSize() + ",\"at\":\"" + place + "\",\"data\":\"" + hex(entry) + "\"}"
                        : "  " + index + " term " + entry.term() + " " + entry.type() + " " + entry.payloadSize()
                                + " bytes at " + place + " " + hex(entry));
    }

    private static String json(GroupState group) {
        return "{\"group\":\"" + Long.toUnsignedString(group.id()) + "\",\"generation\":"
                + Integer.toUnsignedLong(group.generation()) + ",\"status\":\"" + group.status() + "\",\"term\":"
                + group.hardState().term() + ",\"vote\":\""
                + Long.toUnsignedString(group.hardState().vote())
                + "\",\"commit\":" + group.hardState().commit() + ",\"first\":"
                + (group.index().offset() + 1)
                + ",\"last\":" + group.index().last() + ",\"snapshot\":"
                + group.snapshot().index() + "}";
    }

    /** What users wrote is shown in hexadecimal digits: no byte of it reaches a terminal. */
    private static String hex(Entry entry) {
        ByteBuffer payload = entry.payload();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < MAX_SHOWN_BYTES && payload.hasRemaining(); i++) {
            int b = payload.get() & 0xff;
            text.append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 15, 16));
        }
        return payload.hasRemaining() ? text + "..." : text.toString();
    }

    private interface Reading {
        int run(IdentityFile identity) throws IOException;
    }

    private int reading(Reading reading) {
        try {
            IdentityFile identity = Opening.identityOf(disk);
            if (disk.isLocked(Format.LOCK)) {
                throw new WrongDirectoryException(WrongDirectoryException.Reason.IN_USE, disk + " is in use");
            }
            return reading.run(identity);
        } catch (IOException e) {
            throw new WrongDirectoryException(
                    WrongDirectoryException.Reason.NO_ACCESS, disk + " cannot be read: " + e.getMessage(), e);
        }
    }
}
