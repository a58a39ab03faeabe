package io.lutra.raft;

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
    private static final int PLACE = 1 << TERM | 1 << INDEX;
    private static final byte[] NOTHING = {};
    private static final Entry EMPTY = new Entry(NOTHING, 0, 0, 0, 0, 0, 0);

    private final byte[] bytes;
    private final int from;
    private final int size;
    private final int dataFrom;
    private final int dataSize;
    private final int type;
    private final long term;
    private final long index;
    /** Bit n is set if field n is spelled out. */
    private final int spelled;

    /** Decodes what is left of a message that is read. */
    private Entry(ProtoReader reader) {
        this.bytes = reader.array();
        this.from = reader.position();
        this.size = reader.remaining();
        int type = 0;
        long term = 0;
        long index = 0;
        int dataFrom = 0;
        int dataSize = 0;
        int spelled = 0;
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
                default -> {
                    reader.skip(tag);
                    continue;
                }
            }
            spelled |= 1 << (tag >>> 3);
        }
        this.type = type;
        this.term = term;
        this.index = index;
        this.dataFrom = dataFrom;
        this.dataSize = dataSize;
        this.spelled = spelled;
    }

    private Entry(byte[] bytes, int spelled, int type, long term, long index, int dataFrom, int dataSize) {
        this.bytes = bytes;
        this.from = 0;
        this.size = bytes.length;
        this.spelled = spelled;
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
        return encode(PLACE | typeAndData(type, data), type.number(), term, index, data);
    }

    /** Encodes a normal entry that has its place in the log; the data is copied. */
    public static Entry of(long term, long index, byte[] data) {
        return of(term, index, EntryType.NORMAL, data);
    }

    /** Encodes an entry that is proposed: it has data but neither term nor index yet. The data is copied. */
    public static Entry proposal(EntryType type, byte @Nullable [] data) {
        return encode(typeAndData(type, data), type.number(), 0, 0, data);
    }

    /**
     * Encodes the empty normal entry that takes the place of a refused membership change. Unlike a new leader's empty
     * entry it spells its type out, as etcd's does, and is two bytes larger.
     */
    public static Entry refusedChange(long term, long index) {
        return encode(PLACE | 1 << TYPE, 0, term, index, null);
    }

    /**
     * Encodes this entry's type and data anew with a term and an index; the data is copied. Whether a type or empty data
     * are spelled out stays as it was, and unknown fields are dropped.
     */
    public Entry placed(long term, long index) {
        return encode(spelled | PLACE, type, term, index, bytes, dataFrom, dataSize);
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
        return Encoding.decode("an entry", bytes, from, size, Entry::read);
    }

    static Entry read(ProtoReader reader) {
        // Two bytes of a message can hold an empty entry: sharing it keeps what is allocated in proportion to the
        // input.
        return reader.remaining() == 0 ? EMPTY : new Entry(reader);
    }

    private static int typeAndData(EntryType type, byte @Nullable [] data) {
        if (type == EntryType.UNRECOGNIZED) {
            throw new MisuseException("an entry needs a type with a number");
        }
        return (type == EntryType.NORMAL ? 0 : 1 << TYPE) | (data == null ? 0 : 1 << DATA);
    }

    static Entry encode(int spelled, int type, long term, long index, byte @Nullable [] data) {
        return data == null
                ? encode(spelled, type, term, index, NOTHING, 0, 0)
                : encode(spelled, type, term, index, data, 0, data.length);
    }

    private static Entry encode(int spelled, int type, long term, long index, byte[] data, int dataFrom, int dataSize) {
        boolean spellsType = (spelled & 1 << TYPE) != 0;
        boolean spellsTerm = (spelled & 1 << TERM) != 0;
        boolean spellsIndex = (spelled & 1 << INDEX) != 0;
        boolean spellsData = (spelled & 1 << DATA) != 0;
        long size = (spellsType ? ProtoSize.field(type) : 0)
                + (spellsTerm ? ProtoSize.field(term) : 0)
                + (spellsIndex ? ProtoSize.field(index) : 0)
                + (spellsData ? ProtoSize.delimited(dataSize) : 0);
        byte[] bytes = new byte[Encoding.arraySize(size)];
        ProtoWriter writer = new ProtoWriter(bytes, 0);
        if (spellsType) {
            writer.field(TYPE, type);
        }
        if (spellsTerm) {
            writer.field(TERM, term);
        }
        if (spellsIndex) {
            writer.field(INDEX, index);
        }
        if (spellsData) {
            writer.delimiter(DATA, dataSize);
            writer.raw(data, dataFrom, dataSize);
        }
        // The data comes last, so it begins where its size before the end is.
        return new Entry(bytes, spelled, type, term, index, bytes.length - dataSize, dataSize);
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
        return view(dataFrom, dataSize);
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

    /** Writes the encoding to {@code target} from {@code at} on and returns the place after it. */
    public int writeTo(byte[] target, int at) {
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
        return Long.toUnsignedString(term) + "/" + Long.toUnsignedString(index) + " " + type() + " " + dataSize
                + " bytes";
    }
}
