package io.lutra.wal;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Other groups of a host, which write into its log too: all that groups do, so that segments are shared. */
final class Neighbours {
    private static final long FIRST = 100;
    private static final int BUSY = 3;
    private static final long MOST_ENTRIES = 60;

    private final Wal wal;
    private final Promises promises;
    private final SeededRandom random;
    /** What they hold when all that was queued is durable. */
    private final HostImage queued;

    private int created;

    /** Goes on with what a log holds. */
    Neighbours(Wal wal, Promises promises, SeededRandom random) {
        this.wal = wal;
        this.promises = promises;
        this.random = random;
        this.queued = HostImage.of(wal);
    }

    /** One of them queues something. */
    void write() {
        long id = FIRST + random.nextInt(BUSY + 1);
        HostImage.Group group = queued.groups.get(id);
        int what = random.nextInt(100);
        if (group == null) {
            create(id);
        } else if (id == FIRST && group.last() > 0) {
            return; // it has written once, and keeps a segment until its entry is copied out of it
        } else if (group.last() - group.offset > MOST_ENTRIES || what < 5) {
            compact(id, group);
        } else if (what < 7 && id != FIRST) {
            wal.dropGroup(id, queue(id, image -> image.groups.remove(id)));
        } else {
            append(id, group, what < 20);
        }
    }

    private void create(long id) {
        int generation = (int) wal.incarnation() * 1000 + ++created;
        wal.createGroup(id, generation, queue(id, image -> image.groups.put(id, new HostImage.Group(generation))));
    }

    private void compact(long id, HostImage.Group group) {
        long upTo = group.last() - random.nextInt(3);
        // What is compacted was committed, and so is not replaced by something that still waits.
        if (!wal.hasWork() && upTo > group.offset) {
            Consumer<HostImage> step = image -> image.group(id).compact(upTo);
            step.accept(queued);
            log(id).compact(upTo, promises.queuedCompaction(id, upTo, step));
        }
    }

    private void append(long id, HostImage.Group group, boolean replace) {
        long first = Math.max(group.offset + 1, group.last() + 1 - (replace ? random.nextInt(4) : 0));
        long term = Math.max(1, group.term + (replace ? 1 : 0));
        HardState hardState = term == group.term ? null : HardState.of(term, 1 + random.nextInt(3), group.offset);
        List<Entry> entries = new ArrayList<>();
        for (long index = first; index <= first + random.nextInt(3); index++) {
            byte[] data = new byte[random.nextInt(random.chance(0.1) ? 3000 : 300)];
            random.fill(data);
            entries.add(Entry.of(term, index, data));
        }
        Completion completion = queue(id, image -> {
            entries.forEach(image.group(id)::put);
            if (hardState != null) {
                image.group(id).term = hardState.term();
                image.group(id).vote = hardState.vote();
            }
        });
        log(id).append(hardState, entries, completion);
    }

    private Completion queue(long id, Consumer<HostImage> step) {
        step.accept(queued);
        return promises.queued(id, step);
    }

    private GroupLog log(long id) {
        GroupLog log = wal.group(id);
        if (log == null) {
            throw new IllegalStateException("there is no group " + id);
        }
        return log;
    }
}
