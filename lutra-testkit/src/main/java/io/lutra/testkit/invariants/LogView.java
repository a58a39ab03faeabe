package io.lutra.testkit.invariants;

import java.util.Arrays;

/**
 * A log as a checker needs it: of each entry its term, the hash of the log up to it, and whether it changes the
 * membership. What was compacted stays known until a snapshot takes the log's place.
 */
public final class LogView {
    /** The term of what the log does not have. */
    public static final long UNKNOWN = -1;

    private long base;
    private long baseTerm;
    private long baseHash;
    private long[] terms = new long[64];
    private long[] hashes = new long[64];
    /** For each entry, the index of the last change of the membership up to it, 0 if none is known. */
    private long[] changes = new long[64];

    private int size;

    /** Creates an empty log. */
    public LogView() {}

    /** Returns the index of the last entry. */
    public long last() {
        return base + size;
    }

    /** Returns the index before the first entry that is known. */
    public long base() {
        return base;
    }

    /** Returns the term of the last entry. */
    public long lastTerm() {
        return size == 0 ? baseTerm : terms[size - 1];
    }

    /** Returns the term at an index, {@link #UNKNOWN} if the log has none there. */
    public long term(long index) {
        long at = index - base;
        if (at < 0 || at > size) {
            return UNKNOWN;
        }
        return at == 0 ? baseTerm : terms[(int) at - 1];
    }

    /** Returns the hash of the log up to an index, which it must have. */
    public long hash(long index) {
        long at = index - base;
        return at == 0 ? baseHash : hashes[(int) at - 1];
    }

    /** Tells whether the log knows what is at an index. */
    public boolean knows(long index) {
        return index >= base && index <= last();
    }

    /** Returns the index of the last change of the membership up to an index, 0 if none is known. */
    public long lastChange(long index) {
        long at = Math.min(index - base, size);
        return at <= 0 ? 0 : changes[(int) at - 1];
    }

    /** Appends an entry after the last; {@code change} tells whether it changes the membership. */
    public void append(long term, long hash, boolean change) {
        if (size == terms.length) {
            terms = Arrays.copyOf(terms, 2 * size);
            hashes = Arrays.copyOf(hashes, 2 * size);
            changes = Arrays.copyOf(changes, 2 * size);
        }
        changes[size] = change ? last() + 1 : lastChange(last());
        terms[size] = term;
        hashes[size++] = hash;
    }

    /** Drops all entries after an index. */
    public void truncateTo(long index) {
        size = (int) Math.max(0, Math.min(size, index - base));
    }

    /** Replaces the log by a prefix of which only the last entry is known. */
    public void reset(long index, long term, long hash) {
        base = index;
        baseTerm = term;
        baseHash = hash;
        size = 0;
    }

    /** Makes this a copy. */
    public void copyFrom(LogView other) {
        base = other.base;
        baseTerm = other.baseTerm;
        baseHash = other.baseHash;
        size = other.size;
        if (terms.length < size) {
            terms = new long[other.terms.length];
            hashes = new long[other.terms.length];
            changes = new long[other.terms.length];
        }
        System.arraycopy(other.terms, 0, terms, 0, size);
        System.arraycopy(other.hashes, 0, hashes, 0, size);
        System.arraycopy(other.changes, 0, changes, 0, size);
    }
}
