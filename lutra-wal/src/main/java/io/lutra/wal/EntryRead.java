package io.lutra.wal;

import io.lutra.raft.Entry;
import io.lutra.raft.MalformedBytesException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A read of entries by position: planned under the log's lock, run without it. Entries that lie close together are read at
 * once; those of one read share an array that holds nothing else.
 */
final class EntryRead {
    private static final int MAX_READ = 1 << 20;
    /** What lies between two entries is read with them if it is no larger. */
    private static final int MAX_GAP = 16 << 10;

    private final Object lock;
    private final long logId;
    private final GroupState group;
    private final int generation;
    private final long[] indexes;
    private final long[] terms;
    private final Segment[] segments;
    private final int[] positions;
    private final int[] sizes;

    EntryRead(Object lock, long logId, GroupState group, long lo, int count) {
        this(lock, logId, group, LongStream.range(lo, lo + count).toArray());
    }

    EntryRead(Object lock, long logId, GroupState group, List<Long> indexes) {
        this(lock, logId, group, indexes.stream().mapToLong(Long::longValue).toArray());
    }

    private EntryRead(Object lock, long logId, GroupState group, long[] indexes) {
        this.lock = lock;
        this.logId = logId;
        this.group = group;
        this.generation = group.generation();
        this.indexes = indexes;
        this.terms = new long[indexes.length];
        this.segments = new Segment[indexes.length];
        this.positions = new int[indexes.length];
        this.sizes = new int[indexes.length];
        EntryIndex index = group.index();
        for (int i = 0; i < indexes.length; i++) {
            terms[i] = index.term(indexes[i]);
            segments[i] = index.segment(indexes[i]);
            positions[i] = index.position(indexes[i]);
            sizes[i] = index.size(indexes[i]);
            segments[i].retain();
        }
    }

    List<Entry> run() {
        try {
            List<Entry> found = new ArrayList<>(indexes.length);
            Checksum sums = new Checksum(logId);
            for (int from = 0; from < indexes.length; ) {
                int to = from + 1;
                while (to < indexes.length && isClose(from, to)) {
                    to++;
                }
                read(from, to, sums, found);
                from = to;
            }
            return found;
        } catch (IOException e) {
            throw new WalException("entries of " + group + " from " + indexes[0] + " on cannot be read", e);
        } finally {
            synchronized (lock) {
                for (Segment segment : segments) {
                    segment.releaseReader();
                }
            }
        }
    }

    private boolean isClose(int first, int next) {
        int gap = positions[next] - positions[next - 1] - sizes[next - 1];
        return segments[next] == segments[first]
                && gap >= 0
                && gap <= MAX_GAP
                && positions[next] + sizes[next] - positions[first] <= MAX_READ;
    }

    private void read(int from, int to, Checksum sums, List<Entry> found) throws IOException {
        int start = positions[from];
        byte[] bytes = new byte[positions[to - 1] + sizes[to - 1] - start];
        Segment segment = segments[from];
        int count = segment.file().read(ByteBuffer.wrap(bytes), start);
        if (count < bytes.length) {
            throw damaged(segment, from, "the file ends");
        }
        byte[] kept = new byte[encodedSize(from, to)];
        int keptAt = 0;
        for (int i = from; i < to; i++) {
            int at = positions[i] - start;
            int end = at + sizes[i];
            boolean asWritten = LittleEndian.getInt(bytes, at + 4) == sizes[i] - Format.RECORD_HEADER
                    && LittleEndian.getInt(bytes, at)
                            == sums.at(segment.number(), segment.incarnation(), positions[i], bytes, at + 4, end)
                    && LittleEndian.getInt(bytes, at + 12) == generation
                    && LittleEndian.getLong(bytes, at + 16) == group.id();
            if (!asWritten) {
                throw damaged(segment, i, "it is not what was written");
            }
            int length = sizes[i] - Format.RECORD_HEADER;
            System.arraycopy(bytes, at + Format.RECORD_HEADER, kept, keptAt, length);
            found.add(entry(kept, keptAt, length, segment, i));
            keptAt += length;
        }
    }

    private int encodedSize(int from, int to) {
        int bytes = 0;
        for (int i = from; i < to; i++) {
            bytes += sizes[i] - Format.RECORD_HEADER;
        }
        return bytes;
    }

    private Entry entry(byte[] bytes, int at, int length, Segment segment, int i) {
        try {
            Entry entry = Entry.parse(bytes, at, length);
            if (entry.index() != indexes[i] || entry.term() != terms[i]) {
                throw damaged(segment, i, "there is entry " + entry);
            }
            return entry;
        } catch (MalformedBytesException e) {
            throw damaged(segment, i, "it is " + e.getMessage());
        }
    }

    private DamagedLogException damaged(Segment segment, int i, String reason) {
        return new DamagedLogException("entry " + indexes[i] + " of " + group + " at " + positions[i] + " of "
                + segment.name() + " is damaged: " + reason);
    }
}
