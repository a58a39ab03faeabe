package io.lutra.wal;

import java.io.IOException;
import java.util.Collection;
import java.util.Locale;

/**
 * The number of the newest segment that was made, durably: the name of an empty file, so that it takes no room to change it. Without
 * it a log whose last segment is lost would look like one that ended before.
 */
final class NewestSegment {
    private static final String NAME = Format.NUMBER + "\\.newest";

    private static final int DIGITS = 16;
    private static final long NONE = -1;

    private final Disk disk;
    private long number;

    /** Takes over what a directory says. */
    NewestSegment(Disk disk) throws IOException {
        this.disk = disk;
        this.number = in(disk.list());
    }

    /** Returns the number that one of the files of a directory says, -1 if none does. */
    static long in(Collection<String> names) {
        return names.stream()
                .filter(NewestSegment::isName)
                .mapToLong(name -> Long.parseLong(name.substring(0, DIGITS), 16))
                .max()
                .orElse(NONE);
    }

    static boolean isName(String name) {
        return name.matches(NAME);
    }

    /** Says durably that a segment is the newest. */
    void set(long newest) throws IOException {
        if (number == newest) {
            return;
        }
        if (newest > Format.MAX_NUMBER) {
            throw new IOException("no segment has a number above " + Format.MAX_NUMBER);
        }
        if (number == NONE) {
            disk.create(name(newest)).close();
        } else {
            disk.rename(name(number), name(newest));
        }
        disk.sync();
        number = newest;
    }

    private static String name(long number) {
        return String.format(Locale.ROOT, "%016x.newest", number);
    }
}
