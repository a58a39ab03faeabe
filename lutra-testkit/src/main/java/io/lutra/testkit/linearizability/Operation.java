package io.lutra.testkit.linearizability;

import org.jspecify.annotations.Nullable;

/**
 * An operation as its client saw it. It took effect, if at all, between its invocation and its return.
 *
 * @param input what was asked for
 * @param result the answer; {@code null} if the outcome is unknown
 * @param invoked when it was invoked, on the clock that all clients share
 * @param returned when it returned, not before it was invoked; {@link #OPEN} if the outcome is unknown: it may take effect
 *     at any time after its invocation, or never
 */
public record Operation<I, R>(I input, @Nullable R result, long invoked, long returned) {
    /** The return of an operation that has not returned. */
    public static final long OPEN = Long.MAX_VALUE;

    /** Checks that it returned with a result, or not and without one. */
    public Operation {
        if (returned < invoked || (returned == OPEN) != (result == null)) {
            throw new IllegalArgumentException(input + " -> " + result + " [" + invoked + ", " + returned + "]");
        }
    }

    /** Returns an operation that returned. */
    public static <I, R> Operation<I, R> completed(I input, R result, long invoked, long returned) {
        return new Operation<>(input, result, invoked, returned);
    }

    /** Returns an operation whose outcome is unknown. */
    public static <I, R> Operation<I, R> open(I input, long invoked) {
        return new Operation<>(input, null, invoked, OPEN);
    }

    /** Tells whether its outcome is unknown. */
    public boolean isOpen() {
        return returned == OPEN;
    }

    @Override
    public String toString() {
        return isOpen()
                ? "[" + invoked + ", ...] " + input + " -> unknown"
                : "[" + invoked + ", " + returned + "] " + input + " -> " + result;
    }
}
