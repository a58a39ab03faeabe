package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of one replica's place in the membership, by the simple protocol. Thesis §4.1.
 *
 * <p>etcd: {@code raftpb.ConfChange}. Its size counts against limits, so it remembers which fields it spells out: type and
 * node id always when it is made here, what came over the wire otherwise.
 */
public final class ConfChange implements MembershipChange {
    private static final int ID = 1;
    private static final int TYPE = 2;
    private static final int NODE_ID = 3;
    private static final int CONTEXT = 4;

    private final long id;
    private final int type;
    private final long nodeId;
    private final byte[] context;
    /** Bit n is set if field n is spelled out. */
    private final int spelled;

    ConfChange(long id, int type, long nodeId, byte[] context, int spelled) {
        this.id = id;
        this.type = type;
        this.nodeId = nodeId;
        this.context = context;
        this.spelled = spelled;
    }

    /**
     * Returns a change.
     *
     * @param id the application's own number of the change; 0 is not sent
     * @param nodeId the replica that is added, removed or changed
     * @param context what the application says about the change; it is copied
     */
    public static ConfChange of(long id, ConfChangeType type, long nodeId, byte[] context) {
        if (type == ConfChangeType.UNRECOGNIZED) {
            throw new MisuseException("a change needs a type with a number");
        }
        int spelled = 1 << TYPE | 1 << NODE_ID | (id == 0 ? 0 : 1 << ID) | (context.length == 0 ? 0 : 1 << CONTEXT);
        return new ConfChange(id, type.number(), nodeId, context.clone(), spelled);
    }

    /** Returns a change that has neither a number nor a context. */
    public static ConfChange of(ConfChangeType type, long nodeId) {
        return of(0, type, nodeId, new byte[0]);
    }

    /** Returns the application's own number of the change. */
    public long id() {
        return id;
    }

    /** Returns what happens to the replica. */
    public ConfChangeType type() {
        return ConfChangeType.of(type);
    }

    /** Returns the number of the type on the wire, also when this version has no name for it. */
    public int typeNumber() {
        return type;
    }

    /** Returns the replica that is added, removed or changed. */
    public long nodeId() {
        return nodeId;
    }

    /** Returns a copy of what the application says about the change. */
    public byte[] context() {
        return context.clone();
    }

    @Override
    public ConfChangeV2 asV2() {
        return ConfChangeV2.of(ConfChangeTransition.AUTO, List.of(ConfChangeSingle.ofNumber(type, nodeId)), context);
    }

    @Override
    public EntryType entryType() {
        return EntryType.CONF_CHANGE;
    }

    @Override
    public byte[] encode() {
        long size = (spells(ID) ? ProtoSize.field(id) : 0)
                + (spells(TYPE) ? ProtoSize.field(type) : 0)
                + (spells(NODE_ID) ? ProtoSize.field(nodeId) : 0)
                + (spells(CONTEXT) ? ProtoSize.delimited(context.length) : 0);
        byte[] bytes = new byte[Encoding.arraySize(size)];
        ProtoWriter writer = new ProtoWriter(bytes, 0);
        if (spells(ID)) {
            writer.field(ID, id);
        }
        if (spells(TYPE)) {
            writer.field(TYPE, type);
        }
        if (spells(NODE_ID)) {
            writer.field(NODE_ID, nodeId);
        }
        if (spells(CONTEXT)) {
            writer.field(CONTEXT, context);
        }
        return bytes;
    }

    private boolean spells(int field) {
        return (spelled & 1 << field) != 0;
    }

    /**
     * Decodes a change.
     *
     * @throws MalformedBytesException if the bytes are not a change
     */
    public static ConfChange unmarshal(byte[] bytes) {
        return Encoding.decode("a configuration change", bytes, 0, bytes.length, ConfChange::read);
    }

    private static ConfChange read(ProtoReader reader) {
        long id = 0;
        int type = 0;
        long nodeId = 0;
        byte[] context = new byte[0];
        int spelled = 0;
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            switch (tag) {
                case ID << 3 | WireType.VARINT -> id = reader.varint();
                case TYPE << 3 | WireType.VARINT -> type = (int) reader.varint();
                case NODE_ID << 3 | WireType.VARINT -> nodeId = reader.varint();
                case CONTEXT << 3 | WireType.LENGTH_DELIMITED -> context = reader.bytes();
                default -> {
                    reader.skip(tag);
                    continue;
                }
            }
            spelled |= 1 << (tag >>> 3);
        }
        return new ConfChange(id, type, nodeId, context, spelled);
    }

    /** Tells whether two changes say the same, whichever fields they spell out. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConfChange that
                && id == that.id
                && type == that.type
                && nodeId == that.nodeId
                && Arrays.equals(context, that.context);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id) * 31 * 31 + type * 31 + Long.hashCode(nodeId);
    }

    @Override
    public String toString() {
        return type() + "(" + Long.toUnsignedString(nodeId) + ")";
    }
}
