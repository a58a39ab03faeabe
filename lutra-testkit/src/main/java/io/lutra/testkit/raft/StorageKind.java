package io.lutra.testkit.raft;

import io.lutra.testkit.Fault;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.invariants.Violations;
import java.util.Set;

/** A kind of durable storage for the replicas of a {@link ClusterRun}. */
public interface StorageKind {
    /** Returns the name by which a run asks for it. */
    String name();

    /**
     * Returns the faults that it survives besides those of every run: of {@link Fault#DISK_LOST} and {@link Fault#DISK_ROT}.
     * They come to no more replicas than the others can do without.
     */
    Set<Fault> faults();

    /** Returns the home of a replica on an empty disk; its own decisions are drawn from the seed. */
    ReplicaHome on(SimulatedDisk disk, long seed, Violations violations);
}
