package io.lutra.testkit;

/**
 * Runs a random test with many seeds. A failure says, in one line, how to repeat it alone:
 * {@code -Dlutra.seed=N} makes every such test run with that seed only.
 */
public final class Seeds {
    private static final String PROPERTY = "lutra.seed";

    /** A test that depends on a seed. */
    public interface SeededTest {
        /** Throws if the test fails. */
        void run(long seed) throws Exception;
    }

    private Seeds() {}

    /** Runs a test with {@code count} seeds from {@code first} on. */
    public static void check(long first, long count, SeededTest test) {
        Long alone = Long.getLong(PROPERTY);
        if (alone != null) {
            runOne(alone, test);
            return;
        }
        for (long seed = first; seed < first + count; seed++) {
            runOne(seed, test);
        }
    }

    private static void runOne(long seed, SeededTest test) {
        try {
            test.run(seed);
        } catch (Exception | AssertionError e) {
            throw new AssertionError("repeat with -D" + PROPERTY + "=" + seed + ": " + e, e);
        }
    }
}
