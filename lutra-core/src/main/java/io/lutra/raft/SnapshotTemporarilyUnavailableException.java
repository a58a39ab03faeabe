package io.lutra.raft;

import java.io.Serial;

/** Says that a snapshot is being made; the core asks again later. */
public final class SnapshotTemporarilyUnavailableException extends StorageException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public SnapshotTemporarilyUnavailableException(String message) {
        super(message);
    }
}
