package io.lutra.testkit.storage;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InitialState;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotOutOfDateException;
import io.lutra.raft.StorageException;
import io.lutra.raft.UnavailableException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A storage in memory with one fault, or none. */
final class FaultyStorage implements HardStateStorage {
    private final @Nullable PlantedFault fault;
    private MemoryStorage storage = new MemoryStorage();
    private boolean compacted;

    FaultyStorage(@Nullable PlantedFault fault) {
        this.fault = fault;
    }

    FaultyStorage reopened() {
        if (fault == PlantedFault.FORGETS_HARD_STATE) {
            storage.setHardState(HardState.EMPTY);
        }
        return this;
    }

    @Override
    public void append(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        long first = entries.get(0).index();
        long last = entries.get(entries.size() - 1).index();
        if (fault == PlantedFault.KEEPS_OLD_TAIL && last < storage.lastIndex() && last >= storage.firstIndex()) {
            List<Entry> longer = new ArrayList<>(entries);
            longer.addAll(storage.entries(last + 1, storage.lastIndex() + 1, Long.MAX_VALUE));
            storage.append(longer);
            return;
        }
        if (fault == PlantedFault.TRUNCATES_FOR_COMPACTED_ENTRIES && compacted && last < storage.firstIndex()) {
            List<Entry> kept = storage.lastIndex() > storage.firstIndex()
                    ? storage.entries(storage.firstIndex(), storage.firstIndex() + 1, 0)
                    : List.of();
            storage.append(kept);
            return;
        }
        try {
            storage.append(entries);
        } catch (StorageException gap) {
            if (fault != PlantedFault.ACCEPTS_GAP) {
                throw gap;
            }
            List<Entry> moved = new ArrayList<>();
            for (Entry entry : entries) {
                moved.add(entry.placed(entry.term(), storage.lastIndex() + 1 + entry.index() - first));
            }
            storage.append(moved);
        }
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        List<Entry> found;
        try {
            found = storage.entries(lo, hi, fault == PlantedFault.IGNORES_LIMIT ? Long.MAX_VALUE : maxSize);
        } catch (UnavailableException e) {
            throw fault == PlantedFault.CONFUSES_ERRORS ? new CompactedException(e.getMessage()) : e;
        }
        if (fault == PlantedFault.RETURNS_NOTHING_BELOW_LIMIT && found.get(0).encodedSize() > maxSize) {
            return List.of();
        }
        return fault == PlantedFault.RETURNS_A_VIEW ? view(lo, found.size()) : found;
    }

    private List<Entry> view(long lo, int size) {
        return new AbstractList<>() {
            @Override
            public Entry get(int index) {
                return storage.entries(lo + index, lo + index + 1, 0).get(0);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    @Override
    public long term(long index) {
        boolean forgotten =
                fault == PlantedFault.FORGETS_TERM_OF_COMPACTED && compacted && index == storage.firstIndex() - 1;
        return forgotten ? 0 : storage.term(index);
    }

    @Override
    public void applySnapshot(Snapshot snapshot) {
        try {
            storage.applySnapshot(snapshot);
        } catch (SnapshotOutOfDateException e) {
            if (fault != PlantedFault.ACCEPTS_OLD_SNAPSHOT) {
                throw e;
            }
            HardState hardState = storage.initialState().hardState();
            storage = new MemoryStorage();
            storage.setHardState(hardState);
            storage.applySnapshot(snapshot);
        }
        compacted = false;
    }

    void compact(long index) {
        storage.compact(index);
        compacted = true;
    }

    void createSnapshot(long index, ConfState confState, byte[] data) {
        storage.createSnapshot(index, confState, data);
    }

    @Override
    public void setHardState(HardState hardState) {
        storage.setHardState(hardState);
    }

    @Override
    public InitialState initialState() {
        return storage.initialState();
    }

    @Override
    public long lastIndex() {
        return storage.lastIndex();
    }

    @Override
    public long firstIndex() {
        return storage.firstIndex();
    }

    @Override
    public Snapshot snapshot() {
        return storage.snapshot();
    }
}
