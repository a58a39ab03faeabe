package io.lutra.raft;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;

/**
 * Decodes a fuzzer's bytes as everything that there is. They are refused by a {@link MalformedBytesException}, or are a
 * value that is the same after it was encoded and decoded again. CONTRIBUTING.md has the command.
 */
public final class DecoderFuzzTarget {
    private DecoderFuzzTarget() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        decode(input, Message::parse, Message::data);
        decode(input, Snapshot::parse, Snapshot::encode);
        decode(input, HardState::parse, HardState::encode);
        decode(input, ConfState::parse, ConfState::encode);
        decode(input, ConfChange::unmarshal, ConfChange::encode);
        decode(input, ConfChangeV2::unmarshal, ConfChangeV2::encode);
        decode(input, Entry::parse, DecoderFuzzTarget::bytes);
    }

    private static byte[] bytes(Entry entry) {
        byte[] bytes = new byte[entry.encodedSize()];
        entry.encoding().get(bytes);
        return bytes;
    }

    private static <T> void decode(byte[] input, Function<byte[], T> decoder, Function<T, byte[]> encoder) {
        T value;
        try {
            value = decoder.apply(input.clone());
        } catch (MalformedBytesException e) {
            return;
        }
        byte[] encoded = encoder.apply(value);
        T again = decoder.apply(encoded.clone());
        // Describing a value is for logs: it must not fail either.
        if (!again.equals(value) || !Objects.equals(again.toString(), value.toString())) {
            throw new AssertionError(value + " became " + again);
        }
        if (!Arrays.equals(encoder.apply(again), encoded)) {
            throw new AssertionError(value + " is encoded in two ways");
        }
    }
}
