package io.lutra.raft;

/** A change of the membership in either of its forms. etcd: {@code raftpb.ConfChangeI}. */
public sealed interface MembershipChange permits ConfChange, ConfChangeV2 {
    /** Returns the change in the form that can say everything. */
    ConfChangeV2 asV2();

    /** Returns the type of the entry that carries the change. */
    EntryType entryType();

    /** Returns the encoding: the data of that entry. */
    byte[] encode();

    /**
     * Decodes the change that an entry carries.
     *
     * @throws MalformedBytesException if its data is not a change of the entry's type
     * @throws MisuseException if the entry is not of a type that carries one
     */
    static MembershipChange of(Entry entry) {
        return switch (entry.type()) {
            case CONF_CHANGE -> ConfChange.unmarshal(entry.data());
            case CONF_CHANGE_V2 -> ConfChangeV2.unmarshal(entry.data());
            default -> throw new MisuseException("no membership change: " + entry);
        };
    }
}
