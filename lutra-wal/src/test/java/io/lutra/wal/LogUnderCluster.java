package io.lutra.wal;

import io.lutra.testkit.Fault;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.Violations;
import io.lutra.testkit.raft.ClusterRun;
import io.lutra.testkit.raft.ReplicaHome;
import io.lutra.testkit.raft.StorageKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The log as the storage of the testkit's cluster: each replica on a host of its own, whose log it shares with other groups. */
public final class LogUnderCluster implements StorageKind {
    @Override
    public String name() {
        return "wal";
    }

    @Override
    public Set<Fault> faults() {
        return EnumSet.of(Fault.DISK_LOST, Fault.DISK_ROT);
    }

    @Override
    public ReplicaHome on(SimulatedDisk disk, long seed, Violations violations) {
        return new LogHome(disk, seed, violations);
    }

    /** Runs a seed; the first violation ends it. */
    static ClusterRun run(long seed) {
        return ClusterRun.of(seed, new LogUnderCluster(), Violations.allFatal());
    }

    /**
     * Lives a life of a log alone, then one of a cluster, and returns how one of the named invariants did not hold, whatever
     * else went wrong before; null if they all did. For planted defects.
     */
    public static @Nullable String firstViolation(long seed, List<String> invariants) {
        Set<Invariant> named = EnumSet.noneOf(Invariant.class);
        invariants.forEach(name -> named.add(Invariant.valueOf(name)));
        String found = LoneLog.firstViolation(seed, named);
        return found != null ? found : ClusterRun.firstViolation(seed, new LogUnderCluster(), invariants);
    }
}
