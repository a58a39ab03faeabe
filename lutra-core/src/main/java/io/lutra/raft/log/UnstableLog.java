package io.lutra.raft.log;

import io.lutra.raft.Entry;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the storage does not have yet: a snapshot, entries, or both. They stay until the storage says that it has them,
 * so that the log can be read while they are written.
 *
 * <pre>
 *   storage ...     | offset            inProgress          lastIndex
 *                   v                   v                   v
 *              [ given to be written ][ not given yet      ]
 * </pre>
 *
 * <p>Invariant U1: offset &le; inProgress &le; lastIndex + 1. U2: a pending snapshot's index is at most offset - 1.
 * The offset may lie below the storage's last index: the next write then replaces what the storage has from there on.
 *
 * <p>Slots of the array are written once, so that lists over it, which are handed out, never change.
 */
final class UnstableLog {
    private static final Entry[] NONE = {};

    private Entry[] entries = NONE;
    /** The entries are {@code entries[start, start + size)}. */
    private int start;

    private int size;
    private long offset;
    private long inProgress;
    private @Nullable Snapshot snapshot;
    /** How often something was replaced that had been given to be written and not acknowledged. */
    private int replacements;
    /** The index of the latest snapshot that was given to be written, 0 if none was. */
    private long givenSnapshot;

    UnstableLog(long offset) {
        this.offset = offset;
        this.inProgress = offset;
    }

    long offset() {
        return offset;
    }

    /** Returns the last index of the whole log: without entries here, the storage ends just before the offset. */
    long lastIndex() {
        return offset + size - 1;
    }

    boolean hasEntries() {
        return size > 0;
    }

    @Nullable
    Snapshot snapshot() {
        return snapshot;
    }

    /** Returns the term of an entry at or after the offset, which must be there. */
    long term(long index) {
        return entries[slot(index)].term();
    }

    /** Returns the entries that were not given to be written yet. */
    List<Entry> nextEntries() {
        return slice(inProgress, lastIndex() + 1);
    }

    boolean hasNextEntries() {
        return inProgress <= lastIndex();
    }

    /** Returns the snapshot if it was not given to be written yet. */
    @Nullable
    Snapshot nextSnapshot() {
        return snapshot != null && snapshot.metadata().index() > givenSnapshot ? snapshot : null;
    }

    /** Notes that everything was given to be written. */
    void acceptInProgress() {
        inProgress = lastIndex() + 1;
        if (snapshot != null) {
            givenSnapshot = snapshot.metadata().index();
        }
    }

    /**
     * Drops the entries up to one that the storage has. Nothing happens if that entry is not here, or not any more: what
     * replaced it is still to be written.
     */
    void stableTo(long term, long index) {
        if (index < offset || index >= inProgress || term(index) != term) {
            return;
        }
        int dropped = (int) (index + 1 - offset);
        size -= dropped;
        start += dropped;
        offset = index + 1;
        inProgress = Math.max(inProgress, offset);
        if (size == 0) {
            entries = NONE;
            start = 0;
        }
    }

    /** Drops the snapshot if the storage has this one, and returns false if it was never given one that new. */
    boolean stableSnapshotTo(long index) {
        if (index > givenSnapshot) {
            return false;
        }
        if (snapshot != null && snapshot.metadata().index() == index) {
            snapshot = null;
        }
        return true;
    }

    long replacements() {
        return replacements;
    }

    void restore(Snapshot newSnapshot) {
        countReplacementFrom(offset);
        offset = newSnapshot.metadata().index() + 1;
        inProgress = offset;
        entries = NONE;
        start = 0;
        size = 0;
        snapshot = newSnapshot;
    }

    /** Appends entries; they replace those from their first index on. */
    void truncateAndAppend(List<Entry> newEntries) {
        long first = newEntries.get(0).index();
        if (first > lastIndex() + 1) {
            throw new RaftInvariantException("entry " + first + " would leave a gap after " + lastIndex());
        }
        countReplacementFrom(first);
        if (first <= offset) {
            offset = first;
            inProgress = first;
            replace(0, newEntries.size());
        } else if (first <= lastIndex()) {
            inProgress = Math.min(inProgress, first);
            replace((int) (first - offset), newEntries.size());
        } else if (start + size + newEntries.size() > entries.length) {
            replace(size, newEntries.size());
        }
        for (int i = 0; i < newEntries.size(); i++) {
            entries[start + size++] = newEntries.get(i);
        }
    }

    private void countReplacementFrom(long first) {
        replacements += first < inProgress ? 1 : 0;
    }

    /** Moves the first {@code kept} entries to a new array with room for more: written slots are never written again. */
    private void replace(int kept, int more) {
        // An empty log grows by just what comes: with a fast storage every batch is alone. Else it doubles.
        Entry[] target = new Entry[kept == 0 ? more : 2 * (kept + more)];
        System.arraycopy(entries, start, target, 0, kept);
        entries = target;
        start = 0;
        size = kept;
    }

    /** Returns the entries of {@code [lo, hi)}, which must be here. */
    List<Entry> slice(long lo, long hi) {
        if (lo == hi) {
            return List.of();
        }
        if (lo < offset || hi > lastIndex() + 1 || lo > hi) {
            throw new RaftInvariantException(
                    "[" + lo + ", " + hi + ") is not within the unstable [" + offset + ", " + (lastIndex() + 1) + ")");
        }
        return EntryArray.of(entries, slot(lo), slot(hi));
    }

    private int slot(long index) {
        return start + (int) (index - offset);
    }
}
