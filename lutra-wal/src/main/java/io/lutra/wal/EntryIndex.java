package io.lutra.wal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a group's entries lie: for each its offset and size, 8 bytes in all, in an array at most two and a half times as long as it
 * needs to be; and their segments and terms, as runs.
 *
 * <p>It holds the entries of {@code (offset, last]}. A hole is an entry that ought to be there and was not found. Guarded by
 * the log's lock.
 */
final class EntryIndex {
    private static final long HOLE = -1;
    private static final int MIN_CAPACITY = 8;

    private final GroupState group;
    /** Offset in the segment above, size below; {@code places[head]} is that of the entry after {@code base}. */
    private long[] places = {};

    private int head;
    private int count;
    private long offset;
    private long offsetTerm;
    /** Those of {@code (offset, base]} are holes, and take no memory: as a rule there are none. */
    private long base;

    private final SegmentRuns segments;
    private final TermRuns runs = new TermRuns();
    /** Of the last entry, if there is one: as a rule an append begins no run. */
    private long lastTerm;

    private @Nullable Segment lastSegment;

    EntryIndex(GroupState group) {
        this.group = group;
        this.segments = new SegmentRuns(group);
    }

    long offset() {
        return offset;
    }

    long offsetTerm() {
        return offsetTerm;
    }

    long last() {
        return base + count;
    }

    TermRuns runs() {
        return runs;
    }

    /** Returns the term of an index in {@code [offset, last]}. */
    long term(long index) {
        return index == offset ? offsetTerm : runs.at(index);
    }

    boolean isHole(long index) {
        return index <= base || places[slot(index)] == HOLE;
    }

    /** Returns the segment of an entry that is no hole. */
    Segment segment(long index) {
        Segment segment = segments.at(index);
        if (segment == null) {
            throw new IllegalStateException(group + " has no entry " + index);
        }
        return segment;
    }

    /** Returns where the record of an entry begins in its segment. */
    int position(long index) {
        return (int) (places[slot(index)] >>> 32);
    }

    /** Returns the bytes of an entry's record. */
    int size(long index) {
        return (int) places[slot(index)];
    }

    /** Returns the first entries that lie in a segment, no more than needed for some bytes. */
    List<Long> in(Segment segment, long enough) {
        List<Long> found = new ArrayList<>();
        long bytes = 0;
        for (int run = 0; run < segments.size(); run++) {
            long end = segments.isIn(run, segment) ? end(run) : 0;
            for (long index = segments.start(run); index <= end && bytes < enough; index++) {
                found.add(index);
                bytes += size(index);
            }
        }
        return found;
    }

    /** Returns how many bytes of a segment the group's entries take. */
    long bytesIn(Segment segment) {
        return in(segment, Long.MAX_VALUE).stream().mapToLong(this::size).sum();
    }

    private long end(int run) {
        return run + 1 < segments.size() ? segments.start(run + 1) - 1 : last();
    }

    /** Puts an entry in its place; those from its index on are no longer. */
    void put(long index, long term, Segment segment, int position, int size) {
        if (index <= last()) {
            truncateFrom(index);
        }
        reserve();
        if (count == 0 || lastSegment != segment) {
            segments.append(index, segment);
            lastSegment = segment;
        }
        if (count == 0 || lastTerm != term) {
            runs.append(index, term);
            lastTerm = term;
        }
        set(head + count++, segment, position, size);
    }

    /** Says that an entry lies elsewhere now. Returns false if there is none of this index and term, or no place for it. */
    boolean move(long index, long term, Segment segment, int position, int size) {
        if (index <= base || index > last() || runs.at(index) != term) {
            return false;
        }
        free(index);
        segments.move(index, segment, last());
        knowLast();
        set(slot(index), segment, position, size);
        return true;
    }

    void truncateFrom(long index) {
        for (; count > 0 && last() >= index; count--) {
            free(last());
        }
        base = Math.min(base, index - 1);
        segments.truncateFrom(index);
        runs.truncateFrom(index);
        knowLast();
        shrink();
    }

