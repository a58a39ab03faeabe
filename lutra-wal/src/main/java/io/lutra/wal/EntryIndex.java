package io.lutra.wal;

import java.util.Arrays;
import java.util.Map;

/**
 * Where a group's entries lie: for each its segment, offset and size, 12 bytes in all, in arrays at most twice as long as
 * they need to be; and their terms, as runs.
 *
 * <p>It holds the entries of {@code (offset, last]}. A hole is an entry that ought to be there and was not found. Guarded by
 * the log's lock.
 */
final class EntryIndex {
    private static final long HOLE = -1;
    private static final int MIN_CAPACITY = 2;

    private final GroupState group;
    private final Map<Integer, Segment> segments;
    /** Segment number above, offset below; {@code positions[head]} is that of the entry after {@code offset}. */
    private long[] positions = {};

    private int[] sizes = {};
    private int head;
    private int count;
    private long offset;
    private long offsetTerm;
    private final TermRuns runs = new TermRuns();

    EntryIndex(GroupState group, Map<Integer, Segment> segments) {
        this.group = group;
        this.segments = segments;
    }

    long offset() {
        return offset;
    }

    long offsetTerm() {
        return offsetTerm;
    }

    long last() {
        return offset + count;
    }

    TermRuns runs() {
        return runs;
    }

    /** Returns the term of an index in {@code [offset, last]}. */
    long term(long index) {
        return index == offset ? offsetTerm : runs.at(index);
    }

    boolean isHole(long index) {
        return positions[slot(index)] == HOLE;
    }

    Segment segment(long index) {
        Segment segment = segments.get((int) (positions[slot(index)] >>> 32));
        if (segment == null) {
            throw new IllegalStateException(group + " has entry " + index + " in a segment that was freed");
        }
        return segment;
    }

    /** Returns where the record of an entry begins in its segment. */
    int position(long index) {
        return (int) positions[slot(index)];
    }

    /** Returns the bytes of an entry's record. */
    int size(long index) {
        return sizes[slot(index)];
    }

    /** Puts an entry in its place; those from its index on are no longer. */
    void put(long index, long term, Segment segment, int position, int size) {
        if (index <= last()) {
            truncateFrom(index);
        }
        reserve();
        set(head + count++, segment, position, size);
        runs.append(index, term);
    }

    /** Says that an entry lies elsewhere now. Returns false if there is none of this index and term. */
    boolean move(long index, long term, Segment segment, int position, int size) {
        if (index <= offset || index > last() || runs.at(index) != term) {
            return false;
        }
        free(slot(index));
        set(slot(index), segment, position, size);
        return true;
    }

    void truncateFrom(long index) {
        while (last() >= index) {
            free(head + --count);
        }
        runs.truncateFrom(index);
        shrink();
    }

    /** Drops the entries up to {@code index}, whose term is told. */
    void compactTo(long index, long term) {
        while (count > 0 && offset < index) {
            free(head++);
            count--;
            offset++;
        }
        offset = index;
        offsetTerm = term;
        if (count == 0) {
            runs.clear();
        } else {
            runs.dropBefore(offset + 1);
        }
        shrink();
    }

    /** Makes this the index of exactly {@code (newOffset, newLast]}: what is known and of the right term stays, the rest are holes. */
    void restate(long newOffset, long newOffsetTerm, long newLast, TermRuns newRuns) {
        if (newOffset == offset && newOffsetTerm == offsetTerm && newLast == last() && newRuns.equalTo(runs)) {
            return; // what every segment's checkpoint says while nothing is wrong
        }
        EntryIndex old = new EntryIndex(group, segments);
        old.positions = positions;
        old.sizes = sizes;
        old.head = head;
        old.count = count;
        old.offset = offset;
        for (int i = 0; i < runs.size(); i++) {
            old.runs.append(runs.start(i), runs.term(i));
        }
        count = Math.toIntExact(newLast - newOffset);
        head = 0;
        offset = newOffset;
        offsetTerm = newOffsetTerm;
        positions = new long[count];
        sizes = new int[count];
        runs.clear();
        for (int i = 0; i < newRuns.size(); i++) {
            runs.append(newRuns.start(i), newRuns.term(i));
        }
        Arrays.fill(positions, HOLE);
        for (long index = old.offset + 1; index <= old.last(); index++) {
            int from = old.slot(index);
            if (index > offset && index <= newLast && old.runs.at(index) == runs.at(index)) {
                positions[slot(index)] = old.positions[from];
                sizes[slot(index)] = old.sizes[from];
            } else {
                old.free(from);
            }
        }
    }

    /** Forgets everything: nothing is used any more. */
    void clear() {
        compactTo(last(), 0);
        offset = 0;
        offsetTerm = 0;
    }

    /** Returns the first hole, 0 if there is none. */
    long firstHole() {
        for (int i = 0; i < count; i++) {
            if (positions[head + i] == HOLE) {
                return offset + 1 + i;
            }
        }
        return 0;
    }

    /** Returns the bytes of memory that the positions take. */
    long memory() {
        return 12L * positions.length;
    }

    private int slot(long index) {
        return head + (int) (index - offset - 1);
    }

    private void set(int slot, Segment segment, int position, int size) {
        positions[slot] = (long) segment.number() << 32 | position;
        sizes[slot] = size;
        segment.use(group, size);
    }

    private void free(int slot) {
        if (positions[slot] != HOLE) {
            Segment segment = segments.get((int) (positions[slot] >>> 32));
            if (segment != null) {
                segment.release(group, sizes[slot]);
            }
        }
    }

    private void reserve() {
        if (head + count < positions.length) {
            return;
        }
        if (head > 0 && head >= positions.length / 2) {
            System.arraycopy(positions, head, positions, 0, count);
            System.arraycopy(sizes, head, sizes, 0, count);
            head = 0;
        } else {
            // Twice what is needed at most: the bound that the class promises.
            resize(count + Math.max(MIN_CAPACITY, count / 2));
        }
    }

    private void shrink() {
        if (positions.length > MIN_CAPACITY && positions.length > 2L * count) {
            resize(Math.max(MIN_CAPACITY, count + count / 2));
        }
    }

    private void resize(int capacity) {
        long[] newPositions = new long[capacity];
        int[] newSizes = new int[capacity];
        System.arraycopy(positions, head, newPositions, 0, count);
        System.arraycopy(sizes, head, newSizes, 0, count);
        positions = newPositions;
        sizes = newSizes;
        head = 0;
    }
}
