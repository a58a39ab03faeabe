/**
 * The page of the specification: what a program that uses Raft sees.
 *
 * <p>Read it in the specification's order: {@link io.lutra.raft.Lib} makes a {@link io.lutra.raft.Node} from a
 * {@link io.lutra.raft.Config} and a {@link io.lutra.raft.Storage}; the node hands out {@link io.lutra.raft.Ready}
 * values, and takes {@link io.lutra.raft.Message}s and ticks. Interfaces are behaviour; final classes are data, they do
 * not change and they encode and decode themselves in the protobuf format of etcd's {@code raftpb}.
 *
 * <p>Identifiers, terms and indexes are 64 unsigned bits, held in a {@code long}; indexes and terms above
 * {@link Long#MAX_VALUE} decode but are refused where they would be used. Every error is a
 * {@link io.lutra.raft.RaftException}.
 */
@NullMarked
package io.lutra.raft;

import org.jspecify.annotations.NullMarked;
