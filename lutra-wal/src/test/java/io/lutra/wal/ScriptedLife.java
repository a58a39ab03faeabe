package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.testkit.disk.CrashSweep;
import io.lutra.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A life in which a log meets everything: several groups appending together, suffixes replaced, hard states, snapshots, installs,
 * compaction, groups dropped and made again, segments rolled, copied forward and freed, and the log closed or killed and opened.
 * The same seed lives the same life. It ends when the disk is full, unless it was told how to make room.
 */
final class ScriptedLife implements CrashSweep.Life {
    /** Bytes of an entry, of which an append has four at most: it is written in one piece. */
    private static final int LARGE = 1900;

    private final long seed;
    private final int steps;
    private final LogModel model = new LogModel();
    private final @Nullable Runnable makeRoom;
    private Wal wal;

    ScriptedLife(long seed, int steps) {
        this(seed, steps, null);
    }

    /** Lives through a full disk too: makes room once it is told of it, and asks again. It lets nothing wait, so that all is in turn. */
    ScriptedLife(long seed, int steps, @Nullable Runnable makeRoom) {
        this.seed = seed;
        this.steps = steps;
        this.makeRoom = makeRoom;
    }

    LogModel model() {
        return model;
    }

    @Override
    public void live(SimulatedDisk simulated) {
        live(new SimulatedDirectory(simulated));
        wal.close();
    }

    /** Throws unless the log, which failed, does nothing any more. */
    void checkItIsOver() {
        int before = model.acknowledged();
        if (wal != null) {
            try {
                wal.doWork();
                throw new AssertionError("a log that failed did some work");
            } catch (WalException e) {
                // As it should: closed while it was opened again, or failed.
            }
        }
        if (model.acknowledged() != before) {
            throw new AssertionError("a log that failed acknowledged something");
        }
    }

    /** Lives and leaves the log open. */
    Wal live(Disk disk) {
        Random random = new Random(seed);
        open(disk);
        for (int step = 0; step < steps; step++) {
            step(disk, random, 1 + random.nextInt(3));
        }
        return wal;
    }

    private void step(Disk disk, Random random, long id) {
        int what = random.nextInt(100);
        if (!model.has(id)) {
            int generation = model.generation(id) + 1;
            create(id, generation);
        } else if (what < 50) {
            append(random, id, random.nextInt(8) == 0 ? LARGE : 300);
        } else if (what < 60) {
            append(id, hardState(random, id, model.term(id)), List.of(), failure -> {});
            // A commit index alone is no write; one that comes with a new term is.
            HardState next = hardState(random, id, model.term(id) + 1);
            append(id, next, List.of(), model.appended(id, next, List.of()));
        } else if (what < 70) {
            snapshot(id);
        } else if (what < 78) {
            compact(id);
        } else if (what < 80) {
            install(random, id);
        } else if (what < 84) {
            Completion dropped = model.dropped(id);
            ask(() -> wal.dropGroup(id, dropped));
            if (random.nextBoolean()) {
                comeBack(random, id);
            }
        } else if (what < 93) {
            for (int i = 0; i < 4 && wal.maintain(); i++) {
                write();
            }
        } else if (what < 97) {
            wal.close();
            open(disk);
        } else {
            write();
            wal.abandon();
            open(disk);
        }
        if (random.nextInt(3) > 0 || makeRoom != null) {
            write();
        }
    }

    private HardState hardState(Random random, long id, long term) {
        return HardState.of(term, 1 + random.nextInt(3), model.last(id));
    }

    private void append(Random random, long id, int mostBytes) {
        long first = model.last(id) + 1;
        long term = Math.max(1, model.term(id));
        HardState hardState = null;
        if (random.nextInt(5) == 0) {
            // A new leader replaces what the old one's suffix was.
            first = Math.max(Math.max(model.offset(id), model.snapshot(id)) + 1, first - random.nextInt(4));
            term++;
        }
        if (term != model.term(id)) {
            hardState = hardState(random, id, term);
        }
        List<Entry> entries = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (long index = first; index < first + count; index++) {
            byte[] data = new byte[random.nextInt(mostBytes)];
            random.nextBytes(data);
            entries.add(Entry.of(term, index, data));
        }
        append(id, hardState, entries, model.appended(id, hardState, entries));
    }

    private void append(long id, HardState hardState, List<Entry> entries, Completion completion) {
        ask(() -> wal.group(id).append(hardState, entries, completion));
    }

    private void create(long id, int generation) {
        Completion created = model.created(id, generation);
        ask(() -> wal.createGroup(id, generation, created));
    }

    private void snapshot(long id) {
        long index = model.last(id);
        if (index <= model.snapshot(id) || index == model.offset(id)) {
            return;
        }
        GroupLog group = wal.group(id);
        SnapshotFile file = write(group, index, model.term(id, index));
        if (file != null) {
            Completion marked = model.marked(id, index);
            ask(() -> group.mark(file, marked));
        }
    }

    private void compact(long id) {
        long index = model.snapshot(id) - 1;
        if (index > model.offset(id)) {
            Completion compacted = model.compacted(id, index);
            ask(() -> wal.group(id).compact(index, compacted));
        }
    }

    /** A replica that was dropped is made again with a snapshot, before the first of it is written. */
    private void comeBack(Random random, long id) {
        long other = 1 + id % 3;
        if (model.has(other)) {
            // More than goes into a batch: the end of the one life is written before the beginning of the next.
            for (int i = 0; i < 6; i++) {
                append(random, other, LARGE);
            }
        }
        create(id, model.generation(id) + 1);
        install(random, id);
    }

    private void install(Random random, long id) {
        long index = model.last(id) + 1 + random.nextInt(5);
        long term = Math.max(1, model.term(id));
        GroupLog group = wal.group(id);
        SnapshotFile file = write(group, index, term);
        if (file != null) {
            Completion installed = model.installed(id, index, term);
            ask(() -> group.install(file, installed));
        }
    }

    /** Returns {@code null} if the disk does not let it begin: the log goes on without. */
    private @Nullable SnapshotFile write(GroupLog group, long index, long term) {
        ConfState members = ConfState.of(List.of(1L, 2L, 3L), List.of());
        SnapshotWriter begun;
        try {
            begun = again(() -> group.newSnapshot(SnapshotMetadata.of(members, index, term)));
        } catch (LogFailedException e) {
            throw e;
        } catch (WalException e) {
            if (e.getCause() instanceof IOException) {
                return null;
            }
            throw e;
        }
        try (SnapshotWriter writer = begun) {
            writer.write(Scenes.data(LogModel.stateAt(group.id(), group.generation(), index)));
            return writer.commit();
        } catch (LogFullException e) {
            if (makeRoom == null) {
                throw e;
            }
            makeRoom.run();
            return write(group, index, term);
        }
    }

    private void open(Disk disk) {
        wal = again(() -> Scenes.openOrCreate(disk));
    }

    private void ask(Runnable what) {
        if (makeRoom != null) {
            write();
        }
        again(() -> {
            if (makeRoom != null) {
                wal.prepareSegment();
            }
            what.run();
            return what;
        });
    }

    /** Asks for something once more if the disk was full: what was refused has changed nothing. */
    private <T> T again(Supplier<T> what) {
        try {
            return what.get();
        } catch (LogFullException e) {
            if (makeRoom == null) {
                throw e;
            }
            makeRoom.run();
            return what.get();
        }
    }

    private void write() {
        if (makeRoom != null && wal.hasWork() && wal.doWork() == 0) {
            makeRoom.run();
        }
        Scenes.write(wal);
    }
}
