package io.lutra.raft;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Something that holds for whatever chance comes up with. A failure names the one seed that repeats it. */
public final class Property {
    private Property() {}

    /** Checks a property so many times, each with its own random numbers. */
    public static void check(int rounds, long seed, Consumer<SplittableRandom> property) {
        for (int round = 0; round < rounds; round++) {
            try {
                property.accept(new SplittableRandom(seed + round));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("Property.check(1, " + (seed + round) + "L, ...) repeats this: " + e, e);
            }
        }
    }
}
