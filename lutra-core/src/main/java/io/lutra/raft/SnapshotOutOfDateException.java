package io.lutra.raft;

import java.io.Serial;

/** Says that a snapshot is older than the one that is there. */
public final class SnapshotOutOfDateException extends StorageException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public SnapshotOutOfDateException(String message) {
        super(message);
    }
}
