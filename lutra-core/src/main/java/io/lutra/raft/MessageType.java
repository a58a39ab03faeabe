package io.lutra.raft;

/** What a message says. The numbers are those of etcd's {@code raftpb.MessageType}. */
public enum MessageType {
    HUP(0, "MsgHup"),
    BEAT(1, "MsgBeat"),
    PROP(2, "MsgProp"),
    APP(3, "MsgApp"),
    APP_RESP(4, "MsgAppResp"),
    VOTE(5, "MsgVote"),
    VOTE_RESP(6, "MsgVoteResp"),
    SNAP(7, "MsgSnap"),
    HEARTBEAT(8, "MsgHeartbeat"),
    HEARTBEAT_RESP(9, "MsgHeartbeatResp"),
    UNREACHABLE(10, "MsgUnreachable"),
    SNAP_STATUS(11, "MsgSnapStatus"),
    CHECK_QUORUM(12, "MsgCheckQuorum"),
    TRANSFER_LEADER(13, "MsgTransferLeader"),
    TIMEOUT_NOW(14, "MsgTimeoutNow"),
    READ_INDEX(15, "MsgReadIndex"),
    READ_INDEX_RESP(16, "MsgReadIndexResp"),
    PRE_VOTE(17, "MsgPreVote"),
    PRE_VOTE_RESP(18, "MsgPreVoteResp"),
    STORAGE_APPEND(19, "MsgStorageAppend"),
    STORAGE_APPEND_RESP(20, "MsgStorageAppendResp"),
    STORAGE_APPLY(21, "MsgStorageApply"),
    STORAGE_APPLY_RESP(22, "MsgStorageApplyResp"),
    FORGET_LEADER(23, "MsgForgetLeader"),
    /** A number that this version does not know; a node refuses it. */
    UNRECOGNIZED(-1, "MsgUnrecognized");

    private static final MessageType[] BY_NUMBER = values();

    private final int number;
    private final String wireName;

    MessageType(int number, String wireName) {
        this.number = number;
        this.wireName = wireName;
    }

    /** Returns the number on the wire, or -1 for {@link #UNRECOGNIZED}. */
    public int number() {
        return number;
    }

    /** Returns the name that etcd's raft prints, such as {@code MsgApp}. */
    public String wireName() {
        return wireName;
    }

    /** Tells whether the type never crosses a network: it is between a node, its clock and its storage threads. */
    public boolean isLocal() {
        return switch (this) {
            case HUP, BEAT, UNREACHABLE, SNAP_STATUS, CHECK_QUORUM -> true;
            case STORAGE_APPEND, STORAGE_APPEND_RESP, STORAGE_APPLY, STORAGE_APPLY_RESP -> true;
            default -> false;
        };
    }

    /** Tells whether the type answers another message, so that it must come from a known peer. */
    public boolean isResponse() {
        return switch (this) {
            case APP_RESP, VOTE_RESP, HEARTBEAT_RESP, READ_INDEX_RESP, PRE_VOTE_RESP -> true;
            case UNREACHABLE, STORAGE_APPEND_RESP, STORAGE_APPLY_RESP -> true;
            default -> false;
        };
    }

    /** Returns the type with a number, {@link #UNRECOGNIZED} if there is none. */
    public static MessageType of(int number) {
        return number >= 0 && number < BY_NUMBER.length - 1 ? BY_NUMBER[number] : UNRECOGNIZED;
    }
}
