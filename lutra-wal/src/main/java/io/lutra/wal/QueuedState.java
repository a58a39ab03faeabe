package io.lutra.wal;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import java.util.List;

/**
 * What the log will say of a group when all that is queued is durable: the one state by which a write is judged. Guarded by the
 * log's lock.
 */
final class QueuedState {
    private final GroupState group;
    private GroupRecord.Status status = GroupRecord.Status.LIVE;
    private int generation;
    private HardState hardState = HardState.EMPTY;
    /** Whether the commit index was told alone, and no record that was queued says it. */
    private boolean commitIsOnlyTold;

    private long offset;
    private long offsetTerm;
    private long last;
    /** Of the last entry, if there is one: as a rule an append begins no run. */
    private long lastTerm;

    private final TermRuns runs = new TermRuns();
    private long snapshotIndex;
    /** The number of the group's last write in the queue. */
    private long lastWrite;

    QueuedState(GroupState group) {
        this.group = group;
    }

    GroupState group() {
        return group;
    }

    /** Begins with what is durable. */
    void reset() {
        begin(group.status(), group.generation());
        hardState = group.hardState();
        EntryIndex index = group.index();
        offset = index.offset();
        offsetTerm = index.offsetTerm();
        last = index.last();
        for (int i = 0; i < index.runs().size(); i++) {
            runs.append(index.runs().start(i), index.runs().term(i));
        }
        lastTerm = index.term(last);
        snapshotIndex = group.snapshot().index();
    }

    /** Takes in that the group is made or dropped: it has nothing then. */
    void begin(GroupRecord.Status newStatus, int newGeneration) {
        status = newStatus;
        generation = newGeneration;
        hardState = HardState.EMPTY;
        commitIsOnlyTold = false;
        empty(0, 0);
        snapshotIndex = 0;
    }

    /** Takes in entries; those from the first one's index on are no longer. */
    void append(List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() <= last) {
                truncateFrom(entry.index());
            }
            if (last == offset || entry.term() != lastTerm) {
                runs.append(entry.index(), entry.term());
                lastTerm = entry.term();
            }
            last = entry.index();
        }
    }

    private void truncateFrom(long index) {
        runs.truncateFrom(index);
        last = index - 1;
        lastTerm = term(last);
    }

    /** Takes in a hard state that a record says. */
    void store(HardState newer) {
        hardState = newer;
        commitIsOnlyTold = false;
    }

    /** Takes in a hard state in which at most the commit index is new, and which no record says. */
    void tell(HardState newer) {
        commitIsOnlyTold |= newer.commit() != hardState.commit();
        hardState = newer;
    }

    /** Tells whether a record is needed to store a hard state. */
    boolean mustStore(HardState newer) {
        return commitIsOnlyTold || !newer.equals(hardState);
    }

    void compactTo(long index) {
        offsetTerm = term(index);
        offset = index;
        if (last == offset) {
            runs.clear();
        } else {
            runs.dropBefore(offset + 1);
        }
    }

    void mark(long index) {
        snapshotIndex = index;
    }

    /** Takes in a snapshot that takes the place of all entries. */
    void install(SnapshotMetadata snapshot) {
        empty(snapshot.index(), snapshot.term());
        snapshotIndex = snapshot.index();
    }

    private void empty(long index, long term) {
        offset = index;
        offsetTerm = term;
        last = index;
        runs.clear();
    }

    /** Returns the number of the last write that was queued. */
    long lastWrite() {
        return lastWrite;
    }

    void lastWrite(long number) {
        lastWrite = number;
    }

    GroupRecord.Status status() {
        return status;
    }

    int generation() {
        return generation;
    }

    /** Tells whether a life of the group goes on. */
    boolean isLive(int ofGeneration) {
        return status == GroupRecord.Status.LIVE && generation == ofGeneration;
    }

    HardState hardState() {
        return hardState;
    }

    long offset() {
        return offset;
    }

    long last() {
        return last;
    }

    /** Returns the term of an index in {@code [offset, last]}. */
    long term(long index) {
        return index == offset ? offsetTerm : runs.at(index);
    }

    long snapshotIndex() {
        return snapshotIndex;
    }
}
