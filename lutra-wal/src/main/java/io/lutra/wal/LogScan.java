package io.lutra.wal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from its oldest segment to its end, and writes nothing.
 *
 * <p>A tear is told from damage by what comes after. One batch is written at a time, and the next only when it is durable:
 * so a batch that does not check, with another begun after it, was damaged; with nothing after it, it was torn, or is damaged
 * in a way that no log could tell from a tear.
 */
final class LogScan {
    /** Hears what is found, in the order of the log. */
    interface Listener {
        /** Called first: the files of the log have so many bytes together. */
        void files(long bytes);

        /** A batch was read and is attested by what follows it. Its bytes are valid during the call alone. */
        void batch(ScannedSegment segment, Batch batch);

        /** What was durable here is not what was written. */
        void damage(Damage damage);

        /** Segments are missing here: freed, or lost. */
        void gap();
    }

    /**
     * How a log ends.
     *
     * @param segments all that hold something, oldest first; the caller closes them
     * @param pending the last batch, which nothing attests; it was not given to the listener
     * @param end where the batch after the last attested one begins, in the last segment
     * @param tornFrom where a torn batch begins, -1 if there is none
     * @param nextSequence the number of the batch after the last attested one
     * @param previous the checksum of the header of the last attested batch
     * @param nextSegment the number of the segment to begin
     * @param unused segments after the last that hold nothing yet, newest first
     */
    record Result(
            List<ScannedSegment> segments,
            @Nullable Batch pending,
            long end,
            long tornFrom,
            long nextSequence,
            int previous,
            long nextSegment,
            List<String> unused) {}

    private static final long UNKNOWN = Long.MAX_VALUE;
    private static final byte[] NOTHING = {};

    private final Disk disk;
    private final long logId;
    private final Listener listener;

    private @Nullable Batch pending;
    private @Nullable ScannedSegment pendingIn;
    /** The body of a batch that was handed on, to be used again. */
    private byte[] spare = NOTHING;
    /** The number the next batch must have, 0 if any may come. */
    private long expected;

    private long highest;

    private boolean chained;
    private int previous;
    private int previousOfPending;
    private long end = Format.SEGMENT_HEADER;
    private long tornFrom = -1;

    LogScan(Disk disk, long logId, Listener listener) {
        this.disk = disk;
        this.logId = logId;
        this.listener = listener;
    }

    Result run() throws IOException {
        List<ScannedSegment> segments = new ArrayList<>();
        List<ScannedSegment> unused = new ArrayList<>();
        long nextSegment = 1;
        boolean done = false;
        try {
            List<String> names = disk.list();
            for (String name : names) {
                if (Format.segmentNumber(name) >= 0) {
                    segments.add(ScannedSegment.open(disk, name, logId));
                }
            }
            listener.files(segments.stream().mapToLong(ScannedSegment::size).sum());
            while (!segments.isEmpty() && !isInUse(segments.get(segments.size() - 1))) {
                unused.add(segments.remove(segments.size() - 1));
            }
            int used = segments.size();
            long newest = NewestSegment.in(names);
            boolean isLost = takeForLost(segments, unused, newest);
            for (int i = 0; i < used; i++) {
                boolean isLast = i == used - 1;
                if (i > 0 && segments.get(i).number() != segments.get(i - 1).number() + 1) {
                    flush();
                    chained = false;
                    expected = 0;
                    listener.gap();
                }
                scan(segments.get(i), isLast ? UNKNOWN : firstSequence(segments, i + 1), isLast && !isLost);
                segments.get(i).release(); // or memory would be taken for the whole log at once
            }
            if (!segments.isEmpty()) {
                nextSegment = segments.get(segments.size() - 1).number() + 1;
            }
            if (isLost) {
                loseTheLast(segments.get(used - 1).number() + 1);
                // That of one that was lost is not given again: then it would not be missing any more.
                nextSegment = Math.max(nextSegment, newest + 1);
            }
            done = true;
        } finally {
            for (ScannedSegment segment : unused) {
                segment.close();
            }
            if (!done) {
                for (ScannedSegment segment : segments) {
                    segment.close();
                }
            }
        }
        List<String> unusedNames = unused.stream().map(ScannedSegment::name).toList();
        long next = pending == null
                ? Math.max(highest + 1, expected)
                : pending.header().sequence();
        int chain = pending == null ? previous : previousOfPending;
        return new Result(
                segments,
                pending,
                pending == null ? end : pending.offset(),
                tornFrom,
                next,
                chain,
                nextSegment,
                unusedNames);
    }

    /**
     * A segment is made when the one before it was begun, which is not freed before this is begun too. So one that was not
     * begun, and stands alone, shows that the one before it was lost; and if the newest that was made is not there, that was. What
     * was not begun is kept, to show it also when this opening comes to no end.
     */
    private static boolean takeForLost(List<ScannedSegment> segments, List<ScannedSegment> unused, long newest) {
        if (segments.isEmpty()) {
            return false;
        }
        long next = segments.get(segments.size() - 1).number() + 1;
        boolean isWhole =
                unused.isEmpty() ? newest < next : unused.get(unused.size() - 1).number() == next;
        if (isWhole) {
            return false;
        }
        Collections.reverse(unused);
        segments.addAll(unused);
        unused.clear();
        return true;
    }

