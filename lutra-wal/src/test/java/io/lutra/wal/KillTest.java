package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes on a real disk, killed under load; {@code -Dlutra.wal.kills=100} for more. */
class KillTest {
    private static final int CYCLES = Integer.getInteger("lutra.wal.kills", 20);

    @TempDir
    private Path directory;

    @Test
    void losesNothingAcknowledgedWhenItsProcessIsKilled() throws Exception {
        Kills.Report report = new Kills(directory, Long.getLong("lutra.wal.kills.seed", 1)).kill(CYCLES);
        System.out.println("kill -9: " + report);
        assertThat(report.acknowledged()).isPositive();
    }

    @Test
    void aProgramOfTheSpecificationLosesNothingWhenItsProcessIsKilled() throws Exception {
        Kills.Report report = new Kills(directory, Long.getLong("lutra.wal.kills.seed", 1))
                .killSpecification(Math.max(1, CYCLES / 2));
        System.out.println("kill -9 of a program of the specification: " + report);
        assertThat(report.acknowledged()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void losesNothingAcknowledgedWhenThePowerIsCut(String fileSystem) throws Exception {
        assumeItCanBeMounted(fileSystem);
        Kills.Report report =
                new Kills(directory, Long.getLong("lutra.wal.kills.seed", 1)).cutPower(fileSystem, CYCLES);
        System.out.println("power cut on " + fileSystem + ": " + report);
        assertThat(report.acknowledged()).isPositive();
    }

    private void assumeItCanBeMounted(String fileSystem) {
        Path image = directory.resolve("try");
        Path mount = directory.resolve("try-mount");
        try {
            Kills.run("mkdir", mount.toString());
            Kills.run("truncate", "-s", "400M", image.toString());
            Kills.run("mkfs." + fileSystem, fileSystem.equals("xfs") ? "-qf" : "-qF", image.toString());
            Kills.run("mount", "-o", "loop", image.toString(), mount.toString());
            Kills.run("umount", mount.toString());
        } catch (Exception e) {
            System.out.println("SKIPPED: power cuts on " + fileSystem + ": " + e.getMessage());
            Assumptions.abort("no loop mount of " + fileSystem + " here: " + e.getMessage());
        }
    }
}
