package io.lutra.wal;

import java.util.Arrays;

/** The terms of a stretch of the log, as the indexes where a new one begins. Few: a term is a leader's. */
final class TermRuns {
    private long[] starts = new long[4];
    private long[] terms = new long[4];
    private int size;

    int size() {
        return size;
    }

    long start(int run) {
        return starts[run];
    }

    long term(int run) {
        return terms[run];
    }

    /** Notes the term of the entry after all noted before it. */
    void append(long index, long term) {
        if (size > 0 && terms[size - 1] == term) {
            return;
        }
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, 2 * size);
            terms = Arrays.copyOf(terms, 2 * size);
        }
        starts[size] = index;
        terms[size++] = term;
    }

    /** Returns the term at an index that lies in the stretch. */
    long at(long index) {
        int found = Arrays.binarySearch(starts, 0, size, index);
        return terms[found >= 0 ? found : -found - 2];
    }

    /** Forgets the indexes from {@code index} on. */
    void truncateFrom(long index) {
        while (size > 0 && starts[size - 1] >= index) {
            size--;
        }
    }

    /** Forgets the indexes before {@code first}. */
    void dropBefore(long first) {
        int drop = 0;
        while (drop + 1 < size && starts[drop + 1] <= first) {
            drop++;
        }
        if (drop > 0) {
            System.arraycopy(starts, drop, starts, 0, size - drop);
            System.arraycopy(terms, drop, terms, 0, size - drop);
            size -= drop;
        }
        if (size > 0 && starts[0] < first) {
            starts[0] = first;
        }
    }

    boolean equalTo(TermRuns other) {
        return size == other.size
                && Arrays.equals(starts, 0, size, other.starts, 0, size)
                && Arrays.equals(terms, 0, size, other.terms, 0, size);
    }

    void clear() {
        size = 0;
    }
}
