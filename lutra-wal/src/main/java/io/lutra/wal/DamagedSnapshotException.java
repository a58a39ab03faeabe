package io.lutra.wal;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that a snapshot file is missing, cut short, or not what was written.
 */
public final class DamagedSnapshotException extends WalException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates an error with a sentence that says what was asked for or found. */
    public DamagedSnapshotException(String message) {
        super(message);
    }

    /** Creates an error that another one caused. */
    public DamagedSnapshotException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
