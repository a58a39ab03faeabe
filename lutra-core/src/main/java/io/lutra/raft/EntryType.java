package io.lutra.raft;

/** What an entry's data is. etcd: {@code raftpb.EntryType}. */
public enum EntryType {
    /** A command of the application, or nothing at all: a new leader's first entry is empty. */
    NORMAL(0),
    /** A {@link ConfChange}. */
    CONF_CHANGE(1),
    /** A {@link ConfChangeV2}. */
    CONF_CHANGE_V2(2),
    /** A number that this version does not know; the entry keeps it. */
    UNRECOGNIZED(-1);

    private final int number;

    EntryType(int number) {
        this.number = number;
    }

    /** Returns the number on the wire, or -1 for {@link #UNRECOGNIZED}. */
    public int number() {
        return number;
    }

    /** Tells whether an entry of this type changes the membership. */
    public boolean isConfChange() {
        return this == CONF_CHANGE || this == CONF_CHANGE_V2;
    }

    /** Returns the type with a number, {@link #UNRECOGNIZED} if there is none. */
    public static EntryType of(int number) {
        return switch (number) {
            case 0 -> NORMAL;
            case 1 -> CONF_CHANGE;
            case 2 -> CONF_CHANGE_V2;
            default -> UNRECOGNIZED;
        };
    }
}
