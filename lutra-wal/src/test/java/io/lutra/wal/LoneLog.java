package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.testkit.Fault;
import io.lutra.testkit.FaultPlan;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.Survival;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.InvariantViolation;
import io.lutra.testkit.invariants.Violations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A host without a cluster: a few lives of its log, each of which ends in a kill, a power cut or an error of the disk, and after
 * each the disk is damaged in many ways, one at a time. What the log must do is told by {@link Promises}.
 */
final class LoneLog {
    private static final int LIVES = 6;
    private static final int MOST_STEPS = 120;
    private static final int DAMAGES = 12;
    /** How many of the reads go to the wrong place: a group ends with the first that is noticed. */
    private static final double[] MISDIRECTED = {0.02, 0.2, 1};

    private final SeededRandom random;
    private final SimulatedDisk disk;
    private final LogHome home;
    private final Violations violations;
    private long term = 1;

    private LoneLog(long seed, Violations violations) {
        this.random = new SeededRandom(seed).fork("lone log");
        this.disk = new SimulatedDisk(seed);
        this.home = new LogHome(disk, seed, violations);
        this.violations = violations;
    }

    /** Runs a seed, and returns how one of the invariants did not hold; null if they all did. */
    static @Nullable String firstViolation(long seed, Set<Invariant> named) {
        LoneLog log = new LoneLog(seed, Violations.fatalOnly(named));
        try {
            log.run();
            return null;
        } catch (InvariantViolation e) {
            return e.getMessage();
        } catch (RuntimeException | Error e) {
            return named.contains(Invariant.I27) ? Invariant.I27 + ": " + e : null;
        }
    }

    /** Runs a seed; the first violation is thrown. */
    static void run(long seed) {
        new LoneLog(seed, Violations.allFatal()).run();
    }

    private void run() {
        home.disturb(FaultPlan.draw(
                random, EnumSet.of(Fault.POWER_CUT, Fault.DISK_ERROR, Fault.DISK_SHORT, Fault.DISK_FULL)));
        for (int life = 0; life < LIVES; life++) {
            try {
                ReplicaLife storage = new ReplicaLife((GroupOnLog) home.open());
                for (int step = random.nextInt(MOST_STEPS); step > 0; step--) {
                    storage.step();
                    violations.check();
                }
                if (random.chance(0.5)) {
                    storage.dieInCompaction();
                }
            } catch (IOException e) {
                // It dies of it.
            }
            violations.check();
            switch (random.nextInt(3)) {
                case 0 -> disk.kill();
                case 1 -> disk.crash(Survival.nothing());
                default -> disk.crash(Survival.torn(random.nextLong()));
            }
            for (int i = 0; i < DAMAGES; i++) {
                SimulatedDisk copy = disk.copy();
                int what = random.nextInt(7);
                if (what == 0) {
                    flipABitOfAHeader(copy);
                } else if (what == 2) {
                    loseSegments(copy);
                } else if (what > 2) {
                    LogHome.damage(copy, random);
                }
                home.isWhole(copy, what == 1 ? MISDIRECTED[random.nextInt(MISDIRECTED.length)] : 0);
                violations.check();
            }
        }
    }

    /** Batches begin at sectors, with their header and that of their first record. */
    private void flipABitOfAHeader(SimulatedDisk copy) {
        try {
            copy.faults().none();
            for (String name : copy.list("")) {
                int size = copy.contentOf(name).length;
                if (Format.segmentNumber(name) >= 0 && size > Format.SEGMENT_HEADER && random.chance(0.5)) {
                    int sector = random.nextInt(Format.SEGMENT_HEADER, size) / SimulatedDisk.SECTOR_BYTES;
                    int at = Format.BATCH_HEADER + random.nextInt(Format.RECORD_HEADER);
                    int bit = 8 * (sector * SimulatedDisk.SECTOR_BYTES + at) + random.nextInt(8);
                    if (bit < 8 * size) {
                        copy.damage().flipBit(name, bit);
                    }
                    return;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The file system loses a segment, more often the last, or the last ones. */
    private void loseSegments(SimulatedDisk copy) {
        try {
            copy.faults().none();
            List<String> names = new ArrayList<>(copy.list(""));
            names.removeIf(name -> Format.segmentNumber(name) < 0);
            if (names.isEmpty()) {
                return;
            }
            int last = names.size() - 1;
            int first = random.chance(0.3) ? random.nextInt(names.size()) : Math.max(0, last - random.nextInt(2));
            int end = random.chance(0.3) ? first : last;
            for (String name : names.subList(first, end + 1)) {
                copy.delete(name);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a replica may ask of its storage, in one life of its process. */
    private final class ReplicaLife {
        private final GroupOnLog storage;

        ReplicaLife(GroupOnLog storage) {
            this.storage = storage;
            term = Math.max(term, storage.hardState().term());
        }

        void step() throws IOException {
            long last = storage.lastIndex();
            long durable = storage.snapshotIndex();
            int what = random.nextInt(20);
            if (what == 0 && last > durable) {
                storage.compact(snapshot(last, storage.term(last)), last - random.nextInt(4));
                return;
            }
            HardState hardState = HardState.EMPTY;
            long first = last + 1;
            if (what < 4) {
                hardState = HardState.of(++term, random.nextInt(3), 0);
                first = Math.max(durable, storage.firstIndex() - 1) + 1;
                first = Math.max(first, last + 1 - random.nextInt(3));
            }
            Snapshot received = null;
            if (what == 4) {
                first = last + 2 + random.nextInt(5);
                received = snapshot(first - 1, term);
            }
            storage.write(hardState, received, entries(first, what == 1 ? 0 : random.nextInt(4)));
            storage.sync();
        }

        /** What a compaction frees must be there until that is durable. */
        void dieInCompaction() throws IOException {
            long last = storage.lastIndex();
            if (last > storage.snapshotIndex()) {
                storage.beginCompaction(snapshot(last, storage.term(last)), last);
            }
        }

        private List<Entry> entries(long first, int count) {
            List<Entry> entries = new ArrayList<>();
            for (long index = first; index < first + count; index++) {
                // Many of one size: so they differ by their place alone.
                byte[] data = new byte[random.chance(0.5) ? 100 : random.nextInt(random.chance(0.1) ? 2000 : 200)];
                random.fill(data);
                entries.add(Entry.of(term, index, data));
            }
            return entries;
        }

        private Snapshot snapshot(long index, long indexTerm) {
            byte[] state = new byte[random.nextInt(1, 1000)];
            random.fill(state);
            return Snapshot.of(state, SnapshotMetadata.of(ConfState.of(List.of(1L), List.of()), index, indexTerm));
        }
    }
}
