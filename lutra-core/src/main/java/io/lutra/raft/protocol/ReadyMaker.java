package io.lutra.raft.protocol;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Message;
import io.lutra.raft.MisuseException;
import io.lutra.raft.ReadState;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SoftState;
import io.lutra.raft.StateType;
import io.lutra.raft.log.RaftLog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what has to be done into a {@link Ready}, and remembers what was handed out before. */
final class ReadyMaker {
    private final Raft raft;
    private final boolean async;
    private List<Message> stepsOnAdvance = List.of();
    private List<Entry> appliedOnAdvance = List.of();
    private HardState hardState;
    private long lead;
    private StateType role;

    ReadyMaker(Raft raft, boolean async) {
        this.raft = raft;
        this.async = async;
        this.hardState = raft.hardState();
        this.lead = raft.lead();
        this.role = raft.role().type();
    }

    /** Hands the hard state out with the next Ready even if it is what the storage gave. */
    void offerHardStateAgain() {
        hardState = HardState.EMPTY;
    }

    boolean hasReady() {
        RaftLog log = raft.log();
        return hasNewSoftState()
                || hasNewHardState()
                || !raft.outbox().isEmpty()
                || log.hasNextUnstableEntries()
                || log.nextUnstableSnapshot() != null
                || log.hasNextCommittedEntries(!async)
                || raft.hasReadStates();
    }

    private boolean hasNewSoftState() {
        return lead != raft.lead() || role != raft.role().type();
    }

    private boolean hasNewHardState() {
        return !raft.hasHardState(hardState);
    }

    Ready take() {
        if (!stepsOnAdvance.isEmpty() || !appliedOnAdvance.isEmpty()) {
            throw new MisuseException("the last Ready was not advanced");
        }
        RaftLog log = raft.log();
        SoftState newSoftState = takeSoftState();
        HardState previous = hardState;
        HardState newHardState = HardState.EMPTY;
        if (hasNewHardState()) {
            hardState = raft.hardState();
            newHardState = hardState;
        }
        List<Entry> entries = log.nextUnstableEntries();
        List<Entry> committed = log.nextCommittedEntries(!async);
        Snapshot snapshot = log.nextUnstableSnapshot();
        List<ReadState> readStates = raft.takeReadStates();
        boolean mustSync = !entries.isEmpty() || hardState.mustSyncAfter(previous);
        List<Message> messages =
                async ? messagesAsync(newHardState, entries, snapshot, committed) : messages(snapshot, committed);
        log.acceptUnstable();
        if (!committed.isEmpty()) {
            log.acceptApplying(committed, !async);
        }
        return Ready.of(newSoftState, newHardState, readStates, entries, snapshot, committed, messages, mustSync);
    }

    private @Nullable SoftState takeSoftState() {
        if (!hasNewSoftState()) {
            return null;
        }
        lead = raft.lead();
        role = raft.role().type();
        return new SoftState(lead, role);
    }

    /** The application stores before it sends, so that everything may go; what is for the node itself waits for advance. */
    private List<Message> messages(@Nullable Snapshot snapshot, List<Entry> committed) {
        List<Message> steps = raft.outbox().takeToSelf();
        Message appended = storageAppendResponse(snapshot);
        if (appended != null) {
            steps = Outbox.with(steps, appended);
        }
        if (!steps.isEmpty()) {
            stepsOnAdvance = steps;
        }
        if (!committed.isEmpty()) {
            appliedOnAdvance = committed;
        }
        return raft.outbox().takeToOthers();
    }

    /** Takes up that what the last Ready asked for is done. */
    void advance() {
        List<Message> steps = stepsOnAdvance;
        List<Entry> applied = appliedOnAdvance;
        if (!steps.isEmpty()) {
            stepsOnAdvance = List.of();
            for (int i = 0; i < steps.size(); i++) {
                raft.step(steps.get(i));
            }
        }
        if (!applied.isEmpty()) {
            appliedOnAdvance = List.of();
        }
        raft.onEntriesApplied(applied);
    }

    /** The application stores while it sends: what has to wait for the storage goes there as its responses. */
    private List<Message> messagesAsync(
            HardState newHardState, List<Entry> entries, @Nullable Snapshot snapshot, List<Entry> committed) {
        Outbox outbox = raft.outbox();
        List<Message> messages = outbox.takeImmediate();
        if (!entries.isEmpty() || !newHardState.isEmpty() || snapshot != null || outbox.hasAfterAppend()) {
            // The response that the entries are durable comes last: a leader's own acknowledgement before it finds
            // their terms without asking the storage.
            List<Message> responses = outbox.takeAfterAppend();
            Message appended = storageAppendResponse(snapshot);
            if (appended != null) {
                responses = Outbox.with(responses, appended);
            }
            messages =
                    Outbox.with(messages, Message.storageAppend(raft.id(), newHardState, entries, snapshot, responses));
        }
        if (!committed.isEmpty()) {
            List<Message> responses = List.of(Message.storageApplyResponse(raft.id(), committed));
            messages = Outbox.with(messages, Message.storageApply(raft.id(), committed, responses));
        }
        return messages;
    }

    /**
     * Returns the message by which the node hears that all its unstable entries are durable, or null if it has none.
     *
     * <p>It names the last entry of the log, not of this Ready, and the present term: an append of an earlier term may
     * have been acknowledged and ignored, and its entries would stay unstable for ever.
     */
    private @Nullable Message storageAppendResponse(@Nullable Snapshot snapshot) {
        RaftLog log = raft.log();
        if (log.hasUnstableEntries()) {
            return Message.storageAppendResponse(
                    raft.id(), raft.term(), log.lastTerm(), log.lastIndex(), raft.replacements(), snapshot);
        }
        return snapshot == null ? null : Message.storageAppendResponse(raft.id(), raft.term(), 0, 0, 0, snapshot);
    }
}
