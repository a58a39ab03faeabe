package io.lutra.wal;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What goes into the rest of a segment when there is no other: of each group's writes the first ones, up to one that is too large. */
final class RoomLeft {
    private final long overhead;
    private final long reserve;
    private final Set<GroupState> waiting = new HashSet<>();
    private long bytes;

    /** Begins with so many bytes, of which each write takes {@code overhead} more than its size, and marks alone the last {@code reserve}. */
    RoomLeft(long bytes, long overhead, long reserve) {
        this.bytes = bytes;
        this.overhead = overhead;
        this.reserve = reserve;
    }

    /** Takes in the next write, if it has room and none of its group waits already. */
    boolean takes(Write write) {
        return takes(write.group(), write.records() == 0 ? 0 : write.size(), write.mayTakeReserve());
    }

    /** The same of one that is not made yet. */
    boolean takes(@Nullable GroupState group, long size, boolean mayTakeReserve) {
        boolean fits = size + overhead + (mayTakeReserve ? 0 : reserve) <= bytes && !waiting.contains(group);
        if (fits) {
            bytes -= size + overhead;
        } else if (group != null) {
            waiting.add(group);
        }
        return fits;
    }
}
