package io.lutra.raft.protocol;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeRefusal;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.ProgressState;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import io.lutra.raft.log.RaftLog;
import io.lutra.raft.tracker.Configuration;
import io.lutra.raft.tracker.Progress;
import io.lutra.raft.tracker.ProgressTracker;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The node that takes proposals and replicates them. Paper §5.3.
 *
 * <p>What a leader knows beyond its peers' progress, and forgets with its office: whom it hands over to, which membership
 * change is pending, how much is proposed and not applied, which reads it has yet to confirm.
 */
final class Leader extends Role {
    private final Raft raft;
    private final Replication replication;
    private final Reads reads;
    private final ConfChangeGate confChanges;
    private long transferee = Raft.NONE;
    /** Payload bytes that are appended and not applied here. */
    private long uncommittedSize;

    private int heartbeatElapsed;

    Leader(Raft raft) {
        this.raft = raft;
        this.replication = new Replication(raft);
        this.reads = new Reads(raft);
        this.confChanges = new ConfChangeGate(raft, raft.log().lastIndex());
    }

    /** Paper §8: appends an empty entry, with which everything before it will be committed. */
    void begin() {
        append(new Entry[] {Entry.of(raft.term(), raft.log().lastIndex() + 1, EntryType.NORMAL, null)});
        replication.broadcastAppend();
    }

    @Override
    StateType type() {
        return StateType.LEADER;
    }

    /** Returns whom the leader hands over to, or {@link Raft#NONE}. */
    long transferee() {
        return transferee;
    }

    @Override
    StepResult step(Message m) {
        switch (m.type()) {
            case PROP -> {
                return result(propose(new ProposalBatch.Forwarded(m.entries())));
            }
            case READ_INDEX -> readIndex(m);
            case APP_RESP, HEARTBEAT_RESP, TRANSFER_LEADER -> stepFromMember(m);
            default -> raft.ignore(m, IgnoreReason.ROLE);
        }
        return StepResult.STEPPED;
    }

    private void stepFromMember(Message m) {
        Progress progress = raft.tracker().progress(m.from());
        if (progress == null) {
            raft.ignore(m, IgnoreReason.NOT_A_MEMBER);
            return;
        }
        switch (m.type()) {
            case APP_RESP -> onAppendResponse(m, progress);
            case HEARTBEAT_RESP -> onHeartbeatResponse(m, progress);
            default -> onTransferLeader(m, progress);
        }
    }

    @Override
    ProposalResult propose(ProposalBatch batch) {
        DropReason reason = reasonToDrop(batch);
        if (reason != null) {
            return raft.dropProposal(reason);
        }
        long first = raft.log().lastIndex() + 1;
        long pendingBefore = confChanges.pendingIndex();
        boolean[] refused = null;
        ProposalResult result = ProposalResult.appended(raft.term(), first);
        long size = 0;
        for (int i = 0; i < batch.size(); i++) {
            ConfChangeRefusal refusal = null;
            EntryType type = batch.type(i);
            MembershipChange change = type.isConfChange() ? decodeChange(batch, i) : null;
            if (type == EntryType.UNRECOGNIZED || (type.isConfChange() && change == null)) {
                confChanges.takeBackTo(pendingBefore);
                return raft.dropProposal(DropReason.MALFORMED);
            }
            if (change != null) {
                refusal = admit(change, first + i);
            }
            if (refusal == null) {
                size += batch.payloadSize(i);
                continue;
            }
            refused = refused == null ? new boolean[batch.size()] : refused;
            refused[i] = true;
            result = new ProposalResult(null, raft.term(), first, refusal, confChanges.pendingIndex());
        }
        if (exceedsUncommittedSize(size)) {
            confChanges.takeBackTo(pendingBefore);
            return raft.dropProposal(DropReason.UNCOMMITTED_SIZE_EXCEEDED);
        }
        Entry[] entries = place(batch, first, refused);
        uncommittedSize += size;
        append(entries);
        replication.broadcastAppend();
        return result;
    }

    private @Nullable DropReason reasonToDrop(ProposalBatch batch) {
        if (batch.size() == 0) {
            return DropReason.EMPTY;
        }
        if (batch.isTooLarge()) {
            return DropReason.TOO_LARGE;
        }
        if (!raft.tracker().configuration().contains(raft.id())) {
            return DropReason.NOT_A_MEMBER;
        }
        return transferee == Raft.NONE ? null : DropReason.TRANSFER_IN_PROGRESS;
    }

    private static @Nullable MembershipChange decodeChange(ProposalBatch batch, int i) {
        try {
            return batch.type(i) == EntryType.CONF_CHANGE
                    ? ConfChange.unmarshal(batch.changeData(i))
                    : ConfChangeV2.unmarshal(batch.changeData(i));
        } catch (MalformedBytesException e) {
            return null;
        }
    }

