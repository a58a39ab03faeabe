/**
 * A cluster of the real core in a simulated world: replicas that store on a simulated disk, talk over a simulated network
 * and are watched by every invariant that a core has, while everything goes wrong. Start at {@link
 * io.lutra.testkit.raft.RaftCluster}.
 */
@NullMarked
package io.lutra.testkit.raft;

import org.jspecify.annotations.NullMarked;
