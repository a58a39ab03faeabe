package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.HardState;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.SnapshotMetadata;
import java.util.Arrays;

/**
 * The whole state of a group, as a checkpoint tells it.
 *
 * @param status whether the group is in use, dropped, or known to be damaged
 * @param hardState term, vote and commit index
 * @param offset the index before the first entry
 * @param offsetTerm the term at that index
 * @param last the index of the last entry; {@code offset} if there is none
 * @param runs the terms of the entries
 * @param snapshot what the newest snapshot stands for
 */
record GroupRecord(
        Status status,
        HardState hardState,
        long offset,
        long offsetTerm,
        long last,
        TermRuns runs,
        SnapshotMetadata snapshot) {

    /** Whether a group can be used. The numbers are part of the format. */
    enum Status {
        LIVE(1),
        DAMAGED(2),
        DROPPED(3);

        private final int number;

        Status(int number) {
            this.number = number;
        }

        static Status of(int number) {
            return switch (number) {
                case 1 -> LIVE;
                case 2 -> DAMAGED;
                case 3 -> DROPPED;
                default -> throw new MalformedBytesException("no group has status " + number);
            };
        }
    }

    private static final int FIXED = 76;
    private static final int RUN = 16;

    /** The state of a group that was just made, or dropped. */
    static GroupRecord empty(Status status) {
        return new GroupRecord(status, HardState.EMPTY, 0, 0, 0, new TermRuns(), SnapshotMetadata.EMPTY);
    }

    byte[] encode() {
        byte[] confState = snapshot.confState().encode();
        byte[] body = new byte[FIXED + confState.length + RUN * runs.size()];
        LittleEndian.putInt(body, 0, status.number);
        LittleEndian.putLong(body, 4, hardState.term());
        LittleEndian.putLong(body, 12, hardState.vote());
        LittleEndian.putLong(body, 20, hardState.commit());
        LittleEndian.putLong(body, 28, offset);
        LittleEndian.putLong(body, 36, offsetTerm);
        LittleEndian.putLong(body, 44, last);
        LittleEndian.putLong(body, 52, snapshot.index());
        LittleEndian.putLong(body, 60, snapshot.term());
        LittleEndian.putInt(body, 68, confState.length);
        LittleEndian.putInt(body, 72, runs.size());
        System.arraycopy(confState, 0, body, FIXED, confState.length);
        int at = FIXED + confState.length;
        for (int i = 0; i < runs.size(); i++, at += RUN) {
            LittleEndian.putLong(body, at, runs.start(i));
            LittleEndian.putLong(body, at + 8, runs.term(i));
        }
        return body;
    }

    /** Returns the bytes that {@link #encode} takes at most for a group of so many runs and such a membership. */
    static int size(int runs, int confStateSize) {
        return FIXED + confStateSize + RUN * runs;
    }

    /**
     * Decodes the body of a record.
     *
     * @throws MalformedBytesException if it does not hold together
     */
    static GroupRecord parse(byte[] bytes, int from, int to) {
        byte[] body = Arrays.copyOfRange(bytes, from, to);
        int confState = body.length < FIXED ? -1 : LittleEndian.getInt(body, 68);
        int count = body.length < FIXED ? -1 : LittleEndian.getInt(body, 72);
        if (confState < 0 || count < 0 || FIXED + (long) confState + (long) RUN * count != body.length) {
            throw new MalformedBytesException("a group's state of " + body.length + " bytes does not hold together");
        }
        long offset = LittleEndian.getLong(body, 28);
        long last = LittleEndian.getLong(body, 44);
        if (offset < 0 || last < offset || (last == offset) != (count == 0)) {
            throw new MalformedBytesException("a group cannot have entries (" + offset + ", " + last + "]");
        }
        TermRuns runs = new TermRuns();
        long before = offset;
        for (int i = 0; i < count; i++) {
            int at = FIXED + confState + RUN * i;
            long start = LittleEndian.getLong(body, at);
            boolean follows = i == 0 ? start == offset + 1 : start > before;
            if (!follows || start > last) {
                throw new MalformedBytesException(
                        "a term cannot begin at " + start + " of (" + offset + ", " + last + "]");
            }
            runs.append(start, LittleEndian.getLong(body, at + 8));
            before = start;
        }
        return new GroupRecord(
                Status.of(LittleEndian.getInt(body, 0)),
                HardState.of(
                        LittleEndian.getLong(body, 4), LittleEndian.getLong(body, 12), LittleEndian.getLong(body, 20)),
                offset,
                LittleEndian.getLong(body, 36),
                last,
                runs,
                SnapshotMetadata.of(
                        ConfState.parse(Arrays.copyOfRange(body, FIXED, FIXED + confState)),
                        LittleEndian.getLong(body, 52),
                        LittleEndian.getLong(body, 60)));
    }
}
