package io.lutra.wal;

import java.io.IOException;
import java.util.List;

/** What the log of a directory holds, read without writing anything. */
final class Inspection implements AutoCloseable {
    private final LogReader reader = new LogReader();
    private final LogScan.Result log;

    Inspection(Disk disk, long logId) throws IOException {
        log = new LogScan(disk, logId, reader).run();
        Batch pending = log.pending();
        if (pending != null) {
            reader.batch(log.segments().get(log.segments().size() - 1), pending);
        }
        table().damageUnattested();
        table().damageIncomplete();
    }

    GroupTable table() {
        return reader.table();
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
