package io.lutra.testkit.raft;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.testkit.Event;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries out a Ready without waiting: a thread stores, another applies, each in order, and their responses come when
 * they are done. The thread that stores may take several requests with one sync.
 */
final class StorageThreads implements RaftProcess.Worker {
    private final RaftProcess process;
    private final ArrayDeque<Message> toAppend = new ArrayDeque<>();
    private final ArrayDeque<Message> toApply = new ArrayDeque<>();
    private final List<Message> appending = new ArrayList<>();
    /** What is of a term that is not durable yet. */
    private final List<Message> heldBack = new ArrayList<>();

    private final Event appended = Event.of(this::onAppended);
    private final Event applied = Event.of(this::onApplied);

    StorageThreads(RaftProcess process) {
        this.process = process;
    }

    @Override
    public boolean isBusy() {
        return false;
    }

    @Override
    public void takeReady() throws IOException {
        Ready ready = process.node().ready();
        process.checks.readyTaken(ready);
        process.checks.handedOut(ready.committedEntries());
        List<Message> messages = ready.messages();
        for (int i = 0; i < messages.size(); i++) {
            Message m = messages.get(i);
            if (m.to() == Message.LOCAL_APPEND_THREAD) {
                toAppend.add(m);
                Snapshot snapshot = m.snapshot();
                if (snapshot != null) {
                    process.expect(snapshot);
                }
            } else if (m.to() == Message.LOCAL_APPLY_THREAD) {
                toApply.add(m);
            } else if (mustWait(m)) {
                heldBack.add(m);
            } else {
                process.release(m);
            }
        }
        process.confirmReads(ready.readStates());
        append();
        applyNext();
    }

    /** No message leaves whose term is above the durable one. A pre-vote is about a term that may never be. */
    private boolean mustWait(Message m) {
        return process.cluster.options.holdsBackTerms
                && m.type() != MessageType.PRE_VOTE
                && m.type() != MessageType.PRE_VOTE_RESP
                && m.term() > process.view.durableTerm;
    }

    private void releaseHeldBack() {
        List<Message> waiting = List.copyOf(heldBack);
        heldBack.clear();
        for (Message m : waiting) {
            if (mustWait(m)) {
                heldBack.add(m);
            } else {
                process.release(m);
            }
        }
    }

    private void append() throws IOException {
        if (!appending.isEmpty() || toAppend.isEmpty()) {
            return;
        }
        int batch = process.random.chance(0.5) ? 1 : toAppend.size();
        boolean mustSync = false;
        for (int i = 0; i < batch; i++) {
            Message m = toAppend.remove();
            HardState before = process.storage().hardState();
            HardState now = hardState(m);
            mustSync |= !m.entries().isEmpty() || m.snapshot() != null;
            mustSync |= !now.isEmpty() && now.mustSyncAfter(before);
            appending.add(m);
            process.write(now, m.snapshot(), m.entries());
        }
        syncing = mustSync;
        long nanos = mustSync ? process.syncNanos() : 1 + process.random.nextInt(5_000);
        process.cluster.scheduler.after(nanos, process.process, appended);
    }

    private boolean syncing;

    private static HardState hardState(Message m) {
        return HardState.of(m.term(), m.vote(), m.commit());
    }

    private void onAppended() {
        process.cluster.events++;
        try {
            List<Message> done = List.copyOf(appending);
            if (syncing) {
                process.storage().sync();
                for (int i = 0; i < done.size(); i++) {
                    Message m = done.get(i);
                    process.checks.persisted(hardState(m), m.snapshot(), m.entries());
                }
            }
            appending.clear();
            process.catchUp();
            releaseHeldBack();
            for (int i = 0; i < done.size(); i++) {
                Snapshot snapshot = done.get(i).snapshot();
                if (snapshot != null) {
                    process.install(snapshot);
                }
                respond(done.get(i));
            }
            append();
            process.settle();
        } catch (IOException e) {
            process.dieOf(e);
        } catch (RuntimeException e) {
            process.fail(e);
        }
    }

    private void respond(Message done) {
        List<Message> responses = done.responses();
        for (int i = 0; i < responses.size(); i++) {
            process.release(responses.get(i));
        }
    }

    private void applyNext() {
        if (!toApply.isEmpty() && !applied.isWaiting()) {
            long nanos = process.cluster.spreadNanos(process.random, process.cluster.options.applyNanos);
            process.cluster.scheduler.after(nanos, process.process, applied);
        }
    }

    private void onApplied() {
        process.cluster.events++;
        try {
            Message m = toApply.remove();
            List<Entry> entries = m.entries();
            process.catchUp();
            // The core may have taken up a snapshot, and its configuration: then what it covers must not be applied any
            // more.
            process.drain();
            process.apply(entries);
            respond(m);
            applyNext();
            process.settle();
        } catch (IOException e) {
            process.dieOf(e);
        } catch (RuntimeException e) {
            process.fail(e);
        }
    }

    @Override
    public void stop() {
        process.cluster.scheduler.cancel(appended);
        process.cluster.scheduler.cancel(applied);
        toAppend.clear();
        toApply.clear();
        appending.clear();
        heldBack.clear();
    }
}
