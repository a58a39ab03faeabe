package io.lutra.wal;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What goes into the rest of a segment when there is no other: of each group's writes the first ones, up to one that is too large. */
final class RoomLeft {
    private final long overhead;
    private final Set<GroupState> waiting = new HashSet<>();
    private long bytes;

    /** Begins with so many bytes, of which each write takes {@code overhead} more than its size. */
    RoomLeft(long bytes, long overhead) {
        this.bytes = bytes;
        this.overhead = overhead;
    }

    /** Takes in the next write, if it has room and none of its group waits already. */
    boolean takes(@Nullable GroupState group, long size) {
        boolean fits = size + overhead <= bytes && !waiting.contains(group);
        if (fits) {
            bytes -= size + overhead;
        } else if (group != null) {
            waiting.add(group);
        }
        return fits;
    }
}
