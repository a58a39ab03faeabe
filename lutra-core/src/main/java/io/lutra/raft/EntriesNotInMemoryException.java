package io.lutra.raft;

import java.io.Serial;

/**
 * Says that entries of {@code [lo, hi)} would have to be read from a disk first. The storage that throws it begins to
 * read them; when they are in memory, the application calls {@code RawNode.entriesFetched}.
 *
 * <p>Until then the core leaves alone whatever needed them: sending to one follower, applying, or a campaign.
 */
public final class EntriesNotInMemoryException extends StorageException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final long lo;
    private final long hi;

    /** Creates the error for the entries of {@code [lo, hi)}. */
    public EntriesNotInMemoryException(long lo, long hi) {
        super("entries [" + lo + ", " + hi + ") are not in memory");
        this.lo = lo;
        this.hi = hi;
    }

    /** Returns the index of the first entry that was asked for. */
    public long lo() {
        return lo;
    }

    /** Returns the index after the last entry that was asked for. */
    public long hi() {
        return hi;
    }
}
