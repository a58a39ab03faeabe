package io.lutra.bench.wal;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Where the time of one thread goes: it is always in one phase. */
final class Profile {
    /** What a node of the skeleton does. */
    enum Phase {
        WAIT,
        SOCKET,
        CODEC,
        PROTOCOL,
        LOG,
        WRITE,
        SYNC,
        MAINTENANCE
    }

    private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
    private Phase phase = Phase.WAIT;
    private long since = System.nanoTime();

    /** Goes over to another phase, and returns the one before. What belongs to maintenance stays there. */
    Phase to(Phase next) {
        long now = System.nanoTime();
        nanos.merge(phase, now - since, Long::sum);
        since = now;
        Phase before = phase;
        phase = next;
        return before;
    }

    /** Does something in a phase of the disk, unless the disk works ahead of time: that is no part of a command's way. */
    void run(Phase disk, WatchedDisk.Action action) throws IOException {
        if (phase == Phase.MAINTENANCE) {
            action.run();
            return;
        }
        Phase before = to(disk);
        action.run();
        to(before);
    }

    void clear() {
        to(phase);
        nanos.clear();
    }

    /** Returns the shares of the phases in {@code total} nanoseconds, maintenance left out. */
    String shares(double total) {
        StringBuilder out = new StringBuilder();
        for (Phase each : Phase.values()) {
            long spent = nanos.getOrDefault(each, 0L);
            if (each != Phase.MAINTENANCE && spent > 0) {
                out.append(String.format(
                        Locale.ROOT, " %s %.1f %%", each.name().toLowerCase(Locale.ROOT), 100 * spent / total));
            }
        }
        return out.toString();
    }
}
