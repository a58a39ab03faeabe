package io.lutra.raft.protocol;

import io.lutra.raft.DropReason;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.Message;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import io.lutra.raft.log.LogSlice;
import io.lutra.raft.log.RaftLog;

/** A node that takes what a leader sends, and passes on to it what others ask for. Paper §5.2, §5.3. */
final class Follower extends Role {
    private final Raft raft;

    Follower(Raft raft) {
        this.raft = raft;
    }

    @Override
    StateType type() {
        return StateType.FOLLOWER;
    }

    @Override
    StepResult step(Message m) {
        switch (m.type()) {
            case PROP -> {
                return result(propose(m.from(), new ProposalBatch.Forwarded(m.entries())));
            }
            case APP -> onAppend(m);
            case HEARTBEAT -> onHeartbeat(m);
            case SNAP -> onSnapshot(m);
            case TIMEOUT_NOW -> raft.campaign(CampaignType.TRANSFER);
            case TRANSFER_LEADER -> onTransferLeader(m);
            case READ_INDEX -> onReadIndex(m);
            case READ_INDEX_RESP -> onReadIndexResponse(m);
            case FORGET_LEADER -> onForgetLeader(m);
            default -> raft.ignore(m, IgnoreReason.ROLE);
        }
        return StepResult.STEPPED;
    }

    /** Paper figure 2, AppendEntries receiver. */
    private void onAppend(Message m) {
        raft.onLeaderHeard(m.from());
        RaftLog log = raft.log();
        if (m.index() < log.committed()) {
            // Everything up to there is committed, so it agrees: the leader may go on from the commit index.
            acknowledge(m, log.committed());
            return;
        }
        LogSlice slice = LogSlice.of(m);
        if (!slice.isValid(m.term())) {
            raft.ignore(m, IgnoreReason.CONTRADICTION);
            return;
        }
        long committed = log.committed();
        long last = log.maybeAppend(slice, m.commit());
        if (last == RaftLog.REJECTED) {
            reject(m);
            return;
        }
        if (!m.entries().isEmpty()) {
            raft.trace().appended(m.entries());
        }
        if (log.committed() > committed) {
            raft.trace().committed(log.committed());
        }
        acknowledge(m, last);
    }

    private void acknowledge(Message m, long index) {
        raft.send(Message.appendResponse(raft.id(), m.from(), raft.term(), index));
    }

    /** Says where the logs may agree, by this log's terms, so that the leader need not go back entry by entry. */
    private void reject(Message m) {
        RaftLog log = raft.log();
        long hint = log.findConflictByTerm(Math.min(m.index(), log.lastIndex()), m.logTerm());
        long hintTerm = Math.max(0, log.term(hint));
        raft.send(Message.appendRejection(raft.id(), m.from(), raft.term(), m.index(), hintTerm, hint));
    }

    private void onHeartbeat(Message m) {
        raft.onLeaderHeard(m.from());
        RaftLog log = raft.log();
        if (m.commit() > log.lastIndex()) {
            // A leader never says more than it knows us to have: it is lying, or we lost what we acknowledged.
            raft.ignore(m, IgnoreReason.CONTRADICTION);
            return;
        }
        if (m.commit() > log.committed()) {
            log.commitTo(m.commit());
            raft.trace().committed(log.committed());
        }
        raft.send(Message.heartbeatResponse(raft.id(), raft.term(), m));
    }

    /** Paper figure 13, InstallSnapshot receiver. */
    private void onSnapshot(Message m) {
        raft.onLeaderHeard(m.from());
        Snapshot snapshot = m.snapshot();
        acknowledge(
                m,
                snapshot != null && restore(snapshot)
                        ? raft.log().lastIndex()
                        : raft.log().committed());
    }

    private boolean restore(Snapshot snapshot) {
        RaftLog log = raft.log();
        SnapshotMetadata metadata = snapshot.metadata();
        if (metadata.index() <= log.committed() || !metadata.confState().contains(raft.id())) {
            return false;
        }
        if (log.matches(metadata.term(), metadata.index())) {
            // The log has all of it, so that the snapshot only tells that it is committed.
            log.commitTo(metadata.index());
            raft.trace().committed(log.committed());
            return false;
        }
        try {
            raft.restore(snapshot);
            return true;
        } catch (InvalidConfChangeException e) {
            // A membership that contradicts itself: nothing was changed by it.
            return false;
        }
    }

    @Override
    ProposalResult propose(long from, ProposalBatch batch) {
        DropReason dropped = null;
        if (raft.lead() == Raft.NONE) {
            dropped = DropReason.NO_LEADER;
        } else if (raft.config().disableProposalForwarding()) {
            dropped = DropReason.FORWARDING_DISABLED;
        }
        if (dropped != null) {
            raft.trace().proposalDropped(dropped);
            return ProposalResult.dropped(dropped);
        }
        raft.send(Message.propose(from, raft.lead(), batch.proposals()));
        return ProposalResult.FORWARDED;
    }

    private void onTransferLeader(Message m) {
        if (raft.lead() == Raft.NONE) {
            raft.ignore(m, IgnoreReason.ROLE);
            return;
        }
        raft.send(m.forwarded(raft.lead(), raft.term()));
    }

    private void onReadIndex(Message m) {
        if (raft.lead() == Raft.NONE) {
            Reads.drop(raft, m, DropReason.NO_LEADER);
            return;
        }
        long from = m.from() == Raft.NONE ? raft.id() : m.from();
        raft.send(Message.readIndex(from, raft.lead(), m.entries()));
    }

    private void onReadIndexResponse(Message m) {
        if (m.entries().size() != 1) {
            raft.ignore(m, IgnoreReason.MALFORMED);
            return;
        }
        raft.addReadState(m.index(), m.entries().get(0).data());
    }

    private void onForgetLeader(Message m) {
        if (raft.config().readOnlyOption() == ReadOnlyOption.UNSAFE_LEASE_BASED) {
            // The leader counts on us not to vote for anybody else before its lease ends.
            raft.ignore(m, IgnoreReason.ROLE);
            return;
        }
        raft.forgetLeader();
    }

    @Override
    void tick() {
        raft.tickElection();
    }

    @Override
    int ticksUntilDue() {
        return raft.ticksUntilElection();
    }
}
