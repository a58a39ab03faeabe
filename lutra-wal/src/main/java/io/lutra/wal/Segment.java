package io.lutra.wal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of the log, and how much of it is still needed by whom. Guarded by the log's lock; the file itself may be read by
 * anyone who {@linkplain #retain retained} the segment.
 */
final class Segment {
    /** What a group needs of a segment. */
    static final class Use {
        final GroupState group;
        private int stretches;
        private @Nullable String unreadable;

        private Use(GroupState group) {
            this.group = group;
        }

        /** Says that what is needed could not be read: it is not tried again before the log is opened anew. */
        void unreadable(String reason) {
            unreadable = reason;
        }

        /** Returns why what is needed cannot be moved elsewhere; {@code null} if it can. */
        @Nullable
        String damage() {
            return group.isLive() ? unreadable : group.damage();
        }
    }

    private final int number;
    private final DiskFile file;
    private long size;
    private final long incarnation;
    private final Map<GroupState, Use> uses = new HashMap<>();
    private long liveBytes;
    private int readers;
    private long freeAt;

    Segment(int number, DiskFile file, long size, long incarnation) {
        this.number = number;
        this.file = file;
        this.size = size;
        this.incarnation = incarnation;
    }

    int number() {
        return number;
    }

    String name() {
        return Format.segmentName(number);
    }

    DiskFile file() {
        return file;
    }

    long size() {
        return size;
    }

    /** Says that the file was cut. */
    void cutTo(long newSize) {
        size = newSize;
    }

    long incarnation() {
        return incarnation;
    }

    /** Says that a stretch of a group's log begins to lie here. */
    void use(GroupState group) {
        uses.computeIfAbsent(group, Use::new).stretches++;
    }

    /** Says that one does no longer. */
    void release(GroupState group) {
        Use use = uses.get(group);
        if (use == null) {
            throw new IllegalStateException(group + " releases what it does not use of " + name());
        }
        if (--use.stretches == 0) {
            uses.remove(group);
        }
    }

    /** Counts an entry's record that lies here and is needed. */
    void add(int bytes) {
        liveBytes += bytes;
    }

    /** Counts it no longer. */
    void subtract(int bytes) {
        liveBytes -= bytes;
    }

    long liveBytes() {
        return liveBytes;
    }

    /** Tells whether something here is needed that can be moved elsewhere. */
    boolean hasMovable() {
        return uses.values().stream().anyMatch(use -> use.damage() == null);
    }

    boolean isFree() {
        return uses.isEmpty() && readers == 0;
    }

    /** Returns the number of the batch that must be durable before the file may go: the first after it was found free. */
    long freeAt(long nextSequence) {
        if (freeAt == 0) {
            freeAt = nextSequence;
        }
        return freeAt;
    }

    /** Returns the groups that need this segment, by id. */
    List<Use> uses() {
        List<Use> sorted = new ArrayList<>(uses.values());
        sorted.sort(Comparator.comparing((Use use) -> use.group.id(), Long::compareUnsigned));
        return sorted;
    }

    void retain() {
        readers++;
    }

    void releaseReader() {
        readers--;
    }
}
