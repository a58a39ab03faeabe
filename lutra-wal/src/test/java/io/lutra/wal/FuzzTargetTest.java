package io.lutra.wal;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The fuzzer's targets, with bytes that no fuzzer chose: that they run, and what is found without looking for long. */
class FuzzTargetTest {
    private interface Target {
        void run(byte[] input) throws Exception;
    }

    @Test
    void anyLogIsRefusedOrOpensToTheSameState() {
        check(1_500, 300, RecoveryFuzzTarget::fuzzerTestOneInput);
    }

    @Test
    void anySnapshotIsRefusedOrWhatWasWritten() {
        check(3_000, 200, SnapshotFuzzTarget::fuzzerTestOneInput);
    }

    private static void check(int times, int most, Target target) {
        Long alone = Long.getLong("lutra.seed");
        for (long seed = alone == null ? 0 : alone; seed < (alone == null ? times : alone + 1); seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] input = new byte[random.nextInt(most)];
            random.nextBytes(input);
            try {
                target.run(input);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("repeat with -Dlutra.seed=" + seed + ": " + e, e);
            }
        }
    }
}
