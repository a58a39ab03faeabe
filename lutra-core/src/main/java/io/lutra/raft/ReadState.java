package io.lutra.raft;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a read-index request: a read that was asked for under {@link #requestContext} is linearizable on a state
 * machine that has applied at least {@link #index}. Thesis §6.4.
 */
public final class ReadState {
    private final long index;
    private final byte[] requestContext;

    private ReadState(long index, byte[] requestContext) {
        this.index = index;
        this.requestContext = requestContext;
    }

    /** Returns a read state; the context is copied. */
    public static ReadState of(long index, byte[] requestContext) {
        return new ReadState(index, requestContext.clone());
    }

    /** Returns the index that the state machine must have applied. */
    public long index() {
        return index;
    }

    /** Returns a copy of what the request was made with. */
    public byte[] requestContext() {
        return requestContext.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ReadState that
                && index == that.index
                && Arrays.equals(requestContext, that.requestContext);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(index);
    }

    @Override
    public String toString() {
        return "read state at " + index;
    }
}
