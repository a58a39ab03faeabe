package io.lutra.testkit;

/**
 * Random numbers that depend on a seed alone: the same in every run and on every JVM.
 *
 * <p>Concerns draw from forks of their own ({@link #fork}), so that one more draw in the network does not change what
 * the disk does. Not safe for use by many threads, not for secrets.
 *
 * <p>SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
 */
public final class SeededRandom {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final double UNIT = 0x1.0p-53;

    private final long seed;
    private long state;

    /** Starts the sequence of a seed; every seed is as good as any other. */
    public SeededRandom(long seed) {
        this.seed = seed;
        this.state = mix(seed);
    }

    /** Returns the seed that repeats this sequence. */
    public long seed() {
        return seed;
    }

    /** Returns a sequence of its own for a concern. It depends on the seed and the name, not on what was drawn here. */
    public SeededRandom fork(String concern) {
        return fork(concern.hashCode());
    }

    /** Returns a sequence of its own for one of many. It depends on the seed and the number, not on what was drawn here. */
    public SeededRandom fork(long number) {
        // Not symmetric in the two: fork 3 of seed 5 is not fork 5 of seed 3.
        return new SeededRandom(mix(seed + GOLDEN_GAMMA) + number * 0xd1b54a32d192ed03L);
    }

    /** Returns any of the 2^64 values. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Returns a value of {@code [0, bound)}; the bound is at least 1. */
    public int nextInt(int bound) {
        // Multiply and shift: a bias of at most 2^-32, and no loop.
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** Returns a value of {@code [lo, hi)}; {@code lo < hi}. */
    public int nextInt(int lo, int hi) {
        return lo + nextInt(hi - lo);
    }

    /** Returns a value of {@code [0, bound)}; the bound is at least 1. */
    public long nextLong(long bound) {
        return bound <= Integer.MAX_VALUE ? nextInt((int) bound) : Math.floorMod(nextLong(), bound);
    }

    /** Returns a value of {@code [lo, hi)}; {@code lo < hi}. */
    public long nextLong(long lo, long hi) {
        return lo + nextLong(hi - lo);
    }

    /** Returns a value of {@code [0, 1)}. */
    public double nextDouble() {
        return (nextLong() >>> 11) * UNIT;
    }

    /** Tells whether something that has this probability happens. Nothing is drawn when it is 0 or less. */
    public boolean chance(double probability) {
        return probability > 0 && nextDouble() < probability;
    }

    /** Fills an array with random bytes. */
    public void fill(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (nextLong() >>> 56);
        }
    }

    /** Shuffles an array; each order is as likely as any other. */
    public void shuffle(int[] values) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = nextInt(i + 1);
            int moved = values[i];
            values[i] = values[j];
            values[j] = moved;
        }
    }

    /** Scrambles 64 bits, each of which changes about half of the result. */
    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
