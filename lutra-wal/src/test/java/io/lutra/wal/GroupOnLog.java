package io.lutra.wal;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.InitialState;
import io.lutra.raft.Snapshot;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.Violations;
import io.lutra.testkit.raft.ReplicaStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A replica's group in the log of its host, for one life of the process. Written as a host does it: what is queued goes out with
 * what other groups queued, and then what can be done beside is done for a while.
 */
final class GroupOnLog implements ReplicaStorage {
    static final long ID = 7;

    private final Wal wal;
    private final SimulatedDisk disk;
    private final GroupLog group;
    private final GroupStorage reader;
    private final Promises promises;
    private final Violations violations;
    private final SeededRandom random;
    private final Neighbours neighbours;
    private HardState queued;
    /** The newest snapshot that is stored, or waits to be. */
    private long newestSnapshot;

    GroupOnLog(Wal wal, SimulatedDisk disk, Promises promises, SeededRandom random, Violations violations) {
        this.wal = wal;
        this.disk = disk;
        this.promises = promises;
        this.violations = violations;
        this.random = random;
        this.neighbours = new Neighbours(wal, promises, random);
        GroupLog known = wal.group(ID);
        if (known == null) {
            known = wal.createGroup(ID, 1, promises.queued(ID, image -> image.groups.put(ID, new HostImage.Group(1))));
            writeAll();
        }
        this.group = known;
        this.reader = new GroupStorage(wal, group);
        this.queued = group.hardState();
        this.newestSnapshot = group.snapshot().index();
    }

    @Override
    public void write(HardState hardState, @Nullable Snapshot snapshot, List<Entry> entries) throws IOException {
        written(() -> {
            if (random.chance(0.3)) {
                neighbours.write();
            }
            if (snapshot != null) {
                install(snapshot);
            }
            append(hardState, entries);
            if (random.chance(0.3)) {
                neighbours.write();
            }
        });
    }

    private void install(Snapshot snapshot) {
        SnapshotFile file = store(snapshot);
        newestSnapshot = snapshot.metadata().index();
        group.install(file, queued(image -> image.install(snapshot)));
    }

    private SnapshotFile store(Snapshot snapshot) {
        try (SnapshotWriter writer = group.newSnapshot(snapshot.metadata())) {
            writer.write(snapshot.data());
            return writer.commit();
        }
    }

    private void append(HardState hardState, List<Entry> entries) {
        boolean mustSync = !hardState.isEmpty() && hardState.mustSyncAfter(queued);
        queued = hardState.isEmpty() ? queued : hardState;
        HardState changed = hardState.isEmpty() ? null : hardState;
        if (!mustSync && entries.isEmpty()) {
            if (changed != null) {
                group.append(changed, entries, Completion.NONE); // a commit index: nobody waits for it
            }
            return;
        }
        List<Consumer<HostImage>> steps = new ArrayList<>();
        for (Entry entry : entries) {
            steps.add(image -> {
                if (entry.index() > image.group(ID).offset) {
                    image.group(ID).put(entry);
                }
            });
        }
        if (changed != null) {
            steps.add(image -> {
                image.group(ID).term = changed.term();
                image.group(ID).vote = changed.vote();
            });
        }
        boolean inOneBatch = Write.sizeOf(entries) <= Scenes.SMALL.maxBatchBytes();
        List<Consumer<HostImage>> whole = List.of(image -> steps.forEach(step -> step.accept(image)));
        group.append(changed, entries, promises.queued(ID, inOneBatch ? whole : steps));
    }

    private Completion queued(Consumer<HostImage.Group> step) {
        return promises.queued(ID, image -> step.accept(image.group(ID)));
    }

    @Override
    public void sync() throws IOException {
        written(this::writeAll);
    }

    @Override
    public void compact(Snapshot newer, long upTo) throws IOException {
        written(() -> {
            if (newer.metadata().index() > newestSnapshot) {
                queueCompaction(newer, upTo);
                writeAll();
            }
        });
    }

    /** The same, but that the process will die before it is durable. */
    void beginCompaction(Snapshot newer, long upTo) throws IOException {
        written(() -> {
            queueCompaction(newer, upTo);
            maintain(6);
        });
    }

    private void queueCompaction(Snapshot newer, long upTo) {
        long index = newer.metadata().index();
        SnapshotFile file = store(newer);
        newestSnapshot = index;
        group.mark(
                file,
                promises.queuedSnapshot(ID, index, image -> image.group(ID).mark(newer)));
        if (upTo >= group.firstIndex()) {
            group.compact(
                    upTo,
                    promises.queuedCompaction(ID, upTo, image -> image.group(ID).compact(upTo)));
        }
    }

    private void writeAll() {
        maintain(random.nextInt(3));
        while (wal.hasWork()) {
            int unsynced = disk.unsyncedUnits();
            promises.writes();
            if (wal.doWork() == 0) {
                throw new LogFullException("nothing could be written");
            }
            promises.wrote(disk.unsyncedUnits() <= unsynced);
        }
        maintain(random.nextInt(6));
    }

    /** As its thread finds time for it: before a batch, and after. */
    private void maintain(int steps) {
        if (disk.freeBytes() <= Long.MAX_VALUE / 2) {
            promises.mayBeFull();
        }
        for (int i = 0; i < steps && wal.maintain(); i++) {
            // A step at a time.
        }
    }

    /** Does something; after an error the log must not do anything any more (I21). */
    private void written(Runnable action) throws IOException {
        try {
            LogHome.guarded(() -> {
                action.run();
                return true;
            });
        } catch (IOException e) {
            if (e.getCause() instanceof LogFailedException) {
                checkItIsOver();
            }
            throw e;
        }
    }

    private void checkItIsOver() {
        try {
            wal.doWork();
            violations.report(Invariant.I21, "a log that failed goes on");
        } catch (LogFailedException e) {
            // As it should.
        }
    }

    private <T> T read(LogHome.Action<T> action) {
        try {
            return action.run();
        } catch (WalException e) {
            if (e.getCause() == null && (e instanceof DamagedLogException || e instanceof DamagedSnapshotException)) {
                violations.report(Invariant.I20, "what nobody damaged is read as damaged: " + e);
            }
            throw e;
        }
    }

    @Override
    public HardState hardState() {
        return group.hardState();
    }

    @Override
    public long snapshotIndex() {
        return group.snapshot().index();
    }

    @Override
    public void append(List<Entry> entries) {
        throw new UnsupportedOperationException("written by write()");
    }

    @Override
    public InitialState initialState() {
        return new InitialState(group.hardState(), group.snapshot().confState());
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        return read(() -> reader.entries(lo, hi, maxSize));
    }

    @Override
    public long term(long index) {
        return reader.term(index);
    }

    @Override
    public long lastIndex() {
        return reader.lastIndex();
    }

    @Override
    public long firstIndex() {
        return reader.firstIndex();
    }

    @Override
    public Snapshot snapshot() {
        return read(reader::snapshot);
    }
}
