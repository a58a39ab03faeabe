package io.lutra.wal;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that an append was refused because the disk has no room for the log to grow. Nothing was changed.
 *
 * <p>What is stored stays readable, and marks (terms, votes, snapshots, compactions) are taken while the room set aside for
 * them lasts, so that compaction can free space. {@link Wal#maintain} tries again to find room.
 */
public final class LogFullException extends WalException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates an error with a sentence that says what was asked for or found. */
    public LogFullException(String message) {
        super(message);
    }

    /** Creates an error that another one caused. */
    public LogFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
