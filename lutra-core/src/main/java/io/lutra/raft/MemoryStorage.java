package io.lutra.raft;

import java.util.Arrays;
import java.util.List;

/**
 * A storage in memory: for tests, examples, and applications that keep what matters elsewhere. Nothing survives the
 * process. Safe for use by many threads.
 */
public final class MemoryStorage implements HardStateStorage {
    private static final Entry[] NONE = {};

    private HardState hardState = HardState.EMPTY;
    private Snapshot snapshot = Snapshot.EMPTY;
    /** Index and term of the entry just before the first. */
    private long offset;

    private long offsetTerm;
    private Entry[] entries = NONE;
    /** The entries are {@code entries[head, head + size)}. */
    private int head;

    private int size;

    /** Creates an empty storage. */
    public MemoryStorage() {}

    /**
     * Returns the stored hard state and the membership of the snapshot. It is what was applied for an application that
     * starts from the snapshot and applies what follows again; for one that keeps its state elsewhere, {@link
     * Config#applied} tells more.
     */
    @Override
    public synchronized InitialState initialState() {
        return new InitialState(hardState, snapshot.metadata().confState());
    }

    @Override
    public synchronized void setHardState(HardState hardState) {
        checkRange("term", hardState.term());
        checkRange("commit index", hardState.commit());
        this.hardState = hardState;
    }

    @Override
    public synchronized List<Entry> entries(long lo, long hi, long maxSize) {
        if (lo <= offset) {
            throw new CompactedException("entry " + lo + " was compacted; the first is " + firstIndex());
        }
        if (lo >= hi || hi > lastIndex() + 1) {
            throw new UnavailableException(
                    "entries [" + lo + ", " + hi + ") are not there; the last is " + lastIndex());
        }
        int count = (int) (hi - lo);
        int from = slot(lo);
        int to = from + 1;
        long bytes = entries[from].encodedSize();
        while (to < from + count) {
            bytes += entries[to].encodedSize();
            if (bytes > maxSize) {
                break;
            }
            to++;
        }
        // Most lists are of one, and need no array then.
        return to == from + 1 ? List.of(entries[from]) : Arrays.asList(Arrays.copyOfRange(entries, from, to));
    }

    @Override
    public synchronized long term(long index) {
        if (index < offset) {
            throw new CompactedException("the term of entry " + index + " was compacted");
        }
        if (index > lastIndex()) {
            throw new UnavailableException("entry " + index + " is not there; the last is " + lastIndex());
        }
        return index == offset ? offsetTerm : entries[slot(index)].term();
    }

    @Override
    public synchronized long lastIndex() {
        return offset + size;
    }

    @Override
    public synchronized long firstIndex() {
        return offset + 1;
    }

    @Override
    public synchronized Snapshot snapshot() {
        return snapshot;
    }

    @Override
    public synchronized void applySnapshot(Snapshot newer) {
        long index = newer.metadata().index();
        checkRange("index", index);
        checkRange("term", newer.metadata().term());
        if (!snapshot.isEmpty() && snapshot.metadata().index() >= index) {
            throw new SnapshotOutOfDateException("snapshot " + index + " is not newer than "
                    + snapshot.metadata().index());
        }
        snapshot = newer;
        offset = index;
        offsetTerm = newer.metadata().term();
        entries = NONE;
        head = 0;
        size = 0;
    }

    /**
     * Makes a snapshot of the application's state after the entry at {@code index}, and returns it. The log stays.
     *
     * @param confState the membership after that entry
     * @param data the application's state; it is copied
     * @throws SnapshotOutOfDateException if there is a snapshot that is as new
     * @throws CompactedException if the entry was compacted beyond its term
     * @throws UnavailableException if the index is after the last entry
     */
    public synchronized Snapshot createSnapshot(long index, ConfState confState, byte[] data) {
        if (index <= snapshot.metadata().index()) {
            throw new SnapshotOutOfDateException("snapshot " + index + " is not newer than "
                    + snapshot.metadata().index());
        }
        snapshot = Snapshot.of(data, SnapshotMetadata.of(confState, index, term(index)));
        return snapshot;
    }

    /**
     * Drops the entries up to and including {@code index}. It is up to the caller to have a snapshot that covers them.
     *
     * @throws CompactedException if they were dropped before
     * @throws UnavailableException if the index is after the last entry
     */
    public synchronized void compact(long index) {
        if (index <= offset) {
            throw new CompactedException("entry " + index + " was compacted before; the first is " + firstIndex());
        }
        offsetTerm = term(index);
        int dropped = (int) (index - offset);
        for (int i = 0; i < dropped; i++) {
            entries[head + i] = null;
        }
        head += dropped;
        size -= dropped;
        offset = index;
    }

    @Override
    public synchronized void append(List<Entry> newEntries) {
        if (newEntries.isEmpty()) {
            return;
        }
        long first = newEntries.get(0).index();
        checkRange("index", first);
        for (int i = 0; i < newEntries.size(); i++) {
            Entry entry = newEntries.get(i);
            checkRange("term", entry.term());
            if (entry.index() != first + i) {
                throw new StorageException("entry " + entry.index() + " does not follow entry " + (first + i - 1));
            }
        }
        int skipped = (int) Math.max(0, Math.min(newEntries.size(), offset + 1 - first));
        if (skipped == newEntries.size()) {
            return;
        }
        long keepBelow = first + skipped;
        if (keepBelow > lastIndex() + 1) {
            throw new StorageException("entry " + keepBelow + " would leave a gap; the last is " + lastIndex());
        }
        truncateTo((int) (keepBelow - offset - 1));
        reserve(newEntries.size() - skipped);
        for (int i = skipped; i < newEntries.size(); i++) {
            entries[head + size++] = newEntries.get(i);
        }
    }

    private static void checkRange(String what, long value) {
        if (value < 0) {
            throw new StorageException(what + " " + Long.toUnsignedString(value) + " is above " + Long.MAX_VALUE);
        }
    }

    private int slot(long index) {
        return head + (int) (index - offset - 1);
    }

    private void truncateTo(int newSize) {
        for (int i = newSize; i < size; i++) {
            entries[head + i] = null;
        }
        size = newSize;
    }

    private void reserve(int more) {
        if (head + size + more <= entries.length) {
            return;
        }
        Entry[] target = size + more > entries.length / 2 ? new Entry[2 * (size + more)] : entries;
        System.arraycopy(entries, head, target, 0, size);
        if (target == entries) {
            Arrays.fill(entries, size, head + size, null);
        }
        entries = target;
        head = 0;
    }
}
