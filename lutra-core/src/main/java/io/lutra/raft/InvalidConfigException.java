package io.lutra.raft;

import java.io.Serial;

/** Says that a configuration contradicts itself or leaves out what is needed, and which option it is. */
public final class InvalidConfigException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public InvalidConfigException(String message) {
        super(message);
    }
}
