package io.lutra.raft.protocol;

import io.lutra.raft.ConfState;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InitialState;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A storage in memory that can be made to do what storages must not, and to pretend that it is on a disk. */
final class TestStorage implements HardStateStorage {
    final MemoryStorage memory = new MemoryStorage();
    private ConfState confState;
    private @Nullable RuntimeException failure;
    private @Nullable RuntimeException snapshotFailure;
    private UnaryOperator<List<Entry>> reading = entries -> entries;
    private Runnable onTerm = () -> {};
    private long inMemoryFrom;
    private long inMemoryTo = Long.MAX_VALUE;
    private final List<Long> asked = new ArrayList<>();

    TestStorage(ConfState confState) {
        this.confState = confState;
    }

    /** Sets the membership that the next node on this storage starts with. */
    void setConfState(ConfState newConfState) {
        confState = newConfState;
    }

    /** From now on every read throws this. */
    void failWith(RuntimeException error) {
        failure = error;
    }

    /** From now on every read of the snapshot throws this. */
    void failSnapshotsWith(RuntimeException error) {
        snapshotFailure = error;
    }

    /** From now on it works again. */
    void recover() {
        failure = null;
        snapshotFailure = null;
    }

    /** From now on reads return what this makes of the entries. */
    void readAs(UnaryOperator<List<Entry>> change) {
        reading = change;
    }

    /** From now on this runs whenever a term is asked for. */
    void onTerm(Runnable hook) {
        onTerm = hook;
    }

    /** Entries below an index are on a disk now, those from there on in memory. */
    void evictBelow(long index) {
        evictOutside(index, Long.MAX_VALUE);
    }

    /** Only the entries of {@code [lo, hi)} are in memory now. */
    void evictOutside(long lo, long hi) {
        inMemoryFrom = lo;
        inMemoryTo = hi;
        asked.clear();
    }

    /** Returns the indexes that were asked for while they were on a disk. */
    List<Long> asked() {
        return asked;
    }

    @Override
    public void append(List<Entry> entries) {
        memory.append(entries);
    }

    @Override
    public InitialState initialState() {
        return read(() -> new InitialState(memory.initialState().hardState(), confState));
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        return read(() -> {
            requireInMemory(lo, hi);
            return reading.apply(memory.entries(lo, hi, maxSize));
        });
    }

    @Override
    public long term(long index) {
        onTerm.run();
        return read(() -> memory.term(index));
    }

    @Override
    public long lastIndex() {
        return read(memory::lastIndex);
    }

    @Override
    public long firstIndex() {
        return read(memory::firstIndex);
    }

    @Override
    public Snapshot snapshot() {
        if (snapshotFailure != null) {
            throw snapshotFailure;
        }
        return read(memory::snapshot);
    }

    @Override
    public void setHardState(HardState hardState) {
        memory.setHardState(hardState);
    }

    @Override
    public void applySnapshot(Snapshot snapshot) {
        memory.applySnapshot(snapshot);
    }

    private void requireInMemory(long lo, long hi) {
        if (lo < inMemoryFrom || lo >= inMemoryTo) {
            asked.add(lo);
            throw new EntriesNotInMemoryException(lo, hi);
        }
    }

    private <T> T read(Supplier<T> reader) {
        if (failure != null) {
            throw failure;
        }
        return reader.get();
    }
}
