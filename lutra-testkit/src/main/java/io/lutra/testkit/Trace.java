package io.lutra.testkit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a run: a hash of all of it, and the last of it in words.
 *
 * <p>Cheap enough for every event: words are made only when somebody reads them, so what is recorded must not change
 * any more.
 */
public final class Trace {
    /** How many records are kept. */
    public static final int LAST = 256;

    private final long[] times = new long[LAST];
    private final @Nullable String[] kinds = new String[LAST];
    private final long[] from = new long[LAST];
    private final long[] to = new long[LAST];
    private final @Nullable Object[] details = new Object[LAST];
    private long records;
    /** Not 0 at first, where a value of 0 would leave no mark. */
    private long hash = 1;

    Trace() {}

    /** Returns a hash of everything that was recorded and folded, in its order. */
    public long hash() {
        return hash;
    }

    /** Lets a value change the hash; nothing is kept. */
    public void fold(long value) {
        // Not commutative, and a bijection of the value for every hash: no single difference is lost.
        hash = (Long.rotateLeft(hash, 25) ^ value) * 0x9e3779b97f4a7c15L;
    }

    /**
     * Records that something happened.
     *
     * @param kind a constant, part of the hash
     * @param from part of the hash, as is {@code to}
     * @param detail only for the reader, not part of the hash
     */
    public void record(long timeNanos, String kind, long from, long to, @Nullable Object detail) {
        int slot = (int) (records++ & (LAST - 1));
        times[slot] = timeNanos;
        kinds[slot] = kind;
        this.from[slot] = from;
        this.to[slot] = to;
        details[slot] = detail;
        fold(kind.hashCode() ^ from << 32 ^ to);
    }

    /** Returns the last records, a line each, the newest last. */
    public String last(int count) {
        StringBuilder lines = new StringBuilder();
        for (long i = Math.max(0, records - Math.min(count, LAST)); i < records; i++) {
            int slot = (int) (i & (LAST - 1));
            lines.append(String.format(
                    Locale.ROOT, "%,15d ns  %-12s %d %d", times[slot], kinds[slot], from[slot], to[slot]));
            if (details[slot] != null) {
                lines.append("  ").append(details[slot]);
            }
            lines.append('\n');
        }
        return lines.toString();
    }
}
