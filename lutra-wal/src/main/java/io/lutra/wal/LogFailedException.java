package io.lutra.wal;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that a write or a sync failed, now or before: nothing is acknowledged any more until the log is opened again.
 *
 * <p>A failed sync is never retried: after it the operating system may have dropped what was written and still call the
 * next sync a success.
 */
public final class LogFailedException extends WalException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates an error with a sentence that says what was asked for or found. */
    public LogFailedException(String message) {
        super(message);
    }

    /** Creates an error that another one caused. */
    public LogFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
