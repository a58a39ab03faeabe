package io.lutra.raft.log;

import io.lutra.raft.Entry;
import java.util.List;

/** Sizes of lists of entries in encoded bytes and in bytes of payload: limits count the one or the other. */
public final class Sizes {
    private Sizes() {}

    /** Returns the encoded size of entries. */
    public static long encoded(List<Entry> entries) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).encodedSize();
        }
        return size;
    }

    /** Returns the payload size of entries. */
    public static long payload(List<Entry> entries) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).payloadSize();
        }
        return size;
    }

    /** Returns the first entry, and those after it while all fit. */
    static List<Entry> limit(List<Entry> entries, long maxSize) {
        return prefix(entries, maxSize, 1);
    }

    /** Returns the first entries while all fit, which may be none. */
    static List<Entry> fitting(List<Entry> entries, long maxSize) {
        return prefix(entries, maxSize, 0);
    }

    private static List<Entry> prefix(List<Entry> entries, long maxSize, int atLeast) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).encodedSize();
            if (size > maxSize && i >= atLeast) {
                return entries.subList(0, i);
            }
        }
        return entries;
    }
}
