package io.lutra.wal;

import java.io.IOException;
import java.io.Serial;

/** Says that another process, or another log in this one, holds the lock of a directory. */
public final class DiskLockedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that names the lock. */
    public DiskLockedException(String message) {
        super(message);
    }
}
