package io.lutra.testkit.linearizability;

import io.lutra.testkit.linearizability.KeyValueModel.Answer;
import io.lutra.testkit.linearizability.KeyValueModel.Request;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A map from strings to strings; each key is a part. The state is the value of one key. */
public final class KeyValueModel implements Model<Optional<String>, Request, Answer> {
    /** What is asked of the map. */
    public sealed interface Request {
        /** Returns the key. */
        String key();
    }

    /** Answers the value. */
    public record Get(String key) implements Request {}

    /** Sets the value. */
    public record Put(String key, String value) implements Request {}

    /** Removes the value. */
    public record Delete(String key) implements Request {}

    /** Adds to the end of the value; a missing one is empty. */
    public record Append(String key, String suffix) implements Request {}

    /** Sets the value if it is the expected one, or missing if that is {@code null}; answers whether it was. */
    public record CompareAndSet(String key, @Nullable String expected, String value) implements Request {}

    /** What the map answers: whether something was done or found, and the value that was. */
    public record Answer(boolean done, @Nullable String value) {
        /** Done. */
        public static final Answer DONE = new Answer(true, null);

        /** Not done, or nothing found. */
        public static final Answer NOT_DONE = new Answer(false, null);

        /** Returns the answer of a {@link Get}. */
        public static Answer found(@Nullable String value) {
            return value == null ? NOT_DONE : new Answer(true, value);
        }
    }

    /** Creates the model. */
    public KeyValueModel() {}

    @Override
    public Optional<String> initial() {
        return Optional.empty();
    }

    @Override
    public Optional<String> next(Optional<String> state, Request input) {
        if (input instanceof Put put) {
            return Optional.of(put.value);
        }
        if (input instanceof Append append) {
            return Optional.of(state.orElse("") + append.suffix);
        }
        if (input instanceof Delete) {
            return Optional.empty();
        }
        if (input instanceof CompareAndSet swap && matches(state, swap)) {
            return Optional.of(swap.value);
        }
        return state;
    }

    @Override
    public Answer result(Optional<String> state, Request input) {
        if (input instanceof Get) {
            return Answer.found(state.orElse(null));
        }
        return input instanceof CompareAndSet swap && !matches(state, swap) ? Answer.NOT_DONE : Answer.DONE;
    }

    @Override
    public Object partOf(Request input) {
        return input.key();
    }

    @Override
    public boolean isRead(Request input) {
        return input instanceof Get;
    }

    private static boolean matches(Optional<String> state, CompareAndSet swap) {
        return Objects.equals(state.orElse(null), swap.expected);
    }
}
