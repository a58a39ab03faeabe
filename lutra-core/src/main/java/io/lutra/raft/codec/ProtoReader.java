package io.lutra.raft.codec;

/**
 * Reads the fields of one protobuf message from a range of a byte array, without copying it.
 *
 * <p>The loop of a decoder is {@code while ((tag = reader.nextTag()) != END)} with a {@code switch} over the tags it
 * knows, and {@link #skip} for all others. Nested messages are read by {@link #nested}, which shares the array.
 *
 * <p>Nothing here allocates in proportion to a length that the input claims: lengths are checked against what is left
 * first. Nesting, of messages and of unknown groups, is bounded by {@value #MAX_DEPTH}.
 */
public final class ProtoReader {
    /** What {@link #nextTag} returns after the last field. No field has this tag: field number 0 is refused. */
    public static final int END = 0;

    /** How deep messages and groups may nest. */
    public static final int MAX_DEPTH = 64;

    private static final int MAX_FIELD_NUMBER = (1 << 29) - 1;

    private final byte[] bytes;
    private final int depth;
    private final int end;
    private int position;

    /** Reads {@code bytes[from, to)}. */
    public ProtoReader(byte[] bytes, int from, int to) {
        this(bytes, from, to, 0);
    }

    private ProtoReader(byte[] bytes, int from, int to, int depth) {
        if (depth > MAX_DEPTH) {
            throw new ProtoException("messages nest deeper than " + MAX_DEPTH);
        }
        this.bytes = bytes;
        this.position = from;
        this.end = to;
        this.depth = depth;
    }

    /** Returns the place in the array of the next byte that is read. */
    public int position() {
        return position;
    }

    /** Tells whether bytes are left to read. */
    public boolean hasMore() {
        return position != end;
    }

    /** Returns the next field's number and wire type, {@code number << 3 | type}, or {@link #END}. */
    public int nextTag() {
        if (position == end) {
            return END;
        }
        long tag = varint();
        long number = tag >>> 3;
        if (number == 0 || number > MAX_FIELD_NUMBER) {
            throw new ProtoException("field number " + Long.toUnsignedString(number) + " is out of range");
        }
        return (int) tag;
    }

    /** Reads a varint of at most ten bytes and 64 bits. */
    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position == end) {
                throw new ProtoException("a varint is cut");
            }
            byte b = bytes[position++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                if (shift == 63 && b > 1) {
                    break;
                }
                return value;
            }
        }
        throw new ProtoException("a varint has more than 64 bits");
    }

    /** Reads a varint as a bool: anything but zero is true. */
    public boolean bool() {
        return varint() != 0;
    }

    /** Reads the length of a length-delimited field and checks that so many bytes follow. */
    public int length() {
        long length = varint();
        if (length < 0 || length > end - position) {
            throw new ProtoException("a length of " + Long.toUnsignedString(length) + " is past the end");
        }
        return (int) length;
    }

    /** Reads a bytes field into a new array. */
    public byte[] bytes() {
        int length = length();
        byte[] value = new byte[length];
        System.arraycopy(bytes, position, value, 0, length);
        position += length;
        return value;
    }

    /** Reads a length-delimited field and returns a reader of its bytes, which it skips here. */
    public ProtoReader nested() {
        int length = length();
        ProtoReader nested = new ProtoReader(bytes, position, position + length, depth + 1);
        position += length;
        return nested;
    }

    /** Moves past {@code length} bytes, as {@link #length} returned them. */
    public void advance(int length) {
        position += length;
    }

    /** Skips the value of an unknown field whose tag was just read. */
    public void skip(int tag) {
        skip(tag, depth);
    }

    private void skip(int tag, int level) {
        switch (tag & 7) {
            case WireType.VARINT -> varint();
            case WireType.FIXED64 -> skipFixed(8);
            case WireType.LENGTH_DELIMITED -> position += length();
            case WireType.START_GROUP -> skipGroup(tag >>> 3, level + 1);
            case WireType.END_GROUP -> throw new ProtoException("a group ends that did not start");
            case WireType.FIXED32 -> skipFixed(4);
            default -> throw new ProtoException("wire type " + (tag & 7) + " does not exist");
        }
    }

    private void skipFixed(int length) {
        if (length > end - position) {
            throw new ProtoException("a fixed-size field is cut");
        }
        position += length;
    }

    private void skipGroup(int number, int level) {
        if (level > MAX_DEPTH) {
            throw new ProtoException("groups nest deeper than " + MAX_DEPTH);
        }
        for (int tag = nextTag(); tag != END; tag = nextTag()) {
            if ((tag & 7) == WireType.END_GROUP) {
                if (tag >>> 3 != number) {
                    throw new ProtoException("group " + number + " is ended by group " + (tag >>> 3));
                }
                return;
            }
            skip(tag, level);
        }
        throw new ProtoException("group " + number + " does not end");
    }
}
