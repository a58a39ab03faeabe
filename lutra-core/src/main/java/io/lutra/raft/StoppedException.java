package io.lutra.raft;

import java.io.Serial;

/** Says that the node was stopped before the call, or while it waited. */
public final class StoppedException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public StoppedException(String message) {
        super(message);
    }
}
