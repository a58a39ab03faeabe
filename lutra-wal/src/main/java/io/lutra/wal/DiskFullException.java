package io.lutra.wal;

import java.io.IOException;
import java.io.Serial;

/** Says that a file could not grow for want of space or quota. */
public final class DiskFullException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error with a sentence that says what was written. */
    public DiskFullException(String message) {
        super(message);
    }

    /** Creates an error that the operating system's caused. */
    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
