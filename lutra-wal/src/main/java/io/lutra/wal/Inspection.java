package io.lutra.wal;

import java.io.IOException;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** What the log of a directory holds, read without writing anything. */
final class Inspection implements AutoCloseable {
    private final LogReader reader = new LogReader();
    private final LogScan.Result log;
    private final NavigableSet<String> snapshots = new TreeSet<>();

    Inspection(Disk disk, long logId) throws IOException {
        log = new LogScan(disk, logId, reader).run();
        Batch pending = log.pending();
        if (pending != null) {
            reader.batch(log.segments().get(log.segments().size() - 1), pending);
        }
        table().damageUnattested();
        table().damageIncomplete();
        disk.list().stream().filter(SnapshotFile::isName).forEach(snapshots::add);
        table().damageWithoutSnapshot(snapshots);
    }

    GroupTable table() {
        return reader.table();
    }

    /** Returns the names of all snapshot files of a group. */
    Set<String> snapshots(GroupState group) {
        String prefix = SnapshotFile.prefix(group.id());
        return snapshots.subSet(prefix, prefix + "~");
    }

    List<Damage> damages() {
        return reader.damages();
    }

    LogScan.Result log() {
        return log;
    }

    @Override
    public void close() throws IOException {
        for (ScannedSegment segment : log.segments()) {
            segment.close();
        }
    }
}
