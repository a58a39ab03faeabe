package io.lutra.raft.codec;

import java.io.Serial;

/**
 * Says that bytes are not a protobuf message. It never leaves the library: the values of {@code io.lutra.raft} turn it
 * into their own typed error, which has the stack trace this one does without.
 */
public final class ProtoException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Creates the error from what is wrong with the bytes. */
    public ProtoException(String message) {
        super(message, null, false, false);
    }
}
