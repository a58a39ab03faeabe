package io.lutra.wal;

import io.lutra.testkit.Fault;
import io.lutra.testkit.FaultPlan;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.disk.DiskFault;
import io.lutra.testkit.disk.DiskOperation;
import io.lutra.testkit.disk.SimulatedCrash;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.Survival;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.Violations;
import io.lutra.testkit.raft.ReplicaHome;
import io.lutra.testkit.raft.ReplicaStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A host: its disk, and what its log was asked to write and has acknowledged. When its log is opened it must hold a prefix of the
 * one that contains the other (I20), whether or not the last attempt to open it ended in a crash (I22).
 */
final class LogHome implements ReplicaHome {
    /** Not {@link Long#MAX_VALUE}: it is counted from now. */
    private static final long NEVER = Long.MAX_VALUE / 2;

    private final SimulatedDisk disk;
    private final SeededRandom random;
    private final Violations violations;
    private final Promises promises;
    private FaultPlan plan = FaultPlan.NONE;
    private boolean opening;

    LogHome(SimulatedDisk disk, long seed, Violations violations) {
        this.disk = disk;
        this.random = new SeededRandom(seed);
        this.violations = violations;
        this.promises = new Promises(violations);
    }

    @Override
    public ReplicaStorage open() throws IOException {
        promises.died();
        Invariant ofRecovery = opening ? Invariant.I22 : Invariant.I20;
        opening = true;
        if (random.chance(plan.intensity(Fault.POWER_CUT))) {
            // At any operation: while the log is opened, in the middle of a batch, of a snapshot, of what is done
            // beside.
            disk.crashAt(1 + random.nextInt(1 << random.nextInt(2, 12)));
        }
        return guarded(() -> {
            Wal wal = openOrCreate(disk);
            promises.check(wal, ofRecovery);
            opening = false;
            return new GroupOnLog(wal, disk, promises, random, violations);
        });
    }

    @Override
    public ReplicaStorage scan() throws IOException {
        SimulatedDisk copy = disk.copy();
        copy.crash(Survival.nothing());
        return guarded(() -> new GroupOnLog(openOrCreate(copy), copy, new Promises(violations), random, violations));
    }

    private static Wal openOrCreate(SimulatedDisk disk) {
        SimulatedDirectory directory = new SimulatedDirectory(disk);
        return disk.exists(Format.IDENTITY)
                ? Wal.open(directory, Scenes.IDENTITY, Scenes.SMALL)
                : Wal.create(directory, Scenes.IDENTITY, Scenes.SMALL);
    }

    @Override
    public void disturb(FaultPlan faults) {
        plan = faults;
        double errors = faults.intensity(Fault.DISK_ERROR) / 200;
        for (DiskOperation operation : DiskOperation.values()) {
            disk.faults().sometimes(operation, DiskFault.ERROR, errors);
        }
        disk.faults().sometimes(DiskOperation.READ, DiskFault.SHORT, faults.intensity(Fault.DISK_SHORT) / 4);
    }

    @Override
    public void heal() {
        plan = FaultPlan.NONE;
        disk.crashAt(NEVER);
    }

    @Override
    public void lie() {
        promises.lies();
        disk.faults().always(DiskOperation.SYNC, DiskFault.LOST);
    }

    /** A bit or a sector of any file, more often of one that holds entries or a snapshot. */
    @Override
    public void damage(SeededRandom draws) {
        promises.damaged();
        damage(disk, draws);
    }

    static void damage(SimulatedDisk disk, SeededRandom draws) {
        try {
            disk.faults().none();
            List<String> names = new ArrayList<>(disk.list(""));
            if (draws.chance(0.5)) {
                names.removeIf(name -> !SnapshotFile.isName(name) && Format.segmentNumber(name) < 0);
            }
            String name = names.isEmpty() ? Format.IDENTITY : names.get(draws.nextInt(names.size()));
            if (!disk.exists(name) || disk.contentOf(name).length == 0) {
                return;
            }
            int sectors = disk.contentOf(name).length / SimulatedDisk.SECTOR_BYTES;
            switch (sectors == 0 ? 0 : draws.nextInt(5)) {
                case 0 -> disk.damage().flipAnyBit(name);
                case 1 -> disk.damage().zeroSector(name, draws.nextInt(sectors));
                case 2 -> disk.damage().copySector(name, draws.nextInt(sectors), draws.nextInt(sectors));
                case 3 -> disk.damage().swapSectors(name, draws.nextInt(sectors), draws.nextInt(sectors));
                default -> disk.damage().truncate(name, draws.nextInt(disk.contentOf(name).length));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean isWhole() {
        return isWhole(disk.copy(), 0);
    }

    /** The same of a copy of the disk, some of whose reads go to the wrong place. */
    boolean isWhole(SimulatedDisk copy, double misdirected) {
        promises.died();
        copy.faults().sometimes(DiskOperation.READ, DiskFault.MISDIRECTED, misdirected);
        try (Wal wal = openOrCreate(copy)) {
            return promises.isWhole(wal, misdirected > 0 ? 1 : Long.MAX_VALUE);
        } catch (WalException e) {
            return false;
        } catch (RuntimeException | Error e) {
            violations.report(Invariant.I27, "a damaged log ends in " + e);
            return false;
        }
    }

    /** Something that may meet an error of the disk, or a power cut in its midst. */
    interface Action<T> {
        T run();
    }

    /** Does something, and makes of what can go wrong what the cluster expects. */
    static <T> T guarded(Action<T> action) throws IOException {
        try {
            return action.run();
        } catch (WalException | SimulatedCrash e) {
            throw new IOException(e);
        }
    }
}
