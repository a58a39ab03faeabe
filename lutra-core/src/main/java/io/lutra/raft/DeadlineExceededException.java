package io.lutra.raft;

import java.io.Serial;

/** Says that a call's deadline passed first. It has done nothing: what was to be proposed never will be. */
public final class DeadlineExceededException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public DeadlineExceededException(String message) {
        super(message);
    }
}
