package io.lutra.raft.conformance;

import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.Describe;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.protocol.RawNode;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One node of a script: the state machine under test and all that a host would do for it. FORMAT.md, sections 3 to 6.1. */
final class ScriptNode {
    private final long id;
    private final NodeOptions options;
    private final ScriptStorage storage;
    private final Queue<Message> appendWork = new ArrayDeque<>();
    private final Queue<Message> applyWork = new ArrayDeque<>();

    private Config config;
    private RawNode raft;
    private ElectionTimeout electionTimeout;

    ScriptNode(long id, NodeOptions options) {
        this.id = id;
        this.options = options;
        this.storage = new ScriptStorage(options.snapshot());
        start();
    }

    private void start() {
        long applied = storage.newest().metadata().index();
        config = options.config(id, storage, applied);
        raft = new RawNode(config);
        electionTimeout = new ElectionTimeout(config.electionTick());
    }

    /** Crashes and starts again over the same storage. */
    void restart() {
        appendWork.clear();
        applyWork.clear();
        storage.raiseCommitToApplied();
        start();
    }

    long id() {
        return id;
    }

    RawNode raft() {
        return raft;
    }

    ScriptStorage storage() {
        return storage;
    }

    Config config() {
        return config;
    }

    void tick(int ticks) {
        electionTimeout.tick(raft, ticks);
    }

    void fixElectionTimeout(int ticks) {
        electionTimeout.fix(raft, ticks);
    }

    boolean hasAppendWork() {
        return !appendWork.isEmpty();
    }

    boolean hasApplyWork() {
        return !applyWork.isEmpty();
    }

    /** Prints and does what the node wants done, and adds what it sends to {@code outbox}. */
    void processReady(Output output, List<Message> outbox) {
        Ready ready = raft.ready();
        output.print(Describe.ready(ready));
        if (!config.asyncStorageWrites()) {
            persist(ready.hardState(), ready.snapshot(), ready.entries());
            ready.committedEntries().forEach(this::apply);
        }
        for (Message message : ready.messages()) {
            if (message.type() == MessageType.STORAGE_APPEND) {
                appendWork.add(message);
            } else if (message.type() == MessageType.STORAGE_APPLY) {
                applyWork.add(message);
            } else {
                outbox.add(message);
            }
        }
        if (!config.asyncStorageWrites()) {
            raft.advance();
        }
    }

    void processAppendThread(Output output, List<Message> outbox) {
        Message work = appendWork.poll();
        if (work == null) {
            output.print("no append work to perform");
            return;
        }
        HardState hardState = HardState.of(work.term(), work.vote(), work.commit());
        printWork(output, Message.storageAppend(id, hardState, work.entries(), work.snapshot(), List.of()));
        persist(hardState, work.snapshot(), work.entries());
        respond(output, outbox, work);
    }

    void processApplyThread(Output output, List<Message> outbox) {
        Message work = applyWork.poll();
        if (work == null) {
            output.print("no apply work to perform");
            return;
        }
        printWork(output, Message.storageApply(id, work.entries(), List.of()));
        work.entries().forEach(this::apply);
        respond(output, outbox, work);
    }

    private static void printWork(Output output, Message withoutResponses) {
        output.print("Processing:");
        output.print(Describe.message(withoutResponses));
    }

    private static void respond(Output output, List<Message> outbox, Message work) {
        output.print("Responses:");
        work.responses().forEach(response -> output.print(Describe.message(response)));
        outbox.addAll(work.responses());
    }

    private void persist(HardState hardState, @Nullable Snapshot snapshot, List<Entry> entries) {
        storage.persist(hardState, snapshot, entries);
        if (snapshot != null) {
            long covered = snapshot.metadata().index();
            // The snapshot holds what these entries would do; doing it again would undo what came after them.
            List<Message> work =
                    applyWork.stream().map(message -> without(message, covered)).toList();
            applyWork.clear();
            applyWork.addAll(work);
        }
    }

    private Message without(Message work, long covered) {
        List<Entry> rest =
                work.entries().stream().filter(entry -> entry.index() > covered).toList();
        return Message.storageApply(id, rest, work.responses());
    }

    private void apply(Entry entry) {
        if (!entry.type().isConfChange()) {
            storage.apply(entry, entry.data(), null);
            return;
        }
        MembershipChange change = MembershipChange.of(entry);
        ConfState membership = raft.applyConfChange(change);
        storage.apply(entry, change.asV2().context(), membership);
    }
}
