package io.lutra.raft;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The root of every error of this library. Open, so that logs and hosts built on the library add their own. */
public class RaftException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates an error with a sentence for whoever reads the log. */
    public RaftException(String message) {
        super(message);
    }

    /** Creates an error that another one caused. */
    public RaftException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
