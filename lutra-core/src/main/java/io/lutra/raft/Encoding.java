package io.lutra.raft;

import io.lutra.raft.codec.ProtoException;
import io.lutra.raft.codec.ProtoReader;
import java.util.function.Function;

/** What all encodings have in common: how they are read from a range of bytes, and how large they may be. */
final class Encoding {
    /** The largest array that JVMs make. */
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private Encoding() {}

    /** Reads a range of bytes, and turns what is wrong with them into the error that callers know. */
    static <T> T decode(String what, byte[] bytes, int from, int size, Function<ProtoReader, T> read) {
        ProtoReader reader = new ProtoReader(bytes, from, size);
        try {
            return read.apply(reader);
        } catch (ProtoException e) {
            throw new MalformedBytesException(
                    "not " + what + ": " + e.getMessage() + ", at byte " + (reader.position() - from) + " of " + size);
        }
    }

    /** Returns the size of an encoding as that of an array. */
    static int arraySize(long size) {
        if (size > LARGEST_ARRAY) {
            throw new MisuseException("an encoding of " + size + " bytes does not fit into an array");
        }
        return (int) size;
    }
}
