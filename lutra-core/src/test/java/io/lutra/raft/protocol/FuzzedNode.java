package io.lutra.raft.protocol;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.CompactedException;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotOutOfDateException;
import io.lutra.raft.UnavailableException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A node that gets random messages, and an application around it that does all it should, with or without delay. */
final class FuzzedNode {
    static final int MAX_PENDING_READS = 8;
    private static final int REMEMBERED = 64;

    private final boolean async;
    private final TestNode.Builder builder;
    private final TestStorage storage;
    private final Recorder trace = new Recorder();
    private final Queue<Message> appendWork = new ArrayDeque<>();
    private final Queue<Message> applyWork = new ArrayDeque<>();
    private final Message[] remembered = new Message[REMEMBERED];
    private int sent;
    private RawNode raw;
    private NodeChecker checker;
    private long applied;

    FuzzedNode(TestNode.Builder builder, boolean async) {
        this.async = async;
        this.builder = builder.with(o -> o.asyncStorageWrites(async));
        this.storage = builder.storage();
        this.raw = new RawNode(builder.config(storage, trace));
        this.checker = new NodeChecker(raw, builder.config(storage, trace));
    }

    boolean isAsync() {
        return async;
    }

    RawNode raw() {
        return raw;
    }

    BasicStatus status() {
        return raw.basicStatus();
    }

    void step(Message message) {
        raw.step(message);
        trace.clear();
    }

    void check() {
        checker.check();
    }

    /** Returns something that the node said not long ago, or null. */
    @Nullable
    Message oldMessage(RandomGenerator random) {
        return remembered[random.nextInt(REMEMBERED)];
    }

    long termOf(long index) {
        try {
            return storage.memory.term(index);
        } catch (CompactedException | UnavailableException e) {
            return status().term();
        }
    }

    /** Does what a Ready asks for, or with asynchronous storage writes some of what Readys have asked for. */
    void work(RandomGenerator random) {
        if (raw.hasReady()) {
            Ready ready = raw.ready();
            checker.check(ready);
            ready.messages().forEach(this::send);
            if (!async) {
                store(ready.hardState(), ready.snapshot(), ready.entries());
                apply(ready.committedEntries());
                raw.advance();
            }
        }
        if (random.nextBoolean()) {
            workOn(appendWork);
        }
        if (random.nextBoolean()) {
            workOn(applyWork);
        }
    }

    private void send(Message message) {
        switch (message.type()) {
            case STORAGE_APPEND -> appendWork.add(message);
            case STORAGE_APPLY -> applyWork.add(message);
            default -> remembered[sent++ % REMEMBERED] = message;
        }
    }

    private void workOn(Queue<Message> queue) {
        Message work = queue.poll();
        if (work == null) {
            return;
        }
        if (work.type() == MessageType.STORAGE_APPEND) {
            store(HardState.of(work.term(), work.vote(), work.commit()), work.snapshot(), work.entries());
        } else {
            apply(work.entries());
        }
        for (Message response : work.responses()) {
            if (response.to() == status().id()) {
                raw.step(response);
            } else {
                send(response);
            }
        }
    }

    private void store(HardState hardState, @Nullable Snapshot snapshot, List<Entry> entries) {
        if (!hardState.isEmpty()) {
            storage.setHardState(hardState);
        }
        if (snapshot != null) {
            install(snapshot);
        }
        storage.append(entries);
    }

    private void install(Snapshot snapshot) {
        try {
            storage.applySnapshot(snapshot);
        } catch (SnapshotOutOfDateException e) {
            // The application made a newer one meanwhile.
            return;
        }
        storage.setConfState(snapshot.metadata().confState());
        applied = Math.max(applied, snapshot.metadata().index());
    }

    private void apply(List<Entry> entries) {
        for (Entry entry : entries) {
            if (entry.index() <= applied) {
                // A snapshot that was installed meanwhile has it.
                continue;
            }
            applied = entry.index();
            if (entry.type().isConfChange()) {
                try {
                    storage.setConfState(raw.applyConfChange(MembershipChange.of(entry)));
                } catch (InvalidConfChangeException | MalformedBytesException e) {
                    trace.clear();
                }
            }
        }
    }

    /** Makes a snapshot of what is applied, and drops some of the log. */
    void compact(RandomGenerator random) {
        long index = applied;
        // The membership is that of what is applied here; of that the core has to know before it is compacted.
        if (index != status().applied()
                || index > storage.lastIndex()
                || index < storage.firstIndex()
                || index <= storage.snapshot().metadata().index()) {
            return;
        }
        storage.memory.createSnapshot(index, storage.initialState().confState(), new byte[0]);
        storage.memory.compact(storage.firstIndex() + random.nextInt((int) (index - storage.firstIndex() + 1)));
    }

    /** Crashes: what was not stored is lost, what was stored and applied is not. */
    void restart() {
        appendWork.clear();
        applyWork.clear();
        HardState stored = storage.initialState().hardState();
        long commit = Math.max(stored.commit(), Math.min(applied, storage.lastIndex()));
        storage.setHardState(HardState.of(stored.term(), stored.vote(), commit));
        try {
            raw = new RawNode(resumed(Math.min(applied, commit)));
        } catch (InvalidConfigException e) {
            // Two leaders of one term, which lying peers feign, have put other entries in the place of what it applied.
            SnapshotMetadata snapshot = storage.snapshot().metadata();
            storage.setConfState(snapshot.confState());
            applied = snapshot.index();
            raw = new RawNode(resumed(applied));
        }
        checker = checker.afterRestart(raw);
    }

    private Config resumed(long from) {
        return builder.with(o -> o.applied(from)).config(storage, trace);
    }
}
