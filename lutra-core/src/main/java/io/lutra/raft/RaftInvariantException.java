package io.lutra.raft;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Says that an invariant of Raft does not hold: a defect of this library, a storage that lost what it had
 * acknowledged, or an application that broke its contract. The node must not be used any more. */
public final class RaftInvariantException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was found and where. */
    public RaftInvariantException(String message) {
        super(message);
    }

    /** Creates an error that another one caused. */
    public RaftInvariantException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
