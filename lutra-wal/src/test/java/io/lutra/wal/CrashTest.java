package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.disk.CrashSweep;
import io.lutra.testkit.disk.SimulatedDisk;
import org.junit.jupiter.api.Test;

/**
 * The power is cut before every change that a scripted life makes to the disk, and again in every recovery: what was
 * acknowledged is there, and what is there is a prefix of what was written (I20, I22).
 *
 * <p>{@code -Dlutra.wal.crash.variants=64} tries more of what may survive.
 */
class CrashTest {
    private static final int VARIANTS = Integer.getInteger("lutra.wal.crash.variants", 6);
    private static final long SEED = Long.getLong("lutra.wal.crash.seed", 1);

    /** Recovers, checks, and now and then lives on: a recovered log can be written and closed and opened again. */
    private static void recover(ScriptedLife life, SimulatedDisk left, boolean liveOn) {
        SimulatedDirectory disk = new SimulatedDirectory(left);
        if (!left.exists(Format.IDENTITY)) {
            assertThat(life.model().acknowledged()).isZero();
            return;
        }
        Wal wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        life.model().check(wal);
        if (liveOn) {
            var before = LogModel.found(wal);
            wal.createGroup(99, 1, Completion.NONE);
            wal.doWork();
            wal.close();
            wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
            var after = LogModel.found(wal);
            assertThat(after.remove(99L)).isNotNull();
            assertThat(after).isEqualTo(before);
            assertThat(wal.damages()).isEmpty();
        }
        wal.abandon();
    }

    @Test
    void survivesACrashAtEveryChange() {
        CrashSweep.Report report = new CrashSweep<>(SEED, () -> new ScriptedLife(SEED, 240))
                .variants(VARIANTS)
                .check((life, left) -> recover(life, left, true));
        System.out.println("crash at every change: " + report);
        assertThat(report.crashes()).isGreaterThan(400);
    }

    @Test
    void survivesACrashInRecovery() {
        CrashSweep.Report report = new CrashSweep<>(SEED + 1, () -> new ScriptedLife(SEED + 1, 120))
                .variants(Math.max(2, VARIANTS / 3))
                .crashRecoveryToo(Math.max(2, VARIANTS / 3))
                .check((life, left) -> recover(life, left, false));
        System.out.println("crash in recovery: " + report);
        assertThat(report.recoveryOutcomes()).isGreaterThan(1000);
    }
}