    private @Nullable ConfChangeRefusal admit(MembershipChange change, long index) {
        ConfChangeRefusal refusal = confChanges.refusal(change);
        if (refusal == null) {
            confChanges.admit(index);
        } else {
            raft.trace().confChangeRefused(change, refusal, confChanges.pendingIndex());
        }
        return refusal;
    }

    /** An empty log takes a batch of any size, and empty payloads are always taken: what leaves a joint configuration. */
    private boolean exceedsUncommittedSize(long size) {
        long limit = raft.options().maxUncommittedEntriesSize();
        return limit != 0 && uncommittedSize > 0 && size > 0 && uncommittedSize + size > limit;
    }

    private Entry[] place(ProposalBatch batch, long first, boolean @Nullable [] refused) {
        Entry[] entries = new Entry[batch.size()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = refused != null && refused[i]
                    ? Entry.refusedChange(raft.term(), first + i)
                    : batch.place(i, raft.term(), first + i);
        }
        return entries;
    }

    /** Appends, and acknowledges to itself once the entries are durable: then the leader counts as one of the quorum. */
    private void append(Entry[] entries) {
        RaftLog log = raft.log();
        List<Entry> appended = Arrays.asList(entries);
        log.append(appended);
        raft.trace().appended(appended);
        raft.send(Message.appendResponse(raft.id(), raft.id(), raft.term(), log.lastIndex()));
    }

    private void onAppendResponse(Message m, Progress progress) {
        progress.markActive();
        RaftLog log = raft.log();
        if (m.reject()) {
            // The follower's last word about its log: where it ends, or a term that it has there.
            long hint = m.logTerm() > 0 ? log.findConflictByTerm(m.rejectHint(), m.logTerm()) : m.rejectHint();
            if (progress.rejected(m.index(), hint)) {
                replication.sendAppend(m.from(), progress);
            }
            return;
        }
        if (m.index() > log.lastIndex() && !raft.options().unsafeAsEtcd()) {
            raft.ignore(m, IgnoreReason.CONTRADICTION);
            return;
        }
        if (!progress.acknowledged(m.index(), log.firstIndex())) {
            return;
        }
        boolean fromPeer = m.from() != raft.id();
        if (maybeCommit()) {
            answerReadsThatWaitedForCommit();
            replication.broadcastAppend();
        } else if (fromPeer && progress.canBumpCommit(log.committed())) {
            // The next heartbeat would tell as well; this is sooner.
            replication.sendAppend(m.from(), progress);
        }
        if (fromPeer) {
            replication.sendAllEntries(m.from(), progress);
        }
        if (m.from() == transferee && progress.match() == log.lastIndex()) {
            sendTimeoutNow();
        }
    }

    private boolean maybeCommit() {
        boolean advanced = raft.log().maybeCommit(raft.tracker().committed(), raft.term());
        if (advanced) {
            raft.trace().committed(raft.log().committed());
        }
        return advanced;
    }

    private void onHeartbeatResponse(Message m, Progress progress) {
        progress.heartbeatAcknowledged();
        // A peer with a full window gets an empty message here: should all that fills it have been lost, its answer
        // tells so.
        if (progress.match() < raft.log().lastIndex() || progress.state() == ProgressState.PROBE) {
            replication.sendAppend(m.from(), progress);
        }
        if (m.contextSize() == 0 || raft.options().readOnlyOption() != ReadOnlyOption.SAFE) {
            return;
        }
        if (!reads.acknowledge(m.from(), m.context())) {
            raft.ignore(m, IgnoreReason.CONTRADICTION);
            return;
        }
        reads.answerConfirmed(raft.tracker().configuration().voters());
    }

    /** Thesis §6.4: remember the commit index, make sure that we still lead, and answer with it. */
    @Override
    @Nullable
    DropReason readIndex(Message request) {
        if (request.entries().size() != 1) {
            return Reads.drop(raft, request, DropReason.MALFORMED);
        }
        if (raft.options().unsafeAsEtcd() && raft.tracker().isSingleton()) {
            reads.answer(request, raft.log().committed());
            return null;
        }
        if (reads.isFull()) {
            return Reads.drop(raft, request, DropReason.TOO_MANY_READS);
        }
        if (hasCommittedInItsTerm()) {
            confirmRead(request);
        } else {
            // Thesis §6.4, step 1: until then it does not know how far its predecessors committed.
            reads.waitForCommit(request);
        }
        return null;
    }

    private boolean hasCommittedInItsTerm() {
        return raft.log().termOrZero(raft.log().committed()) == raft.term();
    }

