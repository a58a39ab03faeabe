package io.lutra.raft.protocol;

import io.lutra.raft.Config;
import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.TraceListener;
import io.lutra.raft.log.ApplyLimits;
import io.lutra.raft.tracker.InflightLimits;

/**
 * What a node goes on needing of its {@link Config}, which is read once: the rest is garbage then. What differs from node
 * to node (id, storage, jitter) is not here, so that many nodes can share one; those that are traced seldom do.
 */
record Options(
        int electionTick,
        int heartbeatTick,
        long maxSizePerMsg,
        InflightLimits inflightLimits,
        ApplyLimits applyLimits,
        long maxUncommittedEntriesSize,
        boolean asyncStorageWrites,
        boolean checkQuorum,
        boolean preVote,
        ReadOnlyOption readOnlyOption,
        int maxPendingReads,
        boolean disableProposalForwarding,
        boolean disableConfChangeValidation,
        boolean stepDownOnRemoval,
        boolean unsafeAsEtcd,
        TraceListener traceListener) {
    static Options of(Config config) {
        return new Options(
                config.electionTick(),
                config.heartbeatTick(),
                config.maxSizePerMsg(),
                new InflightLimits(config.maxInflightMsgs(), config.maxInflightBytes()),
                applyLimits(config),
                config.maxUncommittedEntriesSize(),
                config.asyncStorageWrites(),
                config.checkQuorum(),
                config.preVote(),
                config.readOnlyOption(),
                config.maxPendingReads(),
                config.disableProposalForwarding(),
                config.disableConfChangeValidation(),
                config.stepDownOnRemoval(),
                config.unsafeAsEtcd(),
                config.traceListener());
    }

    /** Whoever stores before it advances may apply what is stored by then. */
    private static ApplyLimits applyLimits(Config config) {
        long size = config.maxCommittedSizePerReady();
        return new ApplyLimits(!config.asyncStorageWrites(), size == 0 ? config.maxSizePerMsg() : size);
    }

    /** Tells whether a vote request waits until the term and the node's own vote are durable. */
    boolean holdsVoteRequests() {
        return asyncStorageWrites && !unsafeAsEtcd;
    }
}
