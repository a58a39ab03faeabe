package io.lutra.wal;

import org.jspecify.annotations.Nullable;

/** What a record says. The numbers are part of the format; 0 is none of them, so that zeros are never a record. */
enum RecordKind {
    /** An entry; it replaces the group's entries from its index on. */
    ENTRY(1),
    /** An entry again, moved from an old segment; it replaces nothing. */
    COPY(2),
    /** Term, vote and commit index. */
    HARD_STATE(3),
    /** The entries up to an index are dropped. */
    COMPACT(4),
    /** A snapshot file is the group's newest. */
    SNAPSHOT(5),
    /** The whole state of a group, in place of all that was known of it. */
    GROUP(6);

    private static final RecordKind[] BY_NUMBER = {null, ENTRY, COPY, HARD_STATE, COMPACT, SNAPSHOT, GROUP};

    private final byte number;

    RecordKind(int number) {
        this.number = (byte) number;
    }

    byte number() {
        return number;
    }

    /** Returns the kind of a number, {@code null} if there is none. */
    static @Nullable RecordKind of(byte number) {
        return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }
}
