package io.lutra.wal;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that the disk has no room for the log to grow. An append that {@link GroupLog} refuses with it has changed nothing; a call
 * of {@link GroupStorage} that ends with it may have queued its write, which then goes out when there is room.
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
