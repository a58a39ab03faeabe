package io.lutra.raft.protocol;

import java.util.random.RandomGenerator;

/**
 * {@link StepFuzz} with a fuzzer's bytes in place of chance: they decide what happens to a node. The fuzzer looks for
 * bytes that reach new branches; CONTRIBUTING.md has the command.
 */
public final class StepFuzzTarget {
    private StepFuzzTarget() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        Choices choices = new Choices(input);
        StepFuzz fuzz = new StepFuzz(choices);
        while (choices.hasMore()) {
            fuzz.next();
        }
    }

    /** Reads numbers from bytes, small ones from one byte each, and zeros when the bytes are at their end. */
    private static final class Choices implements RandomGenerator {
        private final byte[] input;
        private int position;

        Choices(byte[] input) {
            this.input = input;
        }

        boolean hasMore() {
            return position < input.length;
        }

        private int nextByte() {
            return hasMore() ? input[position++] & 0xff : 0;
        }

        @Override
        public int nextInt(int bound) {
            return bound <= 256 ? nextByte() % bound : (nextByte() << 8 | nextByte()) % bound;
        }

        @Override
        public boolean nextBoolean() {
            return (nextByte() & 1) != 0;
        }

        @Override
        public long nextLong() {
            long value = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                value = value << 8 | nextByte();
            }
            return value;
        }
    }
}
