package io.lutra.raft.confchange;

import io.lutra.raft.ConfState;
import io.lutra.raft.tracker.ProgressTracker;

/** Restores a configuration as etcd does, which does not ask whether the stored one contradicts itself. */
public final class EtcdRestore {
    private EtcdRestore() {}

    /** Puts a stored membership in force on a tracker that has no members. */
    public static void restore(ProgressTracker tracker, long lastIndex, ConfState state) {
        Restore.replay(tracker, lastIndex, state);
    }
}
