package io.lutra.raft;

import java.io.Serial;

/** Says that bytes are not the encoding of the value they were decoded as. Nothing was changed by them. */
public final class MalformedBytesException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public MalformedBytesException(String message) {
        super(message);
    }
}
