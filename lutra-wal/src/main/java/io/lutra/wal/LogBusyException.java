package io.lutra.wal;

import java.io.Serial;

/** Says that a write was refused because too much waits to be written. Nothing was changed; it will fit later. */
public final class LogBusyException extends WalException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates an error with a sentence that says how much waits. */
    public LogBusyException(String message) {
        super(message);
    }
}
