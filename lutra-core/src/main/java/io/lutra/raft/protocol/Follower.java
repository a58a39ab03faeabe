package io.lutra.raft.protocol;

import io.lutra.raft.DropReason;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.ReadState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import io.lutra.raft.log.LogSlice;
import io.lutra.raft.log.RaftLog;
import io.lutra.raft.tracker.ProgressTracker;
import org.jspecify.annotations.Nullable;

/** A node that takes what a leader sends, and passes on to it what others ask for. Paper §5.2, §5.3. */
final class Follower extends Role {
    /** How often a message is passed on before it must be going round. */
    private static final long MAX_FORWARDS = 4;

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
                return result(onProposal(m));
            }
            case APP, SNAP -> onReplication(m);
            case HEARTBEAT -> onHeartbeat(m);
            case TIMEOUT_NOW -> onTimeoutNow(m);
            case TRANSFER_LEADER -> onTransferLeader(m);
            case READ_INDEX -> readIndex(m);
            case READ_INDEX_RESP -> onReadIndexResponse(m);
            case FORGET_LEADER -> onForgetLeader(m);
            default -> raft.ignore(m, IgnoreReason.ROLE);
        }
        return StepResult.STEPPED;
    }

    private void onReplication(Message m) {
        raft.onLeaderHeard(m.from());
        try {
            if (m.type() == MessageType.APP) {
                onAppend(m);
            } else {
                onSnapshot(m);
            }
        } catch (EntriesNotInMemoryException e) {
            // Thrown by the comparison with what is in the log, before anything is changed.
            raft.ignore(m, IgnoreReason.NOT_IN_MEMORY);
        }
    }

    /** Paper figure 2, AppendEntries receiver. */
    private void onAppend(Message m) {
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
        long hintTerm = log.termOrZero(hint);
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
        Snapshot snapshot = m.snapshot();
        if (snapshot != null
                && snapshot.metadata().term() > m.term()
                && !raft.options().unsafeAsEtcd()) {
            raft.ignore(m, IgnoreReason.CONTRADICTION);
            return;
        }
        if (snapshot == null || !isNeeded(snapshot)) {
            acknowledge(m, raft.log().committed());
        } else if (restore(snapshot)) {
            acknowledge(m, raft.log().lastIndex());
        } else {
            raft.ignore(m, IgnoreReason.CONTRADICTION);
        }
    }

    private boolean isNeeded(Snapshot snapshot) {
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
        return true;
    }

    /** Returns false, and has changed nothing, if the snapshot's membership contradicts itself. */
    private boolean restore(Snapshot snapshot) {
        ProgressTracker members;
        try {
            members = raft.membersOf(snapshot.metadata());
        } catch (InvalidConfChangeException e) {
            return false;
        }
        raft.restore(snapshot, members);
        return true;
    }

    @Override
    ProposalResult propose(ProposalBatch batch) {
        DropReason reason = reasonToDrop(batch);
        if (reason != null) {
            return raft.dropProposal(reason);
        }
        raft.send(Message.propose(raft.id(), raft.lead(), batch.proposals()));
        return ProposalResult.FORWARDED;
    }

    private ProposalResult onProposal(Message m) {
        DropReason reason = reasonToDrop(new ProposalBatch.Forwarded(m.entries()));
        if (reason == null && wentRound(m)) {
            reason = DropReason.FORWARDED_IN_A_CIRCLE;
        }
        if (reason != null) {
            return raft.dropProposal(reason);
        }
        raft.send(m.forwarded(raft.lead(), 0));
        return ProposalResult.FORWARDED;
    }

    private @Nullable DropReason reasonToDrop(ProposalBatch batch) {
        if (raft.lead() == Raft.NONE) {
            return DropReason.NO_LEADER;
        }
        if (raft.options().disableProposalForwarding()) {
            return DropReason.FORWARDING_DISABLED;
        }
        return batch.isTooLarge() ? DropReason.TOO_LARGE : null;
    }

    /**
     * Tells whether a message was passed on so often that it must be going round: followers may each take another for
     * the leader, if one of them was sent a snapshot by a node that does not lead.
     */
    private static boolean wentRound(Message m) {
        return m.timesForwarded() >= MAX_FORWARDS;
    }

    /** Thesis §3.10: the leader hands over to this node. */
    private void onTimeoutNow(Message m) {
        if (!raft.campaign(CampaignType.TRANSFER)) {
            raft.ignore(m, IgnoreReason.NOT_PROMOTABLE);
        }
    }

    private void onTransferLeader(Message m) {
        if (raft.lead() == Raft.NONE) {
            raft.ignore(m, IgnoreReason.ROLE);
        } else if (wentRound(m)) {
            raft.ignore(m, IgnoreReason.FORWARDED_IN_A_CIRCLE);
        } else if (m.term() == 0) {
            raft.send(Message.transferLeader(m.from(), raft.lead(), raft.term()));
        } else {
            raft.send(m.forwarded(raft.lead(), raft.term()));
        }
    }

    @Override
    @Nullable
    DropReason readIndex(Message request) {
        if (raft.lead() == Raft.NONE) {
            return Reads.drop(raft, request, DropReason.NO_LEADER);
        }
        if (wentRound(request)) {
            return Reads.drop(raft, request, DropReason.FORWARDED_IN_A_CIRCLE);
        }
        boolean own = request.from() == Raft.NONE;
        raft.send(
                own ? Message.readIndex(raft.id(), raft.lead(), request.entries()) : request.forwarded(raft.lead(), 0));
        return null;
    }

    private void onReadIndexResponse(Message m) {
        if (m.entries().size() != 1) {
            raft.ignore(m, IgnoreReason.MALFORMED);
            return;
        }
        raft.outbox().add(ReadState.of(m.index(), m.entries().get(0).data()));
    }

    private void onForgetLeader(Message m) {
        if (raft.options().readOnlyOption() == ReadOnlyOption.UNSAFE_LEASE_BASED) {
            // The leader counts on us not to vote for anybody else before its lease ends.
            raft.ignore(m, IgnoreReason.ROLE);
            return;
        }
        raft.forgetLeader();
    }

    @Override
    void tick(int ticks) {
        raft.tickElection(ticks);
    }

    @Override
    int ticksUntilDue() {
        return raft.ticksUntilElection();
    }
}
