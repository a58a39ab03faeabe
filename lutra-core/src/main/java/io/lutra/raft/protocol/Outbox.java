package io.lutra.raft.protocol;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.MisuseException;
import io.lutra.raft.ReadState;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SoftState;
import io.lutra.raft.StateType;
import io.lutra.raft.log.RaftLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way out: collects what has to be done into a {@link Ready}, and remembers what was handed out before.
 *
 * <p>What promises something must wait until all that is unstable now is durable: an acknowledgement promises that entries
 * will be there, a vote that no other is given in its term. Thesis §3.8. A rejection may rest on unstable state as well,
 * so it waits too. With asynchronous storage writes a vote request also waits: a candidate that forgets it was one could
 * campaign twice in one term, and lead twice ({@code docs/deviations.md}).
 */
final class Outbox {
    private final Raft raft;
    /** Messages that may leave at once. Null if there are none: to store a list costs an idle group more than all else. */
    private @Nullable List<Message> immediate;
    /** Messages that have to wait for the storage; with asynchronous storage writes, those to the node itself included. */
    private @Nullable List<Message> afterAppend;

    private @Nullable List<Message> toSelf;
    private @Nullable List<ReadState> readStates;

    /** What the last Ready left to be done on advance. */
    private List<Message> stepsOnAdvance = List.of();

    private List<Entry> appliedOnAdvance = List.of();

    /** What was handed out last, or found in the storage. */
    private HardState hardState;

    private long lead;
    private StateType role;

    Outbox(Raft raft) {
        this.raft = raft;
        this.hardState = raft.hardState();
        this.lead = raft.lead();
        this.role = raft.role().type();
    }

    void send(Message message) {
        raft.trace().sent(message);
        if (!waits(message.type())) {
            immediate = with(immediate, message);
        } else if (raft.options().asyncStorageWrites() || message.to() != raft.id()) {
            afterAppend = with(afterAppend, message);
        } else {
            toSelf = with(toSelf, message);
        }
    }

    private boolean waits(MessageType type) {
        return switch (type) {
            case APP_RESP, VOTE_RESP, PRE_VOTE_RESP -> true;
            case VOTE -> raft.options().holdsVoteRequests();
            default -> false;
        };
    }

    void add(ReadState readState) {
        if (readStates == null) {
            readStates = new ArrayList<>();
        }
        readStates.add(readState);
    }

    /**
     * Returns the list and one message more. Most Readys have none, one, or one per peer of three: lists without an array
     * are 48 bytes less for each of the leader's, and 24 for each of the others'.
     */
    static List<Message> with(@Nullable List<Message> list, Message message) {
        if (list == null || list.isEmpty()) {
            return List.of(message);
        }
        if (list.size() == 1) {
            return List.of(list.get(0), message);
        }
        List<Message> more = list.size() == 2 ? new ArrayList<>(list) : list;
        more.add(message);
        return more;
    }

    /** Returns a list that {@link #with} has made, to be handed out. */
    private static List<Message> unmodifiable(List<Message> list) {
        return list.size() > 2 ? Collections.unmodifiableList(list) : list;
    }

    /** Hands the hard state out with the next Ready even if it is what the storage gave. */
    void offerHardStateAgain() {
        hardState = HardState.EMPTY;
    }

    boolean hasReady() {
        RaftLog log = raft.log();
        return hasNewSoftState()
                || hasNewHardState()
                || immediate != null
                || afterAppend != null
                || toSelf != null
                || readStates != null
                || log.hasNextUnstableEntries()
                || log.nextUnstableSnapshot() != null
                || log.hasNextCommittedEntries(raft.options().applyLimits());
    }

    private boolean hasNewSoftState() {
        return lead != raft.lead() || role != raft.role().type();
    }

    private boolean hasNewHardState() {
        return !raft.hasHardState(hardState);
    }

    /** Checks that the last Ready is done. */
    void requireAdvanced() {
        if (!stepsOnAdvance.isEmpty() || !appliedOnAdvance.isEmpty()) {
            throw new MisuseException("the last Ready was not advanced");
        }
    }

    Ready take() {
        RaftLog log = raft.log();
        SoftState newSoftState = takeSoftState();
        HardState previous = hardState;
        HardState newHardState = HardState.EMPTY;
        if (hasNewHardState()) {
            hardState = raft.hardState();
            newHardState = hardState;
        }
        List<Entry> entries = log.nextUnstableEntries();
        List<Entry> committed = log.nextCommittedEntries(raft.options().applyLimits());
        Snapshot snapshot = log.nextUnstableSnapshot();
        List<ReadState> reads = takeReadStates();
        boolean mustSync = !entries.isEmpty() || hardState.mustSyncAfter(previous);
        List<Message> messages = raft.options().asyncStorageWrites()
                ? messagesAsync(newHardState, entries, snapshot, committed)
                : messages(snapshot, committed);
        log.acceptUnstable();
        if (!committed.isEmpty()) {
            log.acceptApplying(committed, raft.options().applyLimits());
        }
        return Ready.of(
                newSoftState, newHardState, reads, entries, snapshot, committed, unmodifiable(messages), mustSync);
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
        List<Message> steps = takeToSelf();
        Message appended = storageAppendResponse(snapshot);
        if (appended != null) {
            steps = with(steps, appended);
        }
        if (!steps.isEmpty()) {
            stepsOnAdvance = steps;
        }
        if (!committed.isEmpty()) {
            appliedOnAdvance = committed;
        }
        return takeToOthers();
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
        List<Message> messages = takeImmediate();
        if (!entries.isEmpty() || !newHardState.isEmpty() || snapshot != null || afterAppend != null) {
            // The response that the entries are durable comes last: a leader's own acknowledgement before it finds
            // their terms without asking the storage.
            List<Message> responses = takeAfterAppend();
            Message appended = storageAppendResponse(snapshot);
            if (appended != null) {
                responses = with(responses, appended);
            }
            responses = unmodifiable(responses);
            messages = with(messages, Message.storageAppend(raft.id(), newHardState, entries, snapshot, responses));
        }
        if (!committed.isEmpty()) {
            List<Message> responses = List.of(Message.storageApplyResponse(raft.id(), committed));
            messages = with(messages, Message.storageApply(raft.id(), committed, responses));
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

    /** Takes all messages to others, in the order in which they leave. */
    private List<Message> takeToOthers() {
        List<Message> taken = takeImmediate();
        List<Message> waiting = takeAfterAppend();
        if (taken.isEmpty()) {
            return waiting;
        }
        for (int i = 0; i < waiting.size(); i++) {
            taken = with(taken, waiting.get(i));
        }
        return taken;
    }

    private List<Message> takeImmediate() {
        List<Message> taken = immediate;
        immediate = null;
        return orNone(taken);
    }

    private List<Message> takeAfterAppend() {
        List<Message> taken = afterAppend;
        afterAppend = null;
        return orNone(taken);
    }

    private List<Message> takeToSelf() {
        List<Message> taken = toSelf;
        toSelf = null;
        return orNone(taken);
    }

    private List<ReadState> takeReadStates() {
        List<ReadState> taken = readStates;
        readStates = null;
        return taken == null ? List.of() : Collections.unmodifiableList(taken);
    }

    private static List<Message> orNone(@Nullable List<Message> list) {
        return list == null ? List.of() : list;
    }
}
