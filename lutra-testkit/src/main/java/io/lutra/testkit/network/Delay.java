package io.lutra.testkit.network;

import io.lutra.testkit.SeededRandom;

/** How long messages are under way: a distribution. */
public interface Delay {
    /** Draws a delay in nanoseconds, at least 0. */
    long drawNanos(SeededRandom random);

    /** Always the same. */
    static Delay constant(long nanos) {
        return random -> nanos;
    }

    /** Any of {@code [lo, hi)}, each as likely as any other. */
    static Delay uniform(long loNanos, long hiNanos) {
        return random -> random.nextLong(loNanos, hiNanos);
    }

    /** From {@code lo} on, mostly near it, and once in a while up to {@code hi}: half are below an eighth of the way. */
    static Delay longTail(long loNanos, long hiNanos) {
        return random -> {
            double u = random.nextDouble();
            return loNanos + (long) (u * u * u * (hiNanos - loNanos));
        };
    }
}
