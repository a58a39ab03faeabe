package io.lutra.wal;

import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
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
    /** The commit index may be newer than the one that was stored: what was told of it alone, after all that is durable. */
    private HardState hardState = HardState.EMPTY;

    private SnapshotMetadata snapshot = SnapshotMetadata.EMPTY;
    private final EntryIndex index;
    private final CachedTail cached;
    private final QueuedState queued = new QueuedState(this);
    private @Nullable String damage;
    private int attestedAt;
    private boolean recorded;

    GroupState(long id, EntryCache.Total cachedTotal) {
        this.id = id;
        this.cached = new CachedTail(cachedTotal);
        this.index = new EntryIndex(this);
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
        return true;
    }

    boolean onCompact(long upTo, long term) {
        if (upTo > index.last()) {
            return false;
        }
        if (upTo > index.offset()) {
            index.compactTo(upTo, term);
            cached.dropBefore(upTo + 1);
        }
        return true;
    }

    boolean onSnapshot(SnapshotMetadata newer) {
        snapshot = newer;
        return true;
    }

    /** Takes in the whole state, of which no more than {@code most} entries can be there. */
    void onGroup(int newGeneration, GroupRecord record, int epoch, long most) {
        becomeGeneration(newGeneration);
        status = record.status();
        hardState = record.hardState();
        snapshot = record.snapshot();
        if (status == GroupRecord.Status.DROPPED) {
            index.clear();
        } else {
            index.restate(record.offset(), record.offsetTerm(), record.last(), record.runs(), most);
        }
        cached.clear();
        damage = status == GroupRecord.Status.DAMAGED ? "it was found damaged before" : null;
        attestedAt = epoch;
        recorded = true;
    }

    /** What is known of one life of the group says nothing of another: not even a term tells their entries apart. */
    private void becomeGeneration(int other) {
        if (other != generation) {
            generation = other;
            hardState = HardState.EMPTY;
            snapshot = SnapshotMetadata.EMPTY;
            index.clear();
            cached.clear();
        }
    }

    /** Takes the group out of service because of a record of a life whose beginning is not there. */
    void damage(int ofGeneration, String reason) {
        // The latest life that anything names is what a next one must be above.
        becomeGeneration(Math.max(generation, ofGeneration));
        damage(reason);
    }

    /** Tells whether a life of the group ended. */
    boolean hasEnded(int ofGeneration) {
        return ofGeneration < generation || (ofGeneration == generation && status == GroupRecord.Status.DROPPED);
    }

    /** Takes the group out of service; the first reason stays. */
    void damage(String reason) {
        if (status != GroupRecord.Status.DAMAGED) {
            status = GroupRecord.Status.DAMAGED;
            damage = reason;
            recorded = true;
        }
    }

    GroupRecord record() {
        return new GroupRecord(
                status, hardState, index.offset(), index.offsetTerm(), index.last(), index.runs(), snapshot);
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
