package io.lutra.raft;

import java.io.Serial;

/** Says that the requested index lies after the last entry. */
public final class UnavailableException extends StorageException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public UnavailableException(String message) {
        super(message);
    }
}
