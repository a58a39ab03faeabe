package io.lutra.raft;

import java.io.Serial;

/** Says that the requested index lies before the first entry: it was compacted into a snapshot. */
public final class CompactedException extends StorageException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public CompactedException(String message) {
        super(message);
    }
}
