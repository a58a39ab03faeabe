package io.lutra.raft.log;

import io.lutra.raft.CompactedException;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Snapshot;
import io.lutra.raft.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log of one node: the storage, what is still to be written after it, and three marks.
 *
 * <pre>
 *   firstIndex ... applied ... applying ... committed ... lastIndex
 * </pre>
 *
 * <p>Invariant L1: firstIndex - 1 &le; applied &le; applying &le; committed &le; lastIndex. L2: none of the three marks ever
 * goes down. What each mark means is in {@code docs/invariants.md}.
 */
public final class RaftLog {
    /** What {@link #term} returns for an index whose term is not known: compacted, or not there yet. */
    public static final long UNKNOWN_TERM = -1;

    /** What {@link #maybeAppend} returns for a slice that does not attach. */
    public static final long REJECTED = -1;

    private static final int NO_CONFLICT = -1;

    private final Storage storage;
    private final UnstableLog unstable;
    /** How much was handed out for application and not acknowledged, in encoded bytes. */
    private long applyingSize;
    /** Whether the next entry did not fit: nothing more until an acknowledgement. */
    private boolean applyingPaused;
    /** Whether the entries to apply next have to come from a disk first. */
    private boolean waitsForEntries;

    private long committed;
    private long applying;
    private long applied;

    /** Opens the log in a storage: committed and applied is what was compacted. */
    public RaftLog(Storage storage) {
        long first = storage.firstIndex();
        long last = storage.lastIndex();
        if (first < 1 || last < first - 1 || last >>> 62 != 0) {
            throw new RaftInvariantException("the storage's log cannot begin at " + first + " and end at " + last);
        }
        this.storage = storage;
        this.unstable = new UnstableLog(last + 1);
        this.committed = first - 1;
        this.applying = committed;
        this.applied = committed;
    }

    /** Returns the highest index known to be committed. */
    public long committed() {
        return committed;
    }

    /** Returns the highest index that the application says it has applied. */
    public long applied() {
        return applied;
    }

    /** Returns the highest index that was handed out for application. */
    public long applying() {
        return applying;
    }

    /** Returns the index of the first entry, which may not be there yet. */
    public long firstIndex() {
        Snapshot pending = unstable.snapshot();
        return pending != null ? pending.metadata().index() + 1 : storage.firstIndex();
    }

    /** Returns the index of the last entry. */
    public long lastIndex() {
        return unstable.lastIndex();
    }

    /** Returns the term of the last entry. */
    public long lastTerm() {
        long term = term(lastIndex());
        if (term == UNKNOWN_TERM) {
            throw new RaftInvariantException("the storage does not know the term of its last entry " + lastIndex());
        }
        return term;
    }

    /**
     * Returns the term of an entry, or of the one just before the first; {@link #UNKNOWN_TERM} for all others.
     *
     * @throws EntriesNotInMemoryException if the storage has to read it from a disk first
     */
    public long term(long index) {
        if (index >= unstable.offset()) {
            return index <= unstable.lastIndex() ? unstable.term(index) : UNKNOWN_TERM;
        }
        Snapshot pending = unstable.snapshot();
        if (pending != null) {
            // The storage may still have older entries, but they are about to go.
            return index == pending.metadata().index() ? pending.metadata().term() : UNKNOWN_TERM;
        }
        if (index + 1 < storage.firstIndex()) {
            return UNKNOWN_TERM;
        }
        try {
            return storage.term(index);
        } catch (CompactedException e) {
            // The application compacted it since we looked.
            return UNKNOWN_TERM;
        }
    }

    /** Returns the term of an entry, 0 if it is not known at once. */
    public long termOrZero(long index) {
        try {
            return Math.max(0, term(index));
        } catch (EntriesNotInMemoryException e) {
            return 0;
        }
    }

    /** Tells whether the log has an entry of this id. */
    public boolean matches(long term, long index) {
        return term(index) == term;
    }

    /**
     * Tells whether a log that ends with this entry is at least as up to date as this one, so that its owner may lead.
     * Paper §5.4.1: the later last term wins, then the longer log.
     */
    public boolean isUpToDate(long lastTerm, long lastIndex) {
        long ours = lastTerm();
        return lastTerm > ours || (lastTerm == ours && lastIndex >= lastIndex());
    }

    /** Appends a leader's own entries, which follow the last one. */
    public void append(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        long first = entries.get(0).index();
        if (first <= committed) {
            throw new RaftInvariantException(
                    "entry " + first + " would replace one below the commit index " + committed);
        }
        unstable.truncateAndAppend(entries);
    }

