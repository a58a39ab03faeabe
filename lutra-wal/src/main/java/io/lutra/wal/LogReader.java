package io.lutra.wal;

import java.util.ArrayList;
import java.util.List;

/** Makes the state of the groups from what a scan of the log finds. */
final class LogReader implements LogScan.Listener {
    private final GroupTable table = new GroupTable();
    private final List<Damage> damages = new ArrayList<>();

    /** Returns a segment that was scanned, as the groups refer to it. */
    Segment segment(ScannedSegment in, long incarnation) {
        Segment known = table.segment((int) in.number());
        if (known != null) {
            return known;
        }
        Segment segment = new Segment((int) in.number(), in.file(), in.size(), incarnation);
        table.add(segment);
        return segment;
    }

    @Override
    public void files(long bytes) {
        table.fileBytes(bytes);
    }

    @Override
    public void batch(ScannedSegment in, Batch batch) {
        Segment segment = segment(in, batch.header().incarnation());
        batch.forEach((kind, generation, group, position, bytes, from, to) ->
                table.apply(segment, kind, generation, group, position, bytes, from, to));
    }

    @Override
    public void damage(Damage damage) {
        damages.add(damage);
        table.lost();
    }

    @Override
    public void gap() {
        table.lost();
    }

    GroupTable table() {
        return table;
    }

    List<Damage> damages() {
        return damages;
    }
}
