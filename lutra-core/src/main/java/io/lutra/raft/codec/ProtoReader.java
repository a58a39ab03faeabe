package io.lutra.raft.codec;

import java.util.Objects;

/**
 * Reads the fields of one protobuf message from a range of a byte array, without copying it.
 *
 * <p>The loop of a decoder is {@code while ((tag = reader.nextTag()) != END)} with a {@code switch} over the tags it
 * knows, and {@link #skip} for all others. A nested message is read by the same reader between {@link #enter} and
 * {@link #leave}, with a loop of its own.
 *
 * <p>Nothing here allocates in proportion to a length that the input claims: lengths are checked against what is left
 * first. Nesting, of messages and of unknown groups, is bounded by {@value #MAX_DEPTH}. Whatever is wrong with the bytes
 * ends in a {@link ProtoException}. For one thread.
 */
public final class ProtoReader {
    /** What {@link #nextTag} returns after the last field. No field has this tag: field number 0 is refused. */
    public static final int END = 0;

    /** How deep messages and groups may nest. */
    public static final int MAX_DEPTH = 64;

    private static final int MAX_FIELD_NUMBER = (1 << 29) - 1;

    private final byte[] bytes;
    private int position;
    private int end;
    private int depth;

    /** Reads {@code bytes[from, from + size)}. */
    public ProtoReader(byte[] bytes, int from, int size) {
        Objects.checkFromIndexSize(from, size, bytes.length);
        this.bytes = bytes;
        this.position = from;
        this.end = from + size;
    }

    /** Returns the array that is read. */
    public byte[] array() {
        return bytes;
    }

    /** Returns the place in the array of the next byte that is read. */
    public int position() {
        return position;
    }

    /** Returns how many bytes are left of the message that is read. */
    public int remaining() {
        return end - position;
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

    /** Reads a varint of at most ten bytes and 64 bits; it may be longer than its value needs. */
    public long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
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
        if (length < 0 || length > remaining()) {
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

    /** Moves past {@code length} bytes, as {@link #length} returned them. */
    public void advance(int length) {
        position += length;
    }

    /**
     * Reads the length of a nested message and confines the reader to it: {@link #nextTag} ends where it ends.
     *
     * @return what {@link #leave} needs to go on behind it
     */
    public int enter() {
        int length = length();
        deeper();
        int outerEnd = end;
        end = position + length;
        return outerEnd;
    }

    /** Goes on behind a nested message that was read to its end. */
    public void leave(int outerEnd) {
        end = outerEnd;
        depth--;
    }

    /**
     * Returns how many more fields of this message have {@code tag}, the one whose tag was just read among them, so that
     * a list can be allocated in its final size. The reader stays where it is.
     */
    public int count(int tag) {
        int start = position;
        int count = 0;
        for (int next = tag; next != END; next = nextTag()) {
            count += next == tag ? 1 : 0;
            skip(next);
        }
        position = start;
        return count;
    }

    /** Skips the value of an unknown field whose tag was just read. */
    public void skip(int tag) {
        switch (tag & 7) {
            case WireType.VARINT -> varint();
            case WireType.FIXED64 -> skipFixed(8);
            case WireType.LENGTH_DELIMITED -> advance(length());
            case WireType.START_GROUP -> skipGroup(tag >>> 3);
            case WireType.END_GROUP -> throw new ProtoException("a group ends that did not start");
            case WireType.FIXED32 -> skipFixed(4);
            default -> throw new ProtoException("wire type " + (tag & 7) + " does not exist");
        }
    }

    private void skipFixed(int length) {
        if (length > remaining()) {
            throw new ProtoException("a fixed-size field is cut");
        }
        position += length;
    }

    private void skipGroup(int number) {
        deeper();
        for (int tag = nextTag(); tag != END; tag = nextTag()) {
            if ((tag & 7) == WireType.END_GROUP) {
                if (tag >>> 3 != number) {
                    throw new ProtoException("group " + number + " is ended by group " + (tag >>> 3));
                }
                depth--;
                return;
            }
            skip(tag);
        }
        throw new ProtoException("group " + number + " does not end");
    }

    private void deeper() {
        if (++depth > MAX_DEPTH) {
            throw new ProtoException("messages or groups nest deeper than " + MAX_DEPTH);
        }
    }
}
