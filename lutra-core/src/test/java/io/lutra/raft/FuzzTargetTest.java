package io.lutra.raft;

import io.lutra.raft.protocol.StepFuzzTarget;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The fuzzer's targets, with bytes that no fuzzer chose: that they run, and what is found without looking for long. */
class FuzzTargetTest {
    @Test
    void randomBytesAreDecodedOrRefused() {
        Property.check(20_000, 1, random -> DecoderFuzzTarget.fuzzerTestOneInput(bytes(random, 40)));
    }

    /** Small bytes are tags and lengths of what is short: they get further. */
    @Test
    void bytesThatLookLikeFieldsAreDecodedOrRefused() {
        byte[] tags = {0x08, 0x10, 0x12, 0x18, 0x1a, 0x20, 0x22, 0x28, 0x30, 0x3a, 0x40, 0x4a, 0x50, 0x58, 0x62, 0x72};
        Property.check(20_000, 1, random -> {
            byte[] input = bytes(random, 40);
            for (int i = 0; i < input.length; i++) {
                input[i] = random.nextBoolean() ? tags[random.nextInt(tags.length)] : (byte) random.nextInt(8);
            }
            DecoderFuzzTarget.fuzzerTestOneInput(input);
        });
    }

    @Test
    void bytesDecideWhatHappensToANode() {
        Property.check(500, 1, random -> StepFuzzTarget.fuzzerTestOneInput(bytes(random, 2_000)));
    }

    private static byte[] bytes(SplittableRandom random, int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }
}
