package io.lutra.raft.codec;

/**
 * Writes fields into an array that the caller has sized with {@link ProtoSize}. Field numbers are below 16. Too small an
 * array is the caller's error and ends in an {@link IndexOutOfBoundsException}. For one thread.
 */
public class ProtoWriter {
    private final byte[] bytes;
    private int position;

    /** Writes to {@code bytes} from {@code position} on. */
    public ProtoWriter(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
    }

    /** Returns the place in the array of the next byte that is written. */
    public final int position() {
        return position;
    }

    /** Writes a varint without a tag. */
    public final void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[position++] = (byte) rest;
    }

    /** Writes a varint field, also when it is zero. */
    public final void field(int number, long value) {
        bytes[position++] = (byte) (number << 3 | WireType.VARINT);
        varint(value);
    }

    /** Writes a varint field unless it is zero. */
    public final void nonZero(int number, long value) {
        if (value != 0) {
            field(number, value);
        }
    }

    /** Writes the tag and length of a length-delimited field; its body is for the caller to write. */
    public final void delimiter(int number, int length) {
        bytes[position++] = (byte) (number << 3 | WireType.LENGTH_DELIMITED);
        varint(length);
    }

    /** Writes a bytes field, also when it is empty. */
    public final void field(int number, byte[] value) {
        delimiter(number, value.length);
        raw(value, 0, value.length);
    }

    /** Writes a bytes field unless it is empty. */
    public final void nonEmpty(int number, byte[] value) {
        if (value.length > 0) {
            field(number, value);
        }
    }

    /** Writes bytes as they are. */
    public void raw(byte[] source, int from, int length) {
        System.arraycopy(source, from, bytes, position, length);
        position += length;
    }
}
