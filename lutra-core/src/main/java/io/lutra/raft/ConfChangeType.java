package io.lutra.raft;

/** What a change does to one replica. etcd: {@code raftpb.ConfChangeType}. */
public enum ConfChangeType {
    /** Adds a voter, or promotes a learner to one. */
    ADD_NODE(0),
    /** Removes a voter or learner. */
    REMOVE_NODE(1),
    /** Changes nothing in Raft: for applications that keep addresses in the context. */
    UPDATE_NODE(2),
    /** Adds a learner, or demotes a voter to one. */
    ADD_LEARNER_NODE(3),
    /** A number that this version does not know. A change that holds it is refused when it is proposed. */
    UNRECOGNIZED(-1);

    private final int number;

    ConfChangeType(int number) {
        this.number = number;
    }

    /** Returns the number on the wire, or -1 for {@link #UNRECOGNIZED}. */
    public int number() {
        return number;
    }

    /** Returns the type with a number, {@link #UNRECOGNIZED} if there is none. */
    public static ConfChangeType of(int number) {
        return switch (number) {
            case 0 -> ADD_NODE;
            case 1 -> REMOVE_NODE;
            case 2 -> UPDATE_NODE;
            case 3 -> ADD_LEARNER_NODE;
            default -> UNRECOGNIZED;
        };
    }
}
