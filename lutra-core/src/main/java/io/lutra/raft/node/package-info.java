/**
 * The specification's {@link io.lutra.raft.Lib} and {@link io.lutra.raft.Node}: a monitor around
 * {@link io.lutra.raft.protocol.RawNode}, and what a program that uses only the specification's names does not see.
 *
 * <p>Start at {@link io.lutra.raft.node.Lutra}. {@code MonitorNode} is about threads, {@code StoredState} about what has to
 * be durable before what.
 */
@NullMarked
package io.lutra.raft.node;

import org.jspecify.annotations.NullMarked;
