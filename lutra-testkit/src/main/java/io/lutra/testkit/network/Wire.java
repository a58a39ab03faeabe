package io.lutra.testkit.network;

import io.lutra.testkit.SeededRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link SimulatedNetwork} must know about messages.
 *
 * @param <M> the messages
 */
public interface Wire<M> {
    /** Returns how many bytes a message takes on a link. */
    int sizeBytes(M message);

    /**
     * Returns what a receiver makes of a message of which some bytes were changed under way, or {@code null} if it
     * refuses it. The message itself must not change.
     */
    @Nullable
    M corrupt(M message, SeededRandom random);

    /** Knows nothing: a message takes 1 byte, and a changed one is refused. */
    static <M> Wire<M> opaque() {
        return new Wire<>() {
            @Override
            public int sizeBytes(M message) {
                return 1;
            }

            @Override
            public @Nullable M corrupt(M message, SeededRandom random) {
                return null;
            }
        };
    }
}
