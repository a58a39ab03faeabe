package io.lutra.testkit.raft;

import io.lutra.testkit.FaultPlan;
import io.lutra.testkit.SeededRandom;
import java.io.IOException;

/** Where a replica stores: it outlives the replica's processes. Its disk is killed, or loses its power, between two lives. */
public interface ReplicaHome {
    /** Opens what the disk holds, or begins anew on an empty one: a life begins. What it finds is durable afterwards. */
    ReplicaStorage open() throws IOException;

    /** Opens a copy of what a power cut would leave now. */
    ReplicaStorage scan() throws IOException;

    /** From now on goes wrong what the plan has, besides what the cluster does to the disk itself. */
    default void disturb(FaultPlan plan) {}

    /** From now on nothing goes wrong. */
    default void heal() {}

    /** From now on the disk claims that it syncs, and does not. */
    default void lie() {
        throw new UnsupportedOperationException("it does not survive lies");
    }

    /** Changes what the disk holds, while no process runs. */
    default void damage(SeededRandom draws) {
        throw new UnsupportedOperationException("it does not survive damage");
    }

    /**
     * Looks at a disk that was damaged, or that lied, while no process runs: what was never written must not be taken for
     * good, and what is lost must be reported. Returns whether all is there that was promised.
     */
    default boolean isWhole() {
        return true;
    }
}