    /** Drops the entries up to {@code index}, whose term is told. */
    void compactTo(long index, long term) {
        for (; count > 0 && base < index; base++) {
            free(base + 1);
            head++;
            count--;
        }
        base = Math.max(base, index);
        offset = index;
        offsetTerm = term;
        if (offset == last()) {
            segments.clear();
            runs.clear();
        } else {
            segments.dropBefore(offset + 1);
            runs.dropBefore(offset + 1);
        }
        knowLast();
        shrink();
    }

    /**
     * Makes this the index of exactly {@code (newOffset, newLast]}: what is known and of the right term stays, the rest are holes.
     *
     * @param most how many entries can be there: if there are to be more, the first ones are holes. They may have been compacted
     *     later, and their files be gone
     */
    void restate(long newOffset, long newOffsetTerm, long newLast, TermRuns newRuns, long most) {
        if (newOffset == offset && newOffsetTerm == offsetTerm && newLast == last() && newRuns.equalTo(runs)) {
            return; // what every segment's checkpoint says while nothing is wrong
        }
        long newBase = Math.max(newOffset, newLast - most);
        long[] newPlaces = new long[Math.toIntExact(newLast - newBase)];
        Arrays.fill(newPlaces, HOLE);
        SegmentRuns newSegments = new SegmentRuns(group);
        long next = newOffset + 1;
        for (long index = base + 1; index <= last(); index++) {
            boolean stays = index > newBase && index <= newLast && runs.at(index) == newRuns.at(index);
            if (!stays) {
                free(index);
            } else if (!isHole(index)) {
                newPlaces[(int) (index - newBase - 1)] = places[slot(index)];
                if (index > next) {
                    newSegments.append(next, null);
                }
                newSegments.append(index, segments.at(index));
                next = index + 1;
            }
        }
        if (next <= newLast) {
            newSegments.append(next, null);
        }
        segments.take(newSegments);
        places = newPlaces;
        head = 0;
        count = newPlaces.length;
        base = newBase;
        offset = newOffset;
        offsetTerm = newOffsetTerm;
        runs.clear();
        for (int i = 0; i < newRuns.size(); i++) {
            runs.append(newRuns.start(i), newRuns.term(i));
        }
        knowLast();
    }

    private void knowLast() {
        lastSegment = count > 0 ? segments.at(last()) : null;
        lastTerm = count > 0 ? runs.at(last()) : 0;
    }

    /** Forgets everything: nothing is used any more. */
    void clear() {
        compactTo(last(), 0);
        base = 0;
        offset = 0;
        offsetTerm = 0;
    }

    /** Returns the first hole, 0 if there is none. */
    long firstHole() {
        for (long index = offset + 1; index <= last(); index++) {
            if (isHole(index)) {
                return index;
            }
        }
        return 0;
    }

    /** Returns the last hole of those that follow each other from one on. */
    long lastHole(long from) {
        long hole = Math.max(from, base);
        while (hole < last() && isHole(hole + 1)) {
            hole++;
        }
        return hole;
    }

    /** Returns the bytes of memory that the places and segments take. */
    long memory() {
        return 8L * places.length + segments.memory();
    }

    private int slot(long index) {
        return head + (int) (index - base - 1);
    }

    private void set(int slot, Segment segment, int position, int size) {
        places[slot] = (long) position << 32 | size;
        segment.add(size);
    }

    private void free(long index) {
        if (!isHole(index)) {
            segment(index).subtract(size(index));
        }
    }

    private void reserve() {
        if (head + count < places.length) {
            return;
        }
        if (head > 0 && head >= places.length / 2) {
            System.arraycopy(places, head, places, 0, count);
            head = 0;
        } else {
            resize(Math.max(MIN_CAPACITY, 2 * count));
        }
    }

    private void shrink() {
        if (places.length > MIN_CAPACITY && 2L * places.length > 5L * count) {
            resize(Math.max(MIN_CAPACITY, count + count / 2));
        }
    }

    private void resize(int capacity) {
        long[] resized = new long[capacity];
        System.arraycopy(places, head, resized, 0, count);
        places = resized;
        head = 0;
    }
}
