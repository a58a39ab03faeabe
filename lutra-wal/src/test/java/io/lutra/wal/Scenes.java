package io.lutra.wal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.SnapshotMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What the tests of the log have in common. */
final class Scenes {
    static final WalIdentity IDENTITY = new WalIdentity(new UUID(1, 2), 3);

    /** Small segments and sectors, so that a short life sees many of them; the same log id every time. */
    static final WalOptions SMALL =
            WalOptions.DEFAULTS.withSegmentSize(32 << 10).withSectorSize(512).withLogIds(() -> 0x1234_5678_9abc_def0L);

    private Scenes() {}

    static byte[] data(String text) {
        return text.getBytes(UTF_8);
    }

    static Entry entry(long index, long term) {
        return Entry.of(term, index, data("entry " + index + " of term " + term));
    }

    /** Returns the entries of {@code [first, last]}, all of one term. */
    static List<Entry> entries(long first, long last, long term) {
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index <= last; index++) {
            entries.add(entry(index, term));
        }
        return entries;
    }

    /** Opens the log of a directory; makes one if there is none. */
    static Wal openOrCreate(Disk disk) {
        try {
            return disk.list().contains(Format.IDENTITY)
                    ? Wal.open(disk, IDENTITY, SMALL)
                    : Wal.create(disk, IDENTITY, SMALL);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes all that waits. */
    static void write(Wal wal) {
        while (wal.hasWork()) {
            if (wal.doWork() == 0) {
                throw new AssertionError("nothing could be written");
            }
        }
    }

    /** Does all that can be done beside writing, at most so much as a test should need. */
    static void settle(Wal wal) {
        for (int i = 0; wal.maintain(); i++) {
            write(wal);
            if (i == 10_000) {
                throw new AssertionError("maintenance finds no end");
            }
        }
        write(wal);
    }

    /** Makes a snapshot of a group's state after an entry, and queues its mark. */
    static void snapshot(GroupLog group, long index, String state) {
        SnapshotMetadata metadata =
                SnapshotMetadata.of(ConfState.of(List.of(1L, 2L, 3L), List.of()), index, group.term(index));
        try (SnapshotWriter writer = group.newSnapshot(metadata)) {
            writer.write(data(state));
            group.mark(writer.commit(), Completion.NONE);
        }
    }
}
