package io.lutra.raft.protocol;

import io.lutra.raft.Config;
import io.lutra.raft.ReadOnlyOption;

/**
 * What a node goes on needing of its {@link Config}, which is read once. The rest is garbage then: 56 bytes less per node.
 */
record Options(
        int heartbeatTick,
        long maxSizePerMsg,
        long maxUncommittedEntriesSize,
        boolean asyncStorageWrites,
        boolean checkQuorum,
        boolean preVote,
        ReadOnlyOption readOnlyOption,
        int maxPendingReads,
        boolean disableProposalForwarding,
        boolean disableConfChangeValidation,
        boolean stepDownOnRemoval,
        boolean unsafeAsEtcd) {
    static Options of(Config config) {
        return new Options(
                config.heartbeatTick(),
                config.maxSizePerMsg(),
                config.maxUncommittedEntriesSize(),
                config.asyncStorageWrites(),
                config.checkQuorum(),
                config.preVote(),
                config.readOnlyOption(),
                config.maxPendingReads(),
                config.disableProposalForwarding(),
                config.disableConfChangeValidation(),
                config.stepDownOnRemoval(),
                config.unsafeAsEtcd());
    }
}
