package io.lutra.raft;

import io.lutra.raft.codec.ProtoException;
import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the log: a view of its own encoding, which is what is stored, sent and read back.
 *
 * <p>An entry is encoded once, where it gets its place in the log; there its data is copied, and nowhere else in this
 * library. One that a peer sent is a slice of the frame that brought it, bit for bit, so that it keeps that frame alive.
 * The bytes of an entry never change: {@link #data} copies, {@link #payload} and {@link #encoding} are read-only.
 *
 * <p>etcd: {@code raftpb.Entry}, fields type 1, term 2, index 3, data 4. Safe for use by many threads.
 */
public final class Entry {
    private static final int TYPE = 1;
    private static final int TERM = 2;
    private static final int INDEX = 3;
    private static final int DATA = 4;
    private static final int NO_DATA = -1;
    private static final byte[] NOTHING = {};
    private static final Entry EMPTY = new Entry(NOTHING, 0, 0);

    private final byte[] bytes;
    private final int from;
    private final int size;
    private final int dataFrom;
    private final int dataSize;
    private final int type;
    private final long term;
    private final long index;

    private Entry(byte[] bytes, int from, int to) {
        int type = 0;
        long term = 0;
        long index = 0;
        int dataFrom = NO_DATA;
        int dataSize = 0;
        ProtoReader reader = new ProtoReader(bytes, from, to);
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            switch (tag) {
                case TYPE << 3 | WireType.VARINT -> type = (int) reader.varint();
                case TERM << 3 | WireType.VARINT -> term = reader.varint();
                case INDEX << 3 | WireType.VARINT -> index = reader.varint();
                case DATA << 3 | WireType.LENGTH_DELIMITED -> {
                    dataSize = reader.length();
                    dataFrom = reader.position();
                    reader.advance(dataSize);
                }
                default -> reader.skip(tag);
            }
        }
        this.bytes = bytes;
        this.from = from;
        this.size = to - from;
        this.type = type;
        this.term = term;
        this.index = index;
        this.dataFrom = dataFrom;
        this.dataSize = dataSize;
    }

    private Entry(byte[] bytes, int type, long term, long index, int dataFrom, int dataSize) {
        this.bytes = bytes;
        this.from = 0;
        this.size = bytes.length;
        this.type = type;
        this.term = term;
        this.index = index;
        this.dataFrom = dataFrom;
        this.dataSize = dataSize;
    }

    /**
     * Encodes an entry that has its place in the log.
     *
     * <p>The type is left out when it is {@link EntryType#NORMAL}, and no data at all ({@code null}) is told from empty
     * data, as etcd does: limits count encoded bytes.
     *
     * @param data what the entry carries; it is copied
     */
    public static Entry of(long term, long index, EntryType type, byte @Nullable [] data) {
        if (type == EntryType.UNRECOGNIZED) {
            throw new IllegalArgumentException("an entry needs a type with a number");
        }
        return encode(
                type != EntryType.NORMAL, type.number(), true, term, index, data, 0, data == null ? 0 : data.length);
    }

    /** Encodes a normal entry that has its place in the log; the data is copied. */
    public static Entry of(long term, long index, byte[] data) {
        return of(term, index, EntryType.NORMAL, data);
    }

    /** Encodes an entry that is proposed: it has data but neither term nor index yet. The data is copied. */
    public static Entry proposal(EntryType type, byte @Nullable [] data) {
        return encode(type != EntryType.NORMAL, type.number(), false, 0, 0, data, 0, data == null ? 0 : data.length);
    }

    /**
     * Encodes the empty normal entry that takes the place of a refused membership change. Unlike a new leader's empty
     * entry it spells its type out, as etcd's does, and is two bytes larger.
     */
    public static Entry refusedChange(long term, long index) {
        return encode(true, 0, true, term, index, null, 0, 0);
    }

    /** Encodes this entry's type and data anew with a term and an index; the data is copied. */
    public Entry placed(long term, long index) {
        byte[] data = dataFrom == NO_DATA ? null : bytes;
        return encode(spellsType(), type, true, term, index, data, dataFrom, dataSize);
    }

    /**
     * Decodes an entry from its encoding, which it takes over: the caller must not change the array any more.
     *
     * @throws MalformedBytesException if the bytes are not an entry
     */
    public static Entry parse(byte[] encoding) {
        return parse(encoding, 0, encoding.length);
    }

    /**
     * Decodes an entry from {@code bytes[from, from + size)}, which it takes over: the caller must not change them any
     * more, and the entry keeps the whole array alive.
     *
     * @throws MalformedBytesException if the bytes are not an entry
     */
    public static Entry parse(byte[] bytes, int from, int size) {
        try {
            return slice(bytes, from, from + size);
        } catch (ProtoException e) {
            throw new MalformedBytesException("not an entry: " + e.getMessage());
        }
    }

    static Entry slice(byte[] bytes, int from, int to) {
        // Two bytes of a message can hold an empty entry; sharing it keeps what is allocated in proportion to the
        // input.
        return from == to ? EMPTY : new Entry(bytes, from, to);
    }

    private static Entry encode(
            boolean spellType,
            int type,
            boolean placed,
            long term,
            long index,
            byte @Nullable [] data,
            int dataFrom,
            int dataSize) {
        int size = spellType ? ProtoSize.field(type) : 0;
        size += placed ? ProtoSize.field(term) + ProtoSize.field(index) : 0;
        size += data == null ? 0 : ProtoSize.delimited(dataSize);
        byte[] bytes = new byte[size];
        ProtoWriter writer = new ProtoWriter(bytes, 0);
        if (spellType) {
            writer.field(TYPE, type);
        }
        if (placed) {
            writer.field(TERM, term);
            writer.field(INDEX, index);
        }
        if (data == null) {
            return new Entry(bytes, type, term, index, NO_DATA, 0);
        }
        writer.delimiter(DATA, dataSize);
        int start = writer.position();
        writer.raw(data, dataFrom, dataSize);
        return new Entry(bytes, type, term, index, start, dataSize);
    }

    private boolean spellsType() {
        if (type != 0) {
            return true;
        }
        ProtoReader reader = new ProtoReader(bytes, from, from + size);
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            if (tag == (TYPE << 3 | WireType.VARINT)) {
                return true;
            }
            reader.skip(tag);
        }
        return false;
    }

    /** Returns the term of the leader that appended the entry. */
    public long term() {
        return term;
    }

    /** Returns the entry's place in the log; the first is 1. */
    public long index() {
        return index;
    }

    /** Returns what the data is. */
    public EntryType type() {
        return EntryType.of(type);
    }

    /** Returns the number of the type on the wire, also when this version has no name for it. */
    public int typeNumber() {
        return type;
    }

    /** Returns a copy of the data; empty if there is none. */
    public byte[] data() {
        return dataSize == 0 ? NOTHING : Arrays.copyOfRange(bytes, dataFrom, dataFrom + dataSize);
    }

    /** Returns the data as a read-only view. */
    public ByteBuffer payload() {
        return dataSize == 0 ? view(0, 0) : view(dataFrom, dataSize);
    }

    /** Returns the number of bytes of data. */
    public int payloadSize() {
        return dataSize;
    }

    /** Returns the encoding as a read-only view: what is stored and sent. */
    public ByteBuffer encoding() {
        return view(from, size);
    }

    /** Returns the number of bytes of the encoding. */
    public int encodedSize() {
        return size;
    }

    /** Copies the encoding to {@code target} from {@code at} on and returns the place after it. */
    public int copyTo(byte[] target, int at) {
        System.arraycopy(bytes, from, target, at, size);
        return at + size;
    }

    void writeTo(ProtoWriter writer) {
        writer.raw(bytes, from, size);
    }

    private ByteBuffer view(int start, int length) {
        return ByteBuffer.wrap(bytes, start, length).slice().asReadOnlyBuffer();
    }

    /** Tells whether two entries have the same encoding. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Entry e && Arrays.equals(bytes, from, from + size, e.bytes, e.from, e.from + e.size);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(term) + Long.hashCode(index);
    }

    @Override
    public String toString() {
        return term + "/" + index + " " + type() + " " + dataSize + " bytes";
    }
}
