package io.lutra.raft;

import io.lutra.raft.codec.ProtoException;
import io.lutra.raft.codec.ProtoReader;
import java.util.function.Function;

/** Decodes ranges of bytes, and turns what is wrong with them into the error that callers know. */
final class Decoder {
    private Decoder() {}

    static <T> T decode(String what, byte[] bytes, int from, int size, Function<ProtoReader, T> read) {
        ProtoReader reader = new ProtoReader(bytes, from, size);
        try {
            return read.apply(reader);
        } catch (ProtoException e) {
            throw new MalformedBytesException(
                    "not " + what + ": " + e.getMessage() + ", at byte " + (reader.position() - from) + " of " + size);
        }
    }
}