    /**
     * Appends a leader's slice if it attaches to this log, and returns the index of its last entry or {@link #REJECTED}.
     *
     * <p>Paper §5.3, AppendEntries receiver, steps 2 to 5.
     */
    public long maybeAppend(LogSlice slice, long leaderCommit) {
        if (!matches(slice.prevTerm(), slice.prevIndex())) {
            return REJECTED;
        }
        int conflict = firstConflict(slice.entries());
        if (conflict != NO_CONFLICT) {
            // Leader Completeness (§5.4.3): a committed entry is in the log of every later leader, so the slice can
            // only
            // disagree with us above the commit index. If it does not, one of the two logs is corrupt.
            append(slice.entries().subList(conflict, slice.entries().size()));
        }
        // Not min(leaderCommit, lastIndex()): entries past the slice were never compared with the leader's.
        commitTo(Math.min(leaderCommit, slice.lastIndex()));
        return slice.lastIndex();
    }

    /** Returns the place in the list of the first entry that this log does not have. */
    private int firstConflict(List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (!matches(entry.term(), entry.index())) {
                return i;
            }
        }
        return NO_CONFLICT;
    }

    /**
     * Returns the highest index, not above {@code index}, at which this log may agree with one that has {@code term} at
     * {@code index}: terms only go up in a log, so entries of higher terms cannot be in it.
     *
     * <p>An index whose term is not known may agree. It takes one probe per term, not per entry. Paper §5.3, last
     * paragraphs.
     */
    public long findConflictByTerm(long index, long term) {
        if (mayAgree(index, term)) {
            return index;
        }
        // Steps that double, then halves: whoever asks does not make this node walk through its whole log.
        long agrees = 0;
        long conflicts = index;
        for (long step = 1; conflicts - step > 0; step *= 2) {
            if (mayAgree(conflicts - step, term)) {
                agrees = conflicts - step;
                break;
            }
            conflicts -= step;
        }
        while (conflicts - agrees > 1) {
            long middle = agrees + (conflicts - agrees) / 2;
            if (mayAgree(middle, term)) {
                agrees = middle;
            } else {
                conflicts = middle;
            }
        }
        return agrees;
    }

    private boolean mayAgree(long index, long term) {
        // What is not known counts as 0, and may agree.
        return termOrZero(index) <= term;
    }

    /** Raises the commit index; it never goes down. */
    public void commitTo(long index) {
        if (index > lastIndex()) {
            throw new RaftInvariantException("entry " + index + " is committed but the log ends at " + lastIndex()
                    + ": was it corrupted, truncated or lost?");
        }
        committed = Math.max(committed, index);
    }

    /**
     * Raises a leader's commit index to one that a quorum has, and returns false if it may not.
     *
     * <p>Paper §5.4.2: a leader commits by counting only entries of its own term; older ones are committed with them.
     */
    public boolean maybeCommit(long index, long leaderTerm) {
        if (index <= committed || term(index) != leaderTerm) {
            return false;
        }
        commitTo(index);
        return true;
    }

    /** Takes over what a restarted node knew to be committed. */
    public void loadCommitted(long index) {
        if (index < committed || index > lastIndex()) {
            throw new RaftInvariantException("the stored commit index " + index + " is outside of the log [" + committed
                    + ", " + lastIndex() + "]");
        }
        committed = index;
    }

    /** Replaces the log by a snapshot, which is yet to be written. */
    public void restore(Snapshot snapshot) {
        committed = snapshot.metadata().index();
        unstable.restore(snapshot);
    }

    /**
     * Returns entries from {@code lo} on, at least one if there is any, more while their encodings add up to no more than
     * {@code maxSize} bytes.
     *
     * @throws CompactedException if {@code lo} was compacted
     */
    public List<Entry> entries(long lo, long maxSize) {
        return lo > lastIndex() ? List.of() : slice(lo, lastIndex() + 1, maxSize);
    }

    /**
     * Returns the entries of {@code [lo, hi)} within a limit, as {@link #entries} does.
     *
     * @throws CompactedException if {@code lo} was compacted
     * @throws EntriesNotInMemoryException if the storage has to read them from a disk first
     */
    public List<Entry> slice(long lo, long hi, long maxSize) {
        if (lo < firstIndex()) {
            throw new CompactedException("entry " + lo + " was compacted; the first is " + firstIndex());
        }
        if (lo >= hi) {
            return List.of();
        }
        if (lo >= unstable.offset()) {
            return Sizes.limit(unstable.slice(lo, hi), maxSize);
        }
        long cut = Math.min(hi, unstable.offset());
        List<Entry> stored = stored(lo, cut, maxSize);
        if (cut == hi || stored.size() < cut - lo) {
            return stored;
        }
        long storedSize = Sizes.encoded(stored);
        if (storedSize >= maxSize) {
            return stored;
        }
        // Unlike elsewhere, the first of these may be left out: the storage gave at least one.
        List<Entry> more = Sizes.fitting(unstable.slice(cut, hi), maxSize - storedSize);
        if (more.isEmpty()) {
            return stored;
        }
        List<Entry> joined = new ArrayList<>(stored.size() + more.size());
        joined.addAll(stored);
        joined.addAll(more);
        return Collections.unmodifiableList(joined);
    }

    /** Reads from the storage, which may have lost what it had, or give what was not asked for. */
    private List<Entry> stored(long lo, long hi, long maxSize) {
        List<Entry> entries = storage.entries(lo, hi, maxSize);
        int count = entries.size();
        if (count == 0 || count > hi - lo) {
            throw new RaftInvariantException(
                    "asked for entries [" + lo + ", " + hi + "), the storage returned " + count);
        }
        for (int i = 0; i < count; i++) {
            @Nullable Entry entry = entries.get(i);
            if (entry == null || entry.index() != lo + i) {
                throw new RaftInvariantException("asked for entries [" + lo + ", " + hi + "), the storage returned "
                        + entry + " in place of " + (lo + i));
            }
        }
        // The list is handed on to the application. A list of one is mostly one that cannot be changed already.
        return count == 1 ? List.copyOf(entries) : Collections.unmodifiableList(entries);
    }

    /** Returns the entries to append to the storage next. */
    public List<Entry> nextUnstableEntries() {
        return unstable.nextEntries();
    }

    /** Tells whether there are entries to append to the storage next. */
    public boolean hasNextUnstableEntries() {
        return unstable.hasNextEntries();
    }

    /** Tells whether the storage lacks entries, those included that it is writing. */
    public boolean hasUnstableEntries() {
        return unstable.hasEntries();
    }

    /** Returns the snapshot to store next, or null. */
    public @Nullable Snapshot nextUnstableSnapshot() {
        return unstable.nextSnapshot();
    }

    /** Tells whether a snapshot waits to be stored, or is being stored. */
    public boolean hasPendingSnapshot() {
        return unstable.snapshot() != null;
    }

    /** Notes that all that was next to be stored is being stored. */
    public void acceptUnstable() {
        unstable.acceptInProgress();
    }

    /**
     * Returns how often something was replaced while it was being stored. Unless that is still the same, an acknowledgement
     * by term and index may mean an entry that was there before: two leaders of one term, if there were any, could have put
     * it back over others.
     */
    public long replacements() {
        return unstable.replacements();
    }

    /** Notes that the storage has everything up to an entry, if this log still has that entry. */
    public void stableTo(long term, long index) {
        unstable.stableTo(term, index);
    }

    /** Notes that the storage has a snapshot, and returns false if it was never given one that new. */
    public boolean stableSnapshotTo(long index) {
        return unstable.stableSnapshotTo(index);
    }

    /** Returns the newest snapshot, which may not be stored yet. */
    public Snapshot snapshot() {
        Snapshot pending = unstable.snapshot();
        if (pending != null) {
            return pending;
        }
        Snapshot stored = storage.snapshot();
        if (stored.metadata().index() > committed) {
            throw new RaftInvariantException("the storage has a snapshot at "
                    + stored.metadata().index() + ", above the commit index " + committed);
        }
        return stored;
    }

    /**
     * Returns the entries to apply next; none if they have to be read from a disk first, until {@link #onEntriesFetched}.
     */
    public List<Entry> nextCommittedEntries(ApplyLimits limits) {
        if (!hasNextCommittedEntries(limits)) {
            return List.of();
        }
        try {
            return slice(applying + 1, appliableTo(limits) + 1, limits.size() - applyingSize);
        } catch (EntriesNotInMemoryException e) {
            waitsForEntries = true;
            return List.of();
        }
    }

    /** Notes that what was not in memory may be there now. */
    public void onEntriesFetched() {
        waitsForEntries = false;
    }

    /** Tells whether there are entries to apply next. */
    public boolean hasNextCommittedEntries(ApplyLimits limits) {
        // A snapshot goes first: it has what was applied, and more.
        return applying < appliableTo(limits)
                && applyingSize < limits.size()
                && !applyingPaused
                && !waitsForEntries
                && !hasPendingSnapshot();
    }

    private long appliableTo(ApplyLimits limits) {
        return limits.unstable() ? committed : Math.min(committed, unstable.offset() - 1);
    }

    /** Notes that entries were handed out for application. */
    public void acceptApplying(List<Entry> entries, ApplyLimits limits) {
        applying = entries.get(entries.size() - 1).index();
        applyingSize += Sizes.encoded(entries);
        applyingPaused = applying < appliableTo(limits);
    }

    /** Notes that everything up to an index was applied, of which {@code size} encoded bytes were handed out. */
    public void appliedTo(long index, long size) {
        if (index > committed || index < applied) {
            throw new RaftInvariantException(
                    "applied " + index + " is out of range [" + applied + ", " + committed + "]");
        }
        applied = index;
        applying = Math.max(applying, index);
        applyingSize = Math.max(0, applyingSize - size);
        applyingPaused = false;
    }
}
