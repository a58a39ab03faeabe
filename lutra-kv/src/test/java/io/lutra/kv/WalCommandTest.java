package io.lutra.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import io.lutra.wal.FileDisk;
import io.lutra.wal.GroupStorage;
import io.lutra.wal.Wal;
import io.lutra.wal.WalIdentity;
import io.lutra.wal.WalOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lutra wal}: 0 for a log that is whole, 1 for a damaged one, and 2 with one line for what is none. */
class WalCommandTest {
    private static final WalIdentity IDENTITY = new WalIdentity(new UUID(1, 2), 3);
    private static final WalOptions OPTIONS = WalOptions.DEFAULTS.withSegmentSize(32 << 10);

    @TempDir
    private Path directory;

    private Path data;
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    @BeforeEach
    void writeALog() throws IOException {
        data = directory.resolve("data");
        try (Wal wal = Wal.create(new FileDisk(data), IDENTITY, OPTIONS)) {
            GroupStorage.openOrCreate(wal, 7)
                    .append(List.of(Entry.of(1, 1, new byte[] {1, 2, 3}), Entry.of(2, 2, new byte[100])));
            GroupStorage.openOrCreate(wal, -1).append(List.of(Entry.of(1, 1, new byte[] {9})));
        }
    }

    private int lutra(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private void refuses(Path path, String reason) {
        for (String command : List.of("verify", "dump")) {
            assertThat(lutra("wal", command, path.toString())).isEqualTo(2);
            assertThat(out.toString()).isEmpty();
            assertThat(err.toString().lines()).singleElement().asString().startsWith("lutra: ");
            assertThat(err.toString()).contains(reason);
        }
    }

    @Test
    void verifiesALogThatIsWhole() {
        assertThat(lutra("wal", "verify", data.toString())).isZero();
        assertThat(out.toString())
                .contains("group 7 generation 1", "entries 1 to 2")
                .endsWith("whole\n");
    }

    @Test
    void dumpsAllGroups() {
        assertThat(lutra("wal", "dump", data.toString())).isZero();
        assertThat(out.toString()).contains("group 7 ", "group 18446744073709551615 ", " 010203\n", " 09\n");
    }

    @Test
    void dumpsOneGroupFromAnIndexOnAsJson() {
        assertThat(lutra("wal", "dump", data.toString(), "--group", "7", "--from", "2", "--json"))
                .isZero();
        assertThat(out.toString().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"group\":\"7\",") && line.endsWith("}"));
        assertThat(lutra("wal", "dump", data.toString(), "--group", "18446744073709551615"))
                .isZero();
        assertThat(out.toString().lines()).hasSize(2);
        assertThat(lutra("wal", "dump", data.toString(), "--group", "seven")).isEqualTo(2);
    }

    @Test
    void tellsWhatIsDamaged() throws IOException {
        Path segment = data.resolve("0000000000000001.seg");
        byte[] content = Files.readAllBytes(segment);
        content[4096 + 8] ^= 1; // in the header of the first batch
        Files.write(segment, content);
        assertThat(lutra("wal", "verify", data.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("DAMAGED 0000000000000001.seg");
        assertThat(lutra("wal", "dump", data.toString())).isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoLog() throws IOException {
        refuses(directory, "holds no log");
        refuses(directory.resolve("nowhere"), "is no directory");
        assertThat(directory.resolve("nowhere")).doesNotExist();
        assertThat(lutra("wal", "verify")).isEqualTo(2);
    }

    @Test
    void refusesALogThatIsInUse() throws IOException {
        try (Wal wal = Wal.open(new FileDisk(data), IDENTITY, OPTIONS)) {
            assertThat(wal.incarnation()).isEqualTo(2);
            refuses(data, "is in use");
        }
    }

    @Test
    void refusesADamagedIdentity() throws IOException {
        Files.write(data.resolve("identity"), new byte[64]);
        refuses(data, "identity");
    }

    @Test
    void refusesASegmentOfAnotherLog() throws IOException {
        Path other = directory.resolve("other");
        Wal.create(new FileDisk(other), IDENTITY, OPTIONS).close();
        Files.copy(other.resolve("0000000000000001.seg"), data.resolve("0000000000000009.seg"));
        refuses(data, "0000000000000009.seg is segment 1 of log ");
    }

    @Test
    void refusesANewerFormat() throws IOException {
        byte[] identity = Files.readAllBytes(data.resolve("identity"));
        identity[8] = 2;
        CRC32C sum = new CRC32C();
        sum.update(identity, 0, 12);
        for (int i = 0; i < 4; i++) {
            identity[12 + i] = (byte) (sum.getValue() >>> (8 * i));
        }
        Files.write(data.resolve("identity"), identity);
        refuses(data, "format version 2");
    }
}
