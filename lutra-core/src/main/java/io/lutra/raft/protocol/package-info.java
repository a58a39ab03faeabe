/**
 * The protocol: one node as a deterministic state machine, without threads, clocks or I/O.
 *
 * <p>{@link io.lutra.raft.protocol.RawNode} is its face. Behind it, {@code Raft.step} is the way in: it settles terms and
 * votes, and gives all else to the node's role. A role holds what only that role knows, and dies with it. What has
 * to be done leaves through the {@code Outbox}.
 */
@NullMarked
package io.lutra.raft.protocol;

import org.jspecify.annotations.NullMarked;
