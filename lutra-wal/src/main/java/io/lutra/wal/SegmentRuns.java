package io.lutra.wal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * In which segments a stretch of a group's log lies, as the indexes where another segment begins; {@code null} is a segment for
 * what was not found. Few: a group's entries go from one segment to the next. Each segment is told that the group needs it.
 */
final class SegmentRuns {
    /** What a run takes: its start, its segment. */
    private static final int RUN_BYTES = 12;

    private final GroupState group;
    private long[] starts = {};
    private @Nullable Segment[] segments = {};
    private int size;

    SegmentRuns(GroupState group) {
        this.group = group;
    }

    /** Notes the segment of the entry after all noted before it. */
    void append(long index, @Nullable Segment segment) {
        if (size > 0 && segments[size - 1] == segment) {
            return;
        }
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, size + 1 + size / 2);
            segments = Arrays.copyOf(segments, starts.length);
        }
        starts[size] = index;
        segments[size++] = segment;
        if (segment != null) {
            segment.use(group);
        }
    }

    int size() {
        return size;
    }

    long start(int run) {
        return starts[run];
    }

    boolean isIn(int run, Segment segment) {
        return segments[run] == segment;
    }

    /** Returns the segment of an index that lies in the stretch. */
    @Nullable
    Segment at(long index) {
        int found = Arrays.binarySearch(starts, 0, size, index);
        return segments[found >= 0 ? found : -found - 2];
    }

    /** Says that one entry of a stretch, which ends with {@code end}, lies elsewhere now. */
    void move(long index, Segment segment, long end) {
        if (at(index) == segment) {
            return;
        }
        SegmentRuns moved = new SegmentRuns(group);
        for (int run = 0; run < size; run++) {
            long next = run + 1 < size ? starts[run + 1] : end + 1;
            if (index < starts[run] || index >= next) {
                moved.append(starts[run], segments[run]);
                continue;
            }
            if (starts[run] < index) {
                moved.append(starts[run], segments[run]);
            }
            moved.append(index, segment);
            if (index + 1 < next) {
                moved.append(index + 1, segments[run]);
            }
        }
        take(moved);
    }

    /** Becomes another, which is not used any more. A segment that both name is needed all the while. */
    void take(SegmentRuns other) {
        clear();
        starts = other.starts;
        segments = other.segments;
        size = other.size;
    }

    /** Forgets the indexes from {@code index} on. */
    void truncateFrom(long index) {
        while (size > 0 && starts[size - 1] >= index) {
            release(--size);
        }
    }

    /** Forgets the indexes before {@code first}, which is not after the last. */
    void dropBefore(long first) {
        int drop = 0;
        while (drop + 1 < size && starts[drop + 1] <= first) {
            release(drop++);
        }
        if (drop > 0) {
            System.arraycopy(starts, drop, starts, 0, size - drop);
            System.arraycopy(segments, drop, segments, 0, size - drop);
            Arrays.fill(segments, size - drop, size, null);
            size -= drop;
        }
        if (size > 0 && starts[0] < first) {
            starts[0] = first;
        }
    }

    void clear() {
        truncateFrom(0);
    }

    private void release(int run) {
        Segment segment = segments[run];
        segments[run] = null;
        if (segment != null) {
            segment.release(group);
        }
    }

    /** Returns the bytes of memory that the runs take. */
    long memory() {
        return (long) RUN_BYTES * starts.length;
    }
}
