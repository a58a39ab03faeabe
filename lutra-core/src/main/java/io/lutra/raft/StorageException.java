package io.lutra.raft;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The root of what a {@link Storage} throws. Open, so that storages add their own. */
public class StorageException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates an error with a sentence that says what was asked for. */
    public StorageException(String message) {
        super(message);
    }

    /** Creates an error that another one caused. */
    public StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
