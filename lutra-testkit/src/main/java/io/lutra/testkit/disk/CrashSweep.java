package io.lutra.testkit.disk;

import java.util.function.Supplier;

/**
 * Lives a scripted life again and again, cuts the power before each of its changes to the disk, lets every kind of part
 * survive of what was not synced, and has each outcome recovered and checked.
 *
 * <pre>{@code
 * new CrashSweep<>(seed, Life::new)
 *         .variants(64)
 *         .crashRecoveryToo(4)
 *         .check((life, disk) -> assertThat(Log.open(adapted(disk)).entries()).startsWith(life.acknowledged()));
 * }</pre>
 *
 * <p>A failure names the expression that repeats it alone, to be put in place of {@code check}.
 *
 * @param <L> what lives, and remembers what it was promised
 */
public final class CrashSweep<L extends CrashSweep.Life> {
    /** A life on a disk that is empty at first. It must do the same every time. */
    public interface Life {
        /**
         * Lives; the process may die at any change to the disk, by a {@link SimulatedCrash}. A life that catches it is over
         * all the same: all that it asks of the disk afterwards is refused.
         */
        void live(SimulatedDisk disk) throws Exception;
    }

    /** What a process does when it starts again, and what must be true then. */
    public interface Recovery<L> {
        /** Recovers from what the crash left and throws if a promise that the life was given is broken. */
        void recover(L life, SimulatedDisk disk) throws Exception;
    }

    /** How much a sweep did: crashes of the life, outcomes recovered, and outcomes of crashes inside recovery. */
    public record Report(long crashes, long outcomes, long recoveryOutcomes) {}

    private final long seed;
    private final Supplier<L> lives;
    private int variants = 16;
    private int variantsInRecovery;
    private long crashes;
    private long outcomes;
    private long recoveryOutcomes;

    /** Sweeps over lives on disks of this seed. */
    public CrashSweep(long seed, Supplier<L> lives) {
        this.seed = seed;
        this.lives = lives;
    }

    /** Sets how many outcomes of each crash are tried, at most; 16 at first. */
    public CrashSweep<L> variants(int max) {
        variants = max;
        return this;
    }

    /** Crashes recovery too, before each of its changes, with at most so many outcomes each; not at first. */
    public CrashSweep<L> crashRecoveryToo(int max) {
        variantsInRecovery = max;
        return this;
    }

    /** Sweeps over all changes; the life's regular end is one more place for a crash. */
    public Report check(Recovery<? super L> recovery) {
        boolean ended = false;
        for (long change = 1; !ended; change++) {
            L life = lives.get();
            SimulatedDisk disk = new SimulatedDisk(seed);
            ended = !dies(life, disk, change);
            crashes++;
            for (Survival survival : Survival.variants(disk.unsyncedUnits(), variants, seed + change)) {
                outcomes++;
                String place = "repeat(" + change + ", " + survival;
                SimulatedDisk left = disk.copy();
                left.crash(survival);
                if (variantsInRecovery > 0) {
                    crashInRecovery(life, left, recovery, place);
                }
                recover(life, left, recovery, place);
            }
        }
        return new Report(crashes, outcomes, recoveryOutcomes);
    }

    /** Crashes once, before one change. */
    public void repeat(long change, Survival survival, Recovery<? super L> recovery) {
        L life = lives.get();
        SimulatedDisk left = afterCrash(life, change, survival);
        recover(life, left, recovery, "repeat(" + change + ", " + survival);
    }

    /** Crashes once, before one change, and once more, before one change of the recovery. */
    public void repeat(
            long change,
            Survival survival,
            long changeOfRecovery,
            Survival survivalOfRecovery,
            Recovery<? super L> recovery) {
        L life = lives.get();
        SimulatedDisk left = afterCrash(life, change, survival);
        String place = "repeat(" + change + ", " + survival + ", " + changeOfRecovery;
        recoveryDies(life, left, recovery, changeOfRecovery, place);
        left.crash(survivalOfRecovery);
        recover(life, left, recovery, place + ", " + survivalOfRecovery);
    }

    private SimulatedDisk afterCrash(L life, long change, Survival survival) {
        SimulatedDisk disk = new SimulatedDisk(seed);
        dies(life, disk, change);
        SimulatedDisk left = disk.copy();
        left.crash(survival);
        return left;
    }

    private void crashInRecovery(L life, SimulatedDisk start, Recovery<? super L> recovery, String outer) {
        boolean died = true;
        for (long change = 1; died; change++) {
            String place = outer + ", " + change;
            SimulatedDisk disk = start.copy();
            died = recoveryDies(life, disk, recovery, change, place);
            for (Survival survival : Survival.variants(disk.unsyncedUnits(), variantsInRecovery, seed + change)) {
                recoveryOutcomes++;
                SimulatedDisk left = disk.copy();
                left.crash(survival);
                recover(life, left, recovery, place + ", " + survival);
            }
        }
    }

    private boolean dies(L life, SimulatedDisk disk, long change) {
        disk.crashAt(change);
        try {
            life.live(disk);
            return disk.hasCrashed();
        } catch (SimulatedCrash crash) {
            return true;
        } catch (Exception e) {
            if (disk.hasCrashed()) {
                return true;
            }
            throw failure("the life itself failed before change " + change, e);
        }
    }

    private boolean recoveryDies(L life, SimulatedDisk disk, Recovery<? super L> recovery, long change, String place) {
        disk.crashAt(change);
        try {
            recovery.recover(life, disk);
            return disk.hasCrashed();
        } catch (SimulatedCrash crash) {
            return true;
        } catch (Exception | AssertionError e) {
            if (disk.hasCrashed()) {
                return true;
            }
            throw failure(place + ", Survival.nothing(), ...)", e);
        }
    }

    private void recover(L life, SimulatedDisk disk, Recovery<? super L> recovery, String place) {
        try {
            recovery.recover(life, disk);
        } catch (Exception | AssertionError e) {
            throw failure(place + ", ...)", e);
        }
    }

    private AssertionError failure(String what, Throwable cause) {
        return new AssertionError("CrashSweep of seed " + seed + ": " + what + ": " + cause, cause);
    }
}
