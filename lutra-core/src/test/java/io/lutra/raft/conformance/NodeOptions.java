package io.lutra.raft.conformance;

import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import java.util.List;

/** The options of {@code add-nodes}, whose defaults are etcd's, not Lutra's. FORMAT.md, section 4. */
record NodeOptions(Command command) {
    private static final long TERM = 1;

    /** Returns what the nodes start from; empty if neither members nor an index are given. */
    Snapshot snapshot() {
        List<Long> voters = command.ids("voters");
        List<Long> learners = command.ids("learners");
        long index = command.number("index", 0);
        if (voters.isEmpty() && learners.isEmpty() && index == 0) {
            return Snapshot.EMPTY;
        }
        return Snapshot.of(new byte[0], SnapshotMetadata.of(ConfState.of(voters, learners), index, TERM));
    }

    Config config(long id, ScriptStorage storage, long applied) {
        return Config.builder()
                .id(id)
                .storage(storage)
                .applied(applied)
                .electionTick((int) command.number("election-tick", 3))
                .heartbeatTick((int) command.number("heartbeat-tick", 1))
                .electionJitter(ElectionTimeout::jitter)
                .asyncStorageWrites(command.isSet("async-storage-writes"))
                .unsafeAsEtcd(true)
                .preVote(command.isSet("prevote"))
                .checkQuorum(command.isSet("checkquorum"))
                .stepDownOnRemoval(command.isSet("step-down-on-removal"))
                .disableConfChangeValidation(command.isSet("disable-conf-change-validation"))
                .disableProposalForwarding(command.isSet("disable-proposal-forwarding"))
                .readOnlyOption(readOnlyOption())
                .maxInflightMsgs((int) command.number("inflight", Integer.MAX_VALUE))
                .maxInflightBytes(command.number("max-inflight-bytes", 0))
                .maxSizePerMsg(command.number("max-size-per-msg", Config.NO_LIMIT))
                .maxCommittedSizePerReady(command.number("max-committed-size-per-ready", 0))
                .maxUncommittedEntriesSize(command.number("max-uncommitted-size", 0))
                .build();
    }

    private ReadOnlyOption readOnlyOption() {
        String option = command.value("read-only").orElse("safe");
        return switch (option) {
            case "safe" -> ReadOnlyOption.SAFE;
            case "lease-based" -> ReadOnlyOption.UNSAFE_LEASE_BASED;
            default -> throw new IllegalArgumentException("read-only=" + option);
        };
    }
}
