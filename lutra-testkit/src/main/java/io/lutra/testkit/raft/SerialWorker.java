package io.lutra.testkit.raft;

import io.lutra.raft.Message;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.testkit.Event;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries out one Ready after the other: stores, then sends and applies, then advances. Inputs wait for the disk. */
final class SerialWorker implements RaftProcess.Worker {
    private final RaftProcess process;
    private final Event synced = Event.of(this::onSynced);
    private @Nullable Ready writing;

    SerialWorker(RaftProcess process) {
        this.process = process;
    }

    @Override
    public boolean isBusy() {
        return writing != null;
    }

    @Override
    public void takeReady() throws IOException {
        Ready ready = process.node().ready();
        process.checks.readyTaken(ready);
        if (ready.snapshot() != null) {
            process.cluster.operation(Operation.INSTALL, process);
        }
        process.write(ready.hardState(), ready.snapshot(), ready.entries());
        if (ready.mustSync() || ready.snapshot() != null) {
            writing = ready;
            process.cluster.scheduler.after(process.syncNanos(), process.process, synced);
        } else {
            finish(ready);
        }
    }

    private void onSynced() {
        Ready ready = writing;
        if (ready == null) {
            return;
        }
        process.cluster.events++;
        try {
            process.sync(ready.hardState(), ready.snapshot(), ready.entries());
            writing = null;
            finish(ready);
            process.drain();
            process.scheduleTick();
        } catch (IOException e) {
            process.dieOf(e);
        } catch (RuntimeException e) {
            process.fail(e);
        }
    }

    private void finish(Ready ready) throws IOException {
        List<Message> messages = ready.messages();
        for (int i = 0; i < messages.size(); i++) {
            process.release(messages.get(i));
        }
        Snapshot snapshot = ready.snapshot();
        if (snapshot != null) {
            process.install(snapshot);
        }
        process.apply(ready.committedEntries());
        process.confirmReads(ready.readStates());
        process.node().advance();
        process.stepped();
    }

    @Override
    public void stop() {
        process.cluster.scheduler.cancel(synced);
        writing = null;
    }
}
