package io.lutra.raft;

import java.io.Serial;

/** Says that a proposal or a read was not taken, and why: it will certainly never be applied or answered. */
public final class DroppedException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final DropReason reason;

    /** Creates the error with a sentence that says what was dropped. */
    public DroppedException(String message, DropReason reason) {
        super(message + ": " + reason);
        this.reason = reason;
    }

    /** Returns why it was dropped. */
    public DropReason reason() {
        return reason;
    }
}
