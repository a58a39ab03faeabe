package io.lutra.raft;

import java.io.Serial;

/** Says that the thread was interrupted while it waited. Its interrupt flag is still set. */
public final class CallInterruptedException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what the thread waited for. */
    public CallInterruptedException(String message) {
        super(message);
    }
}
