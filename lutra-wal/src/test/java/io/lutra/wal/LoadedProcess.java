package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A process that writes a log as fast as it can and says on its output what was acknowledged, until it is killed.
 *
 * <p>Group {@code g}'s entry {@code i} always holds the same bytes, so whoever looks at what is left can tell.
 */
final class LoadedProcess {
    static final int GROUPS = 20;
    static final WalOptions OPTIONS =
            WalOptions.DEFAULTS.withSegmentSize(1 << 20).withMaxBatchBytes(128 << 10);

    private LoadedProcess() {}

    /** Runs on a directory, with a seed. */
    public static void main(String[] args) throws IOException {
        Disk disk = new FileDisk(Path.of(args[0]));
        Random random = new Random(Long.parseLong(args[1]));
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false);
        boolean exists = disk.list().contains(Format.IDENTITY);
        Wal wal = exists ? Wal.open(disk, Scenes.IDENTITY, OPTIONS) : Wal.create(disk, Scenes.IDENTITY, OPTIONS);
        Thread maintenance = new Thread(() -> {
            while (true) {
                if (!wal.maintain()) {
                    Thread.yield();
                }
            }
        });
        maintenance.setDaemon(true);
        maintenance.start();
        List<GroupLog> groups = new ArrayList<>();
        for (int id = 1; id <= GROUPS; id++) {
            GroupLog group = wal.group(id);
            groups.add(group == null ? wal.createGroup(id, 1, Completion.NONE) : group);
        }
        wal.doWork();
        out.println("ready");
        out.flush();
        while (true) {
            for (GroupLog group : groups) {
                if (random.nextInt(3) == 0) {
                    append(group, random, out);
                }
                if (group.lastIndex() - group.firstIndex() > 400) {
                    compact(group);
                }
            }
            while (wal.hasWork()) {
                wal.doWork();
            }
            out.flush();
        }
    }

    private static void append(GroupLog group, Random random, PrintStream out) {
        long first = group.lastIndex() + 1;
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index < first + 1 + random.nextInt(8); index++) {
            entries.add(entry(group.id(), index));
        }
        long last = entries.get(entries.size() - 1).index();
        group.append(HardState.of(1, 1, first - 1), entries, failure -> {
            if (failure == null) {
                out.println(group.id() + " " + last);
            }
        });
    }

    private static void compact(GroupLog group) {
        long index = group.lastIndex() - 50;
        SnapshotMetadata metadata = SnapshotMetadata.of(ConfState.of(List.of(1L), List.of()), index, 1);
        if (index > group.snapshot().index()) {
            try (SnapshotWriter writer = group.newSnapshot(metadata)) {
                writer.write(entry(group.id(), index).data());
                group.mark(writer.commit(), Completion.NONE);
            }
            group.compact(index, Completion.NONE);
        }
    }

    static Entry entry(long group, long index) {
        byte[] data = new byte[(int) (50 + (group * 31 + index * 17) % 400)];
        new Random(group * 1_000_003 + index).nextBytes(data);
        return Entry.of(1, index, data);
    }

    /**
     * Opens what was left and throws unless everything acknowledged is there, as it was written.
     *
     * @param acknowledged the last acknowledged index of each group, by its id
     * @return how many entries were there
     */
    static long check(Disk disk, long[] acknowledged) {
        long found = 0;
        try (Wal wal = Wal.open(disk, Scenes.IDENTITY, OPTIONS)) {
            if (!wal.damages().isEmpty()) {
                throw new AssertionError("damage: " + wal.damages());
            }
            for (int id = 1; id <= GROUPS; id++) {
                GroupLog group = wal.group(id);
                if (group == null || group.lastIndex() < acknowledged[id]) {
                    throw new AssertionError("group " + id + " was acknowledged up to " + acknowledged[id]
                            + ", there is " + (group == null ? "none" : group.lastIndex()));
                }
                long first = group.firstIndex();
                long last = group.lastIndex();
                for (Entry entry : last < first ? List.<Entry>of() : group.entries(first, last + 1, Long.MAX_VALUE)) {
                    if (!entry.equals(entry(id, entry.index()))) {
                        throw new AssertionError("entry " + entry + " of group " + id + " is not what was written");
                    }
                    found++;
                }
                if (group.snapshot().index() > 0) {
                    try (SnapshotReader reader = group.openSnapshot()) {
                        byte[] state = entry(id, group.snapshot().index()).data();
                        if (!Arrays.equals(reader.readAllBytes(), state)) {
                            throw new AssertionError("snapshot of group " + id);
                        }
                    }
                }
            }
        }
        return found;
    }
}
