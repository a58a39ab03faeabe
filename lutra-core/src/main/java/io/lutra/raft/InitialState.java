package io.lutra.raft;

import java.util.Objects;

/**
 * What a storage gives a node to start from.
 *
 * @param hardState the stored hard state, {@link HardState#EMPTY} for a new node
 * @param confState the membership that the application has <em>applied</em>, not only that of the last snapshot
 */
public record InitialState(HardState hardState, ConfState confState) {
    /** Refuses null: {@link HardState#EMPTY} says that there is none. */
    public InitialState {
        Objects.requireNonNull(hardState);
        Objects.requireNonNull(confState);
    }
}
