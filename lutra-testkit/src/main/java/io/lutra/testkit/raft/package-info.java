/**
 * A cluster of the real core in a simulated world: replicas that store on a simulated disk, talk over a simulated network
 * and are watched by every invariant that a core has, while everything goes wrong. Start at {@link
 * io.lutra.testkit.raft.ClusterRun}, which runs a seed, and {@link io.lutra.testkit.raft.StorageKind}, by which it runs on a storage
 * of your own.
 */
@NullMarked
package io.lutra.testkit.raft;

import org.jspecify.annotations.NullMarked;