    private void confirmRead(Message m) {
        if (raft.options().readOnlyOption() == ReadOnlyOption.UNSAFE_LEASE_BASED) {
            reads.answer(m, raft.log().committed());
            return;
        }
        reads.add(m, raft.log().committed());
        if (!raft.options().unsafeAsEtcd()) {
            // The leader may be a quorum by itself, and nobody else be there to answer a heartbeat.
            reads.answerConfirmed(raft.tracker().configuration().voters());
        }
        if (reads.isUnconfirmed()) {
            replication.broadcastHeartbeat(reads.heartbeatContext());
        }
    }

    private void answerReadsThatWaitedForCommit() {
        if (reads.isWaitingForCommit() && hasCommittedInItsTerm()) {
            reads.takeWaiting().forEach(this::confirmRead);
        }
    }

    /** Thesis §3.10: brings the target's log up to date, and lets it campaign at once. */
    private void onTransferLeader(Message m, Progress progress) {
        if (progress.isLearner()) {
            raft.ignore(m, IgnoreReason.NOT_PROMOTABLE);
            return;
        }
        if (transferee == m.from()) {
            return;
        }
        transferee = Raft.NONE;
        if (m.from() == raft.id()) {
            return;
        }
        transferee = m.from();
        // It has an election timeout to succeed; then proposals are taken again.
        raft.restartElectionClock();
        if (progress.match() == raft.log().lastIndex()) {
            sendTimeoutNow();
        } else {
            replication.sendAppend(m.from(), progress);
        }
    }

    private void sendTimeoutNow() {
        raft.send(Message.timeoutNow(raft.id(), transferee, raft.term()));
    }

    void onUnreachable(long peer) {
        Progress progress = raft.tracker().progress(peer);
        if (progress != null) {
            progress.unreachable();
        }
    }

    void onSnapshotReported(long peer, SnapshotStatus status) {
        Progress progress = raft.tracker().progress(peer);
        if (progress != null) {
            progress.snapshotReported(status == SnapshotStatus.FAILURE);
        }
    }

    @Override
    void tick(int ticks) {
        heartbeatElapsed += ticks;
        if (raft.tickLeader(ticks)) {
            if (raft.options().checkQuorum() && !checkQuorum()) {
                return;
            }
            transferee = Raft.NONE;
        }
        if (heartbeatElapsed >= raft.options().heartbeatTick()) {
            heartbeatElapsed = 0;
            replication.broadcastHeartbeat(reads.heartbeatContext());
        }
    }

    /** Thesis §6.2: steps down unless a quorum was heard of in the last election timeout. */
    private boolean checkQuorum() {
        ProgressTracker tracker = raft.tracker();
        boolean active = tracker.isQuorumActive();
        if (active) {
            tracker.markInactive();
        } else {
            raft.becomeFollower(raft.term(), Raft.NONE);
        }
        return active;
    }

    @Override
    int ticksUntilDue() {
        return Math.max(1, Math.min(raft.options().heartbeatTick() - heartbeatElapsed, raft.ticksUntilElectionTick()));
    }

    @Override
    void onApplied(long index, long payloadSize) {
        uncommittedSize = Math.max(0, uncommittedSize - payloadSize);
        if (raft.tracker().configuration().autoLeave() && index >= confChanges.pendingIndex()) {
            // Dropped while a transfer is under way; then it is tried again with the next entry, here or by the next
            // leader.
            propose(ProposalBatch.Change.of(ConfChangeV2.LEAVE_JOINT));
        }
    }

    /** Hears that another configuration is in force. */
    void onConfigurationSwitched() {
        if (!raft.isVoter()) {
            // Thesis §4.2.2: it goes on leading, without counting itself, or steps down.
            if (raft.options().stepDownOnRemoval()) {
                raft.becomeFollower(raft.term(), Raft.NONE);
            }
            return;
        }
        Configuration configuration = raft.tracker().configuration();
        if (configuration.voters().incoming().isEmpty()) {
            return;
        }
        if (maybeCommit()) {
            // A smaller quorum may have what the larger one had not.
            replication.broadcastAppend();
        } else {
            // New members need not wait for the next heartbeat.
            replication.broadcastEntries();
        }
        if (!configuration.voters().contains(transferee)) {
            transferee = Raft.NONE;
        }
        if (!raft.options().unsafeAsEtcd()) {
            // The same of reads, and nobody else may be left to answer.
            answerReadsThatWaitedForCommit();
            reads.answerConfirmed(configuration.voters());
        }
    }

    @Override
    void onEntriesFetched() {
        replication.onEntriesFetched();
    }

    @Override
    void onReplaced() {
        reads.close();
    }
}
