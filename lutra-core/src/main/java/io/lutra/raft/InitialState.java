package io.lutra.raft;

/**
 * What a storage gives a node to start from.
 *
 * @param hardState the stored hard state, {@link HardState#EMPTY} for a new node
 * @param confState the membership that the application has <em>applied</em>, not only that of the last snapshot
 */
public record InitialState(HardState hardState, ConfState confState) {}
