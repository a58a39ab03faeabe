package io.lutra.wal;

import io.lutra.raft.StorageException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The root of the errors that only a log on disk has; thrown itself when it was asked for what it cannot do. */
public class WalException extends StorageException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates an error with a sentence that says what was asked for or found. */
    public WalException(String message) {
        super(message);
    }

    /** Creates an error that another one caused. */
    public WalException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
