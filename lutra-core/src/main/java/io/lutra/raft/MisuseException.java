package io.lutra.raft;

import java.io.Serial;

/** Says that a call came out of order, or with an argument that is never right. Nothing was done. */
public final class MisuseException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was wrong. */
    public MisuseException(String message) {
        super(message);
    }
}
