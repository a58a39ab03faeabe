package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One replica's part in a {@link ConfChangeV2}. etcd: {@code raftpb.ConfChangeSingle}. */
public final class ConfChangeSingle {
    private static final int TYPE = 1;
    private static final int NODE_ID = 2;
    private static final ConfChangeSingle EMPTY = new ConfChangeSingle(0, 0, 0);

    private final int type;
    private final long nodeId;
    /** Bit n is set if field n is spelled out. */
    private final int spelled;

    ConfChangeSingle(int type, long nodeId, int spelled) {
        this.type = type;
        this.nodeId = nodeId;
        this.spelled = spelled;
    }

    /** Returns a change of one replica. */
    public static ConfChangeSingle of(ConfChangeType type, long nodeId) {
        if (type == ConfChangeType.UNRECOGNIZED) {
            throw new MisuseException("a change needs a type with a number");
        }
        return ofNumber(type.number(), nodeId);
    }

    /**
     * Reads changes from operations such as {@code "v1 l2 r3 u4"}: 1 becomes a voter, 2 a learner, 3 is removed, 4 is
     * updated. It is what {@link Describe#changes} prints.
     *
     * @throws MisuseException if one of them is none of these
     */
    public static List<ConfChangeSingle> listOf(String operations) {
        List<ConfChangeSingle> changes = new ArrayList<>();
        for (String operation : operations.strip().split("\\s+", 0)) {
            if (!operation.isEmpty()) {
                changes.add(ofOperation(operation));
            }
        }
        return List.copyOf(changes);
    }

    private static ConfChangeSingle ofOperation(String operation) {
        ConfChangeType type = switch (operation.charAt(0)) {
            case 'v' -> ConfChangeType.ADD_NODE;
            case 'l' -> ConfChangeType.ADD_LEARNER_NODE;
            case 'r' -> ConfChangeType.REMOVE_NODE;
            case 'u' -> ConfChangeType.UPDATE_NODE;
            default -> throw new MisuseException("no change begins like " + operation);
        };
        try {
            return of(type, Long.parseUnsignedLong(operation.substring(1)));
        } catch (NumberFormatException e) {
            throw new MisuseException("no change of a replica: " + operation);
        }
    }

    static ConfChangeSingle ofNumber(int type, long nodeId) {
        return new ConfChangeSingle(type, nodeId, 1 << TYPE | 1 << NODE_ID);
    }

    /** Returns what happens to the replica. */
    public ConfChangeType type() {
        return ConfChangeType.of(type);
    }

    /** Returns the number of the type on the wire, also when this version has no name for it. */
    public int typeNumber() {
        return type;
    }

    /** Returns the replica; 0 is a change that does nothing. */
    public long nodeId() {
        return nodeId;
    }

    /** Returns the encoding as {@code raftpb.ConfChangeSingle}. */
    public byte[] encode() {
        byte[] bytes = new byte[encodedSize()];
        writeTo(new ProtoWriter(bytes, 0));
        return bytes;
    }

    /**
     * Decodes a change of one replica.
     *
     * @throws MalformedBytesException if the bytes are not one
     */
    public static ConfChangeSingle parse(byte[] bytes) {
        return Encoding.decode("a change of one replica", bytes, 0, bytes.length, ConfChangeSingle::read);
    }

    static ConfChangeSingle read(ProtoReader reader) {
        if (reader.remaining() == 0) {
            // Two bytes of a change can hold an empty part; sharing it keeps what is allocated in proportion.
            return EMPTY;
        }
        int type = 0;
        long nodeId = 0;
        int spelled = 0;
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            switch (tag) {
                case TYPE << 3 | WireType.VARINT -> type = (int) reader.varint();
                case NODE_ID << 3 | WireType.VARINT -> nodeId = reader.varint();
                default -> {
                    reader.skip(tag);
                    continue;
                }
            }
            spelled |= 1 << (tag >>> 3);
        }
        return new ConfChangeSingle(type, nodeId, spelled);
    }

    int encodedSize() {
        return (spells(TYPE) ? ProtoSize.field(type) : 0) + (spells(NODE_ID) ? ProtoSize.field(nodeId) : 0);
    }

    void writeTo(ProtoWriter writer) {
        if (spells(TYPE)) {
            writer.field(TYPE, type);
        }
        if (spells(NODE_ID)) {
            writer.field(NODE_ID, nodeId);
        }
    }

    private boolean spells(int field) {
        return (spelled & 1 << field) != 0;
    }

    /** Tells whether two changes say the same, whichever fields they spell out. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConfChangeSingle that && type == that.type && nodeId == that.nodeId;
    }

    @Override
    public int hashCode() {
        return 31 * type + Long.hashCode(nodeId);
    }

    @Override
    public String toString() {
        return type() + "(" + Long.toUnsignedString(nodeId) + ")";
    }
}
