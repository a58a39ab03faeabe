package io.lutra.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A sweep finds what is lost by a program that forgets one sync, and nothing in one that does not. */
class CrashSweepTest {

    /** A register in a file: each value is written to a new file that takes the old one's name. */
    private static class Register implements CrashSweep.Life {
        private final boolean syncsFile;
        private final boolean syncsDirectory;
        private int acknowledged;

        Register(boolean syncsFile, boolean syncsDirectory) {
            this.syncsFile = syncsFile;
            this.syncsDirectory = syncsDirectory;
        }

        @Override
        public void live(SimulatedDisk disk) throws IOException {
            for (int value = 1; value <= 5; value++) {
                set(disk, value);
                acknowledged = value;
            }
        }

        void set(SimulatedDisk disk, int value) throws IOException {
            if (disk.exists("new")) {
                disk.delete("new");
            }
            try (SimulatedFile file = disk.create("new")) {
                file.append(ByteBuffer.allocate(4).putInt(0, value));
                if (syncsFile) {
                    file.sync();
                }
            }
            disk.rename("new", "register");
            if (syncsDirectory) {
                disk.syncDirectory("");
            }
        }

        /** Reads the value and stores it anew. */
        void recover(SimulatedDisk disk) throws IOException {
            int value = 0;
            if (disk.exists("register")) {
                ByteBuffer content = ByteBuffer.wrap(disk.contentOf("register"));
                assertThat(content.remaining()).isEqualTo(4);
                value = content.getInt();
            }
            assertThat(value).isBetween(acknowledged, acknowledged + 1);
            set(disk, value);
        }
    }

    @Test
    void findsNothingInAProgramThatSyncsFileAndDirectory() {
        CrashSweep.Report report = new CrashSweep<>(1, () -> new Register(true, true))
                .variants(16)
                .crashRecoveryToo(8)
                .check(Register::recover);
        assertThat(report.crashes()).isEqualTo(5 * 5 + 1);
        assertThat(report.outcomes()).isGreaterThan(60);
        assertThat(report.recoveryOutcomes()).isGreaterThan(500);
    }

    @Test
    void findsAFileThatWasNotSynced() {
        CrashSweep<Register> sweep = new CrashSweep<>(1, () -> new Register(false, true));
        assertThatThrownBy(() -> sweep.check(Register::recover)).isInstanceOf(AssertionError.class);
    }

    @Test
    void findsADirectoryThatWasNotSyncedAndNamesTheCrashThatShowsIt() {
        CrashSweep<Register> sweep = new CrashSweep<>(1, () -> new Register(true, false));
        assertThatThrownBy(() -> sweep.check(Register::recover))
                .isInstanceOf(AssertionError.class)
                .satisfies(error -> {
                    Matcher place = Pattern.compile(
                                    "CrashSweep of seed 1: repeat\\((\\d+), Survival.nothing\\(\\), \\.\\.\\.\\): .*",
                                    Pattern.DOTALL)
                            .matcher(error.getMessage());
                    assertThat(place.matches()).as(error.getMessage()).isTrue();
                    assertThatThrownBy(() ->
                                    sweep.repeat(Long.parseLong(place.group(1)), Survival.nothing(), Register::recover))
                            .hasMessage(error.getMessage());
                });
    }

    @Test
    void findsARecoveryThatCannotBeCrashed() {
        CrashSweep<Register> sweep = new CrashSweep<>(1, () -> new Register(true, true)).crashRecoveryToo(4);
        CrashSweep.Recovery<Register> careless = (life, disk) -> {
            life.recover(disk);
            disk.open("register").truncate(0);
            life.set(disk, life.acknowledged);
        };
        assertThatThrownBy(() -> sweep.check(careless)).hasMessageContaining("repeat(");
    }

    @Test
    void goesOnAfterALifeOrARecoveryThatCatchesItsOwnDeath() {
        CrashSweep.Report report = new CrashSweep<>(1, () -> new Register(true, true) {
                    @Override
                    public void live(SimulatedDisk disk) throws IOException {
                        try {
                            super.live(disk);
                        } catch (SimulatedCrash caught) {
                            // As a loop does that goes on whatever happens.
                        }
                    }
                })
                .crashRecoveryToo(8)
                .check((life, disk) -> {
                    try {
                        life.recover(disk);
                    } catch (SimulatedCrash caught) {
                        throw new IOException("as a driver would say", caught);
                    }
                });
        assertThat(report.crashes()).isEqualTo(5 * 5 + 1);
        assertThat(report.recoveryOutcomes()).isGreaterThan(500);
    }

    @Test
    void saysWhenTheLifeItselfFails() {
        assertThatThrownBy(() -> new CrashSweep<CrashSweep.Life>(1, () -> disk -> {
                            throw new IOException("of its own");
                        })
                        .check((life, disk) -> {}))
                .hasMessageContaining("the life itself failed");
    }
}