    private void loseTheLast(long number) {
        flush();
        chained = false;
        end = Format.SEGMENT_HEADER;
        listener.damage(new Damage(Format.segmentName(number), 0, 0, "it is missing, though it was made"));
    }

    /**
     * Tells whether a segment, the last one, was begun: its first batch is whole, or something shows that it was. One that does
     * not say what it is may have been.
     */
    private static boolean isInUse(ScannedSegment segment) throws IOException {
        return segment.isShort()
                || segment.header() == null
                || segment.batch(Format.SEGMENT_HEADER, NOTHING) != null
                || find(segment, Format.SEGMENT_HEADER + Format.MIN_SECTOR, 0, UNKNOWN) >= 0;
    }

    /** Returns the number of the first batch after segment {@code i - 1}, if it can be told. */
    private static long firstSequence(List<ScannedSegment> segments, int i) throws IOException {
        if (segments.get(i).number() != segments.get(i - 1).number() + 1) {
            return UNKNOWN;
        }
        BatchHeader first = segments.get(i).batchHeader(Format.SEGMENT_HEADER);
        return first == null ? UNKNOWN : first.sequence();
    }

    private void scan(ScannedSegment segment, long limit, boolean isLast) throws IOException {
        if (segment.header() == null) {
            flush();
            listener.damage(new Damage(segment.name(), 0, Format.SEGMENT_HEADER, "the segment has no header"));
        }
        long at = Format.SEGMENT_HEADER;
        BatchHeader first = expected == 0 ? segment.batchHeader(at) : null;
        if (first != null) {
            expected = first.sequence();
        }
        while (true) {
            Batch batch = segment.batch(at, spare);
            if (batch != null && follows(batch.header(), segment, limit)) {
                accept(segment, batch);
                at = segment.after(batch);
                continue;
            }
            if (expected == limit) {
                // What still lies here was cut when the next segment began.
                segment.cutFrom(at);
                return;
            }
            long next = find(segment, at + Format.MIN_SECTOR, expected, limit);
            if (next < 0) {
                endOf(segment, at, limit, isLast);
                return;
            }
            BatchHeader header = segment.batchHeader(next);
            boolean onlyPadding = segment.header() == null && header != null && header.sequence() == expected;
            if (!onlyPadding) {
                flush();
                chained = false;
                listener.damage(new Damage(segment.name(), at, next, "batch " + expected + " is not what was written"));
            }
            expected = header == null ? 0 : header.sequence();
            at = next;
        }
    }

    private void endOf(ScannedSegment segment, long at, long limit, boolean isLast) throws IOException {
        end = at;
        if (limit != UNKNOWN) {
            lose(segment, at, "batches " + expected + " to " + (limit - 1) + " are missing");
            expected = limit;
        } else if (isLast && segment.isShort()) {
            lose(segment, at, "the file was cut to " + segment.size() + " bytes");
        } else if (isLast && segment.header() == null && pendingSegment() != segment.number()) {
            lose(segment, at, "nothing can be read");
        } else if (isLast && hasMisplaced(segment)) {
            lose(segment, at, "sectors are not where they were written");
        } else if (isLast) {
            tornFrom = at;
        }
        // Else the next segment's first batch cannot be read, which is told there.
    }

    private long pendingSegment() {
        return pending == null ? -1 : pending.segment();
    }

    private void lose(ScannedSegment segment, long at, String reason) {
        flush();
        chained = false;
        listener.damage(new Damage(segment.name(), at, Math.max(at, segment.size()), reason));
    }

    private boolean follows(BatchHeader header, ScannedSegment segment, long limit) {
        return (expected == 0 || header.sequence() == expected)
                && header.sequence() < limit
                && (!chained || header.previous() == previous)
                && (segment.header() == null
                        || header.incarnation() == segment.header().incarnation());
    }

    private void accept(ScannedSegment segment, Batch batch) {
        spare = NOTHING;
        flush();
        previousOfPending = previous;
        pending = batch;
        pendingIn = segment;
        expected = batch.header().sequence() + 1;
        highest = Math.max(highest, batch.header().sequence());
        previous = batch.header().checksum();
        chained = true;
    }

    /** Gives the last batch to the listener: something after it shows that it was durable. */
    private void flush() {
        if (pending != null && pendingIn != null) {
            listener.batch(pendingIn, pending);
            spare = pending.body();
            pending = null;
        }
    }

    /** Tells whether the header of a batch that was not read lies elsewhere than it was written: no tear does that. */
    private boolean hasMisplaced(ScannedSegment segment) throws IOException {
        for (long offset = 0; offset < segment.size(); offset += Format.MIN_SECTOR) {
            BatchHeader header = segment.glanceAtAny(offset);
            if (header != null && header.offset() != offset && header.sequence() >= expected) {
                return true;
            }
        }
        return false;
    }

    /** Returns where the next batch begins whose number is in {@code [lo, hi)}, -1 if there is none. */
    private static long find(ScannedSegment segment, long from, long lo, long hi) throws IOException {
        for (long offset = from; offset < segment.size(); offset += Format.MIN_SECTOR) {
            BatchHeader header = segment.glance(offset);
            if (header != null && header.sequence() >= lo && header.sequence() < hi) {
                return offset;
            }
        }
        return -1;
    }
}
