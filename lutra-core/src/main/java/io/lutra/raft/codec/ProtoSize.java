package io.lutra.raft.codec;

/**
 * The number of bytes that fields take, tag included. All field numbers are below 16, so that a tag is one byte.
 *
 * <p>Sizes are added up as {@code long}s; whether an array can hold as much is for the caller to find out.
 */
public final class ProtoSize {
    private ProtoSize() {}

    /** Returns the size of a varint: 1 to 10 bytes. */
    public static int varint(long value) {
        // ceil(bits / 7) without a division: 9 / 64 is just above 1 / 7 for up to 64 bits.
        return (Long.SIZE * 10 - Long.numberOfLeadingZeros(value) * 9) >>> 6;
    }

    /** Returns the size of a varint field that is written whatever its value. */
    public static int field(long value) {
        return 1 + varint(value);
    }

    /** Returns the size of a varint field that is left out when it is zero. */
    public static int nonZero(long value) {
        return value == 0 ? 0 : field(value);
    }

    /** Returns the size of a length-delimited field with a body of {@code length} bytes. */
    public static long delimited(long length) {
        return 1 + varint(length) + length;
    }

    /** Returns the size of a length-delimited field that is left out when its body is empty. */
    public static long nonEmpty(long length) {
        return length == 0 ? 0 : delimited(length);
    }
}
