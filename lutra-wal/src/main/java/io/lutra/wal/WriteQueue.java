package io.lutra.wal;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What waits to be written, in order, as much as the options allow and, when the disk is full, as has room. Guarded by the log's lock. */
final class WriteQueue {
    private final WalOptions options;
    private final Tail tail;
    private final ArrayDeque<Write> waiting = new ArrayDeque<>();
    private long waitingBytes;
    /** How many writes were queued; they are numbered from 1. */
    private long queued;
    /** The number of the last write that is complete, as are all before it. */
    private long completed;
    /** Whether one went before others that wait, and is not complete. */
    private boolean outOfTurn;

    WriteQueue(WalOptions options, Tail tail) {
        this.options = options;
        this.tail = tail;
    }

    /** Queues a commit index that was told alone, if there is one. */
    void commit(QueuedState to) {
        HardState told = to.hardState();
        if (to.mustStore(told)) {
            add(to, new Write.Append(to.group(), to.generation(), List.of(), told, Completion.NONE));
            to.store(told);
        }
    }

    /** Queues entries and a hard state, in batches that are not too large. */
    void append(QueuedState to, List<Entry> entries, @Nullable HardState hardState, Completion completion) {
        long size = Write.sizeOf(entries);
        GroupState group = to.group();
        int generation = to.generation();
        admit(group, size, entries.isEmpty());
        if (size <= options.maxBatchBytes()) {
            add(to, new Write.Append(group, generation, entries, hardState, completion));
            return;
        }
        List<Entry> part = new ArrayList<>();
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += Format.RECORD_HEADER + entry.encodedSize();
            if (bytes > options.maxBatchBytes() && !part.isEmpty()) {
                add(to, new Write.Append(group, generation, part, null, Completion.NONE));
                part = new ArrayList<>();
                bytes = (long) Format.RECORD_HEADER + entry.encodedSize();
            }
            part.add(entry);
        }
        add(to, new Write.Append(group, generation, part, hardState, completion));
    }

    void mark(QueuedState to, RecordKind kind, byte[] body, Completion completion) {
        admit(to.group(), Format.RECORD_HEADER + body.length, true);
        add(to, new Write.Mark(to.group(), kind, to.generation(), body, completion));
    }

    /**
     * Queues a mark of what a group has up to an index. When the disk is full it goes before entries that wait for room, if these are
     * after the index and what is up to it is durable: it may be what brings room back.
     */
    void markUpTo(long index, QueuedState to, RecordKind kind, byte[] body, Completion completion) {
        int place = tail.allocator().isFull() ? placeAheadOfEntries(index, to.group()) : waiting.size();
        if (place == waiting.size()) {
            mark(to, kind, body, completion);
            return;
        }
        admit(null, Format.RECORD_HEADER + body.length, true);
        List<Write> all = new ArrayList<>(waiting);
        all.add(place, new Write.Mark(to.group(), kind, to.generation(), body, completion));
        waiting.clear();
        waiting.addAll(all);
        waitingBytes += all.get(place).size();
        queued++;
        renumber();
    }

    /** Returns how many of those that wait come before a mark; all of them unless there is something that it may overtake. */
    private int placeAheadOfEntries(long index, GroupState group) {
        int place = waiting.size();
        int at = 0;
        for (Write write : waiting) {
            if (write.group() == group) {
                place = write.mayTakeReserve() ? place : Math.min(place, at);
                if (place <= at && !write.isAfter(index)) {
                    return waiting.size();
                }
            }
            at++;
        }
        return index <= group.index().last() ? place : waiting.size();
    }

    /** Queues the beginning or the end of a life of a group, which was {@linkplain #admit admitted}. */
    void begin(QueuedState to, GroupRecord.Status status, int generation, byte[] body, Completion completion) {
        add(to, new Write.Mark(to.group(), RecordKind.GROUP, generation, body, completion));
        to.begin(status, generation);
    }

    void copy(QueuedState to, List<Entry> entries, Completion completion) {
        admit(to.group(), Write.sizeOf(entries), false);
        add(to, new Write.Copy(to.group(), to.generation(), entries, completion));
    }

    /** Queues that a group has nothing to store: it is complete after what the group queued before, without a sync. */
    void turn(QueuedState to, HardState told, Completion completion) {
        checkBusy(Format.RECORD_HEADER);
        add(to, new Write.Turn(to.group(), told, completion));
    }

    void attest(Completion completion, boolean mayTakeLastSector) {
        add(null, new Write.Attest(completion, mayTakeLastSector));
    }

    private void add(@Nullable QueuedState to, Write write) {
        waiting.add(write);
        waitingBytes += write.size();
        queued++;
        if (to != null) {
            to.lastWrite(queued);
        }
    }

    private static void number(Write write, long number) {
        GroupState group = write.group();
        if (group != null) {
            group.queued().lastWrite(number);
        }
    }

    /** Refuses a write that has no room: in the queue, or, when the disk is full, in what is left of the segment. */
    void admit(@Nullable GroupState group, long bytes, boolean isMark) {
        boolean full = tail.allocator().isFull();
        if (!full || !isMark) { // what waits for room does not keep marks out, which are bounded by the room for them
            checkBusy(bytes);
        }
        if (full) {
            // A batch of its own for each write is the worst case, and a hard state besides.
            long overhead = (long) Format.BATCH_HEADER + options.sectorSize() + Format.RECORD_HEADER + 24;
            RoomLeft room = new RoomLeft(tail.room(), overhead, options.reserve());
            waiting.forEach(room::takes);
            if (!room.takes(group, bytes, isMark)) {
                throw new LogFullException("the disk has no room for another segment of " + options.segmentSize()
                        + " bytes, and " + tail.remaining() + " bytes are left of this one");
            }
        }
    }

    /** Refuses a write if too much waits already. */
    void checkBusy(long bytes) {
        if (waitingBytes > 0 && waitingBytes + bytes > options.maxQueuedBytes()) {
            throw new LogBusyException(waitingBytes + " bytes wait to be written");
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Tells whether a batch will be written for something that waits. */
    boolean asksForBatch() {
        return waiting.stream().anyMatch(Write::asksForBatch);
    }

    /** Tells whether a batch waits that frees segments. */
    boolean attestOfTheLogWaits() {
        return waiting.stream().anyMatch(Write::mayTakeLastSector);
    }

    /** Returns the first that go into one batch. */
    List<Write> gather() {
        List<Write> writes = new ArrayList<>(Math.min(waiting.size(), 1024));
        long bytes = 0;
        for (Write write : waiting) {
            bytes += write.size();
            if (bytes > options.maxBatchBytes() && !writes.isEmpty()) {
                break;
            }
            writes.add(write);
        }
        return writes;
    }

    /** Returns those that need no other segment. */
    List<Write> gatherWhatFits() {
        RoomLeft room = new RoomLeft(tail.room(), 0, options.reserve());
        return waiting.stream().filter(room::takes).toList();
    }

    /** Says that a write waits no longer. */
    void remove(Write write) {
        if (waiting.peek() == write) {
            waiting.remove();
        } else {
            waiting.remove(write); // the disk is full
            outOfTurn = true;
        }
        waitingBytes -= write.size();
    }

    /**
     * Says that writes that wait no longer were completed. If one went out of turn, those that still wait are now the last that were
     * queued.
     */
    void completed(List<Write> writes) {
        completed = queued - waiting.size();
        if (outOfTurn) {
            writes.forEach(write -> number(write, 0));
            renumber();
            outOfTurn = false;
        }
    }

    private void renumber() {
        long number = queued - waiting.size();
        for (Write write : waiting) {
            number(write, ++number);
        }
    }

    /** Tells whether nothing of a group waits, or was published and not completed yet. */
    boolean isComplete(QueuedState to) {
        return to.lastWrite() <= completed;
    }

    /** Returns all that waits; nothing does any more. */
    List<Write> drain() {
        List<Write> all = List.copyOf(waiting);
        waiting.clear();
        waitingBytes = 0;
        return all;
    }
}
