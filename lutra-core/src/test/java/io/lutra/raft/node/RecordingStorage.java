package io.lutra.raft.node;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InitialState;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StorageException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A storage that tells in which order it was written, and can be made to fail or wait. */
final class RecordingStorage implements HardStateStorage {
    private final MemoryStorage memory = new MemoryStorage();
    private final List<String> writes = new CopyOnWriteArrayList<>();
    private volatile @Nullable ConfState membership;
    private volatile Runnable beforeWriting = () -> {};
    private volatile Runnable beforeReading = () -> {};

    /** Starts the record anew. */
    RecordingStorage forget() {
        writes.clear();
        return this;
    }

    void failFromNowOn() {
        beforeWriting(() -> {
            throw new StorageException("the disk is gone");
        });
    }

    void failReadsFromNowOn(RuntimeException error) {
        beforeReading = () -> {
            throw error;
        };
    }

    void beforeWriting(Runnable action) {
        beforeWriting = action;
    }

    /** What was written, such as {@code hard state 2/1/0} (term, vote, commit), {@code append 1..3}, {@code snapshot 5}. */
    List<String> writes() {
        return List.copyOf(writes);
    }

    /** Has it return another membership than its snapshot's. */
    void keepMembership(ConfState applied) {
        membership = applied;
    }

    MemoryStorage memory() {
        return memory;
    }

    private void write(String what, Runnable write) {
        beforeWriting.run();
        write.run();
        writes.add(what);
    }

    @Override
    public void append(List<Entry> entries) {
        if (!entries.isEmpty()) {
            write(
                    "append " + entries.get(0).index() + ".."
                            + entries.get(entries.size() - 1).index(),
                    () -> memory.append(entries));
        }
    }

    @Override
    public void setHardState(HardState state) {
        write(
                "hard state " + state.term() + "/" + state.vote() + "/" + state.commit(),
                () -> memory.setHardState(state));
    }

    @Override
    public void applySnapshot(Snapshot snapshot) {
        write("snapshot " + snapshot.metadata().index(), () -> memory.applySnapshot(snapshot));
    }

    @Override
    public InitialState initialState() {
        InitialState state = memory.initialState();
        ConfState kept = membership;
        return kept == null ? state : new InitialState(state.hardState(), kept);
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        beforeReading.run();
        return memory.entries(lo, hi, maxSize);
    }

    @Override
    public long term(long index) {
        beforeReading.run();
        return memory.term(index);
    }

    @Override
    public long lastIndex() {
        beforeReading.run();
        return memory.lastIndex();
    }

    @Override
    public long firstIndex() {
        beforeReading.run();
        return memory.firstIndex();
    }

    @Override
    public Snapshot snapshot() {
        beforeReading.run();
        return memory.snapshot();
    }
}
