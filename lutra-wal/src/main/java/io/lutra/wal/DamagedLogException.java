package io.lutra.wal;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that bytes which were acknowledged as durable are not what was written.
 *
 * <p>Nothing is cut for it. A group whose state or entries cannot be told any more is out of service here until its
 * replica is replaced; the others go on.
 */
public final class DamagedLogException extends WalException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates an error with a sentence that says what was asked for or found. */
    public DamagedLogException(String message) {
        super(message);
    }

    /** Creates an error that another one caused. */
    public DamagedLogException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
