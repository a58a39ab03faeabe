package io.lutra.testkit.linearizability;

/**
 * What one copy of an object would do, one operation after another.
 *
 * @param <S> its states: immutable, with {@code equals} and {@code hashCode}
 * @param <I> what operations ask for
 * @param <R> what they answer, with {@code equals}
 */
public interface Model<S, I, R> {
    /** Returns the state at first. */
    S initial();

    /** Returns the state after an operation. */
    S next(S state, I input);

    /** Returns the answer of an operation. */
    R result(S state, I input);

    /** Tells which part of the object an operation touches: parts are checked apart. At first there is one part. */
    default Object partOf(I input) {
        return "";
    }

    /** Tells whether an operation never changes the state. */
    default boolean isRead(I input) {
        return false;
    }
}
