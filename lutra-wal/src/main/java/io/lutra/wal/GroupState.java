package io.lutra.wal;

import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the log says of a group: the sum of its records, the same while it is written and when it is read again.
 *
 * <p>Methods named for a record take it in, and return false if it does not fit what came before. Guarded by the log's lock.
 */
final class GroupState {
    private final long id;
    private int generation;
    private GroupRecord.Status status = GroupRecord.Status.LIVE;
    private HardState hardState = HardState.EMPTY;
    private SnapshotMetadata snapshot = SnapshotMetadata.EMPTY;
    private final EntryIndex index;
    private final CachedTail cached;
    private final QueuedState queued = new QueuedState();
    private @Nullable String damage;
    private int attestedAt;
    private boolean recorded;
    private long lazyCommit;

    /** What the log will say of the group when all that is queued is durable. */
    static final class QueuedState {
        GroupRecord.Status status = GroupRecord.Status.LIVE;
        int generation;
        HardState hardState = HardState.EMPTY;
        long offset;
        long last;
        long snapshotIndex;
    }

    GroupState(long id, Map<Integer, Segment> segments, EntryCache.Total cachedTotal) {
        this.id = id;
        this.cached = new CachedTail(cachedTotal);
        this.index = new EntryIndex(this, segments);
    }

    boolean onEntry(long entry, long term, Segment segment, int position, int size) {
        if (entry <= index.offset() || entry > index.last() + 1) {
            return false;
        }
        if (entry <= index.last()) {
            cached.truncateFrom(entry);
        }
        index.put(entry, term, segment, position, size);
        return true;
    }

    /** Takes in where an entry lies now; one that was dropped or replaced since is passed over. */
    void onCopy(long entry, long term, Segment segment, int position, int size) {
        index.move(entry, term, segment, position, size);
    }

    boolean onHardState(HardState newer) {
        hardState = newer;
        raiseCommit(index.offset());
        return true;
    }

    boolean onCompact(long upTo, long term) {
        if (upTo > index.last()) {
            return false;
        }
        if (upTo > index.offset()) {
            index.compactTo(upTo, term);
            cached.dropBefore(upTo + 1);
            raiseCommit(upTo);
        }
        return true;
    }

    boolean onSnapshot(SnapshotMetadata newer) {
        snapshot = newer;
        raiseCommit(newer.index());
        return true;
    }

    void onGroup(int newGeneration, GroupRecord record, int epoch) {
        generation = newGeneration;
        status = record.status();
        hardState = record.hardState();
        snapshot = record.snapshot();
        if (status == GroupRecord.Status.DROPPED) {
            index.clear();
        } else {
            index.restate(record.offset(), record.offsetTerm(), record.last(), record.runs());
        }
        cached.clear();
        lazyCommit = 0;
        damage = status == GroupRecord.Status.DAMAGED ? "it was found damaged before" : null;
        attestedAt = epoch;
        recorded = true;
    }

    /** A log that begins after the commit index is one that no node starts on: what is compacted was committed. */
    private void raiseCommit(long to) {
        if (hardState.commit() < to) {
            hardState = HardState.of(hardState.term(), hardState.vote(), to);
        }
    }

    /** Takes the group out of service; the first reason stays. */
    void damage(String reason) {
        if (status != GroupRecord.Status.DAMAGED) {
            status = GroupRecord.Status.DAMAGED;
            damage = reason;
            recorded = true;
        }
    }

    /** Begins to queue from what is durable. */
    void resetQueued() {
        queued.status = status;
        queued.generation = generation;
        queued.hardState = hardState;
        queued.offset = index.offset();
        queued.last = index.last();
        queued.snapshotIndex = snapshot.index();
    }

    /** Remembers a commit index for the next write. */
    void commitLater(long commit) {
        lazyCommit = Math.max(lazyCommit, commit);
    }

    long lazyCommit() {
        return lazyCommit;
    }

    boolean hasLazyCommit() {
        return status == GroupRecord.Status.LIVE && currentHardState().commit() > hardState.commit();
    }

    /** Returns term, vote, and the highest commit index that may be stored now: no higher than the last entry. */
    HardState currentHardState() {
        long commit = Math.min(Math.max(lazyCommit, hardState.commit()), index.last());
        return HardState.of(hardState.term(), hardState.vote(), commit);
    }

    GroupRecord record() {
        return new GroupRecord(
                status, currentHardState(), index.offset(), index.offsetTerm(), index.last(), index.runs(), snapshot);
    }

    long id() {
        return id;
    }

    int generation() {
        return generation;
    }

    GroupRecord.Status status() {
        return status;
    }

    boolean isLive() {
        return status == GroupRecord.Status.LIVE;
    }

    HardState hardState() {
        return hardState;
    }

    SnapshotMetadata snapshot() {
        return snapshot;
    }

    EntryIndex index() {
        return index;
    }

    CachedTail cached() {
        return cached;
    }

    QueuedState queued() {
        return queued;
    }

    @Nullable
    String damage() {
        return damage;
    }

    /** Tells whether the log says anything of the group yet. */
    boolean hasRecord() {
        return recorded;
    }

    int attestedAt() {
        return attestedAt;
    }

    @Override
    public String toString() {
        return "group " + Long.toUnsignedString(id);
    }
}
