package io.lutra.wal;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that waits to be written. It does not change. */
abstract class Write {
    private final @Nullable GroupState group;
    private final Completion completion;
    private final int size;

    private Write(@Nullable GroupState group, Completion completion, int size) {
        this.group = group;
        this.completion = completion;
        this.size = size;
    }

    Completion completion() {
        return completion;
    }

    @Nullable
    GroupState group() {
        return group;
    }

    /** Returns the bytes it takes in a batch, and in the queue. */
    int size() {
        return size;
    }

    /** Tells whether there must be a batch for it, rather than that it goes with the one before. */
    boolean asksForBatch() {
        return true;
    }

    /** Tells whether the last sector of a segment is for this. */
    boolean mayTakeLastSector() {
        return false;
    }

    /** Tells whether what is left for marks is for this: it is small, and may bring room back. */
    boolean mayTakeReserve() {
        return true;
    }

    /** Tells whether a mark of the group's entries up to an index, which are durable, may as well be written before this. */
    boolean isAfter(long index) {
        return true;
    }

    /** Tells whether it says which snapshot is the group's newest. */
    boolean namesSnapshot() {
        return false;
    }

    /** Returns how many records it is. */
    abstract int records();

    // Entries are counted through by index below: an iterator for each write would be most of what the log allocates.

    /** Lays its records out. */
    abstract void layOut(BatchBuilder batch);

    /** Takes it into the state of the groups, once it is durable: {@code record} is the number of its first record. */
    abstract void publish(
            GroupTable table, EntryCache cache, Segment segment, BatchBuilder batch, long offset, int record);

    /** Completes all of them; what one throws is thrown after the last. */
    static void completeAll(List<Write> writes, @Nullable WalException why) {
        Throwable first = null;
        for (Write write : writes) {
            try {
                write.completion().complete(why);
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first instanceof Error error) {
            throw error;
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
    }

    static long sizeOf(List<Entry> entries) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += (long) Format.RECORD_HEADER + entries.get(i).encodedSize();
        }
        return size;
    }

    /** Entries and a hard state. */
    static final class Append extends Write {
        private final GroupState group;
        private final int generation;
        private final List<Entry> entries;
        private final @Nullable HardState hardState;

        Append(
                GroupState group,
                int generation,
                List<Entry> entries,
                @Nullable HardState hardState,
                Completion completion) {
            super(
                    group,
                    completion,
                    Math.toIntExact(sizeOf(entries)) + (hardState == null ? 0 : Format.RECORD_HEADER + 24));
            this.group = group;
            this.generation = generation;
            this.entries = entries;
            this.hardState = hardState;
        }

        @Override
        boolean mayTakeReserve() {
            return entries.isEmpty();
        }

        @Override
        boolean isAfter(long index) {
            return entries.isEmpty() || entries.get(0).index() > index;
        }

        @Override
        int records() {
            return entries.size() + (hardState == null ? 0 : 1);
        }

        @Override
        void layOut(BatchBuilder batch) {
            for (int i = 0; i < entries.size(); i++) {
                batch.entry(RecordKind.ENTRY, generation, group.id(), entries.get(i));
            }
            if (hardState != null) {
                batch.record(RecordKind.HARD_STATE, generation, group.id(), GroupTable.hardState(hardState));
            }
        }

        @Override
        void publish(GroupTable table, EntryCache cache, Segment segment, BatchBuilder batch, long offset, int record) {
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                int position = batch.position(record + i, offset);
                if (!group.onEntry(entry.index(), entry.term(), segment, position, batch.size(record + i))) {
                    throw new IllegalStateException(group + " was given entry " + entry.index() + " out of turn");
                }
                cache.add(group, entry);
            }
            if (hardState != null) {
                group.onHardState(hardState);
            }
        }
    }

    /** Entries that move to the end of the log from an old segment. */
    static final class Copy extends Write {
        private final GroupState group;
        private final int generation;
        private final List<Entry> entries;

        Copy(GroupState group, int generation, List<Entry> entries, Completion completion) {
            super(group, completion, Math.toIntExact(sizeOf(entries)));
            this.group = group;
            this.generation = generation;
            this.entries = entries;
        }

        @Override
        boolean mayTakeReserve() {
            return false;
        }

        @Override
        int records() {
            return entries.size();
        }

        @Override
        void layOut(BatchBuilder batch) {
            for (int i = 0; i < entries.size(); i++) {
                batch.entry(RecordKind.COPY, generation, group.id(), entries.get(i));
            }
        }

        @Override
        void publish(GroupTable table, EntryCache cache, Segment segment, BatchBuilder batch, long offset, int record) {
            int at = record;
            for (Entry entry : entries) {
                if (group.generation() == generation) {
                    group.onCopy(entry.index(), entry.term(), segment, batch.position(at, offset), batch.size(at));
                }
                at++;
            }
        }
    }

    /** One record of another kind. */
    static final class Mark extends Write {
        private final GroupState group;
        private final RecordKind kind;
        private final int generation;
        private final byte[] body;

        Mark(GroupState group, RecordKind kind, int generation, byte[] body, Completion completion) {
            super(group, completion, Format.RECORD_HEADER + body.length);
            this.group = group;
            this.kind = kind;
            this.generation = generation;
            this.body = body;
        }

        @Override
        boolean isAfter(long index) {
            return false;
        }

        @Override
        int records() {
            return 1;
        }

        @Override
        boolean namesSnapshot() {
            return kind == RecordKind.SNAPSHOT || kind == RecordKind.GROUP;
        }

        @Override
        void layOut(BatchBuilder batch) {
            batch.record(kind, generation, group.id(), body);
        }

        @Override
        void publish(GroupTable table, EntryCache cache, Segment segment, BatchBuilder batch, long offset, int record) {
            table.apply(segment, kind, generation, group.id(), batch.position(record, offset), body, 0, body.length);
        }
    }

    /**
     * Nothing to store: it is its turn when all that the group queued before is durable. A commit index that was told alone
     * counts from then on, with the entries that it was told for.
     */
    static final class Turn extends Write {
        private final GroupState group;
        private final HardState told;

        Turn(GroupState group, HardState told, Completion completion) {
            super(group, completion, Format.RECORD_HEADER); // it takes no bytes, but counts for the bound of the queue
            this.group = group;
            this.told = told;
        }

        @Override
        int records() {
            return 0;
        }

        @Override
        boolean asksForBatch() {
            return false;
        }

        @Override
        void layOut(BatchBuilder batch) {}

        @Override
        void publish(GroupTable table, EntryCache cache, Segment segment, BatchBuilder batch, long offset, int record) {
            group.onHardState(told);
        }
    }

    /** Nothing: a batch that says that the one before it was durable. */
    static final class Attest extends Write {
        private final boolean mayTakeLastSector;

        Attest(Completion completion, boolean mayTakeLastSector) {
            super(null, completion, Format.RECORD_HEADER); // it takes none, but what waits is bounded
            this.mayTakeLastSector = mayTakeLastSector;
        }

        @Override
        boolean mayTakeLastSector() {
            return mayTakeLastSector;
        }

        @Override
        boolean mayTakeReserve() {
            return mayTakeLastSector;
        }

        @Override
        int records() {
            return 0;
        }

        @Override
        void layOut(BatchBuilder batch) {}

        @Override
        void publish(
                GroupTable table, EntryCache cache, Segment segment, BatchBuilder batch, long offset, int record) {}
    }
}
