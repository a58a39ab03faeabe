package io.lutra.raft;

/**
 * What a node believes and need not remember.
 *
 * @param lead the leader of the term, 0 if unknown
 * @param role the node's own role
 */
public record SoftState(long lead, StateType role) {}
