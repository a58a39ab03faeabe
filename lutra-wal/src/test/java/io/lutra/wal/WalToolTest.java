package io.lutra.wal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.testkit.disk.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/** The directory that version 1 wrote is read for ever, and shown. */
class WalToolTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Map<String, byte[]> golden = new TreeMap<>();

    WalToolTest() throws IOException {
        try (InputStream in = WalToolTest.class.getResourceAsStream("/golden/v1.zip");
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                golden.put(entry.getName(), zip.readAllBytes());
            }
        }
    }

    private WalTool tool() {
        return tool(new FrozenDirectory(golden));
    }

    private WalTool tool(Disk disk) {
        return new WalTool(disk, new PrintWriter(said, true, UTF_8));
    }

    private String expected(String name) throws IOException {
        try (InputStream in = WalToolTest.class.getResourceAsStream("/golden/" + name)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void verifiesTheGoldenDirectory() throws IOException {
        assertThat(tool().verify()).isEqualTo(WalTool.WHOLE);
        assertThat(said.toString(UTF_8)).isEqualTo(expected("v1-verify.txt"));
    }

    @Test
    void dumpsTheGoldenDirectory() throws IOException {
        assertThat(tool().dump(null, 0, false)).isEqualTo(WalTool.WHOLE);
        assertThat(said.toString(UTF_8)).isEqualTo(expected("v1-dump.txt"));
    }

    @Test
    void dumpsOneGroupFromAnIndexAsJson() {
        assertThat(tool().dump(1L, 93, true)).isEqualTo(WalTool.WHOLE);
        assertThat(said.toString(UTF_8).lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("{\"group\":\"1\",\"index\":93,\"term\":5,\"type\":\"NORMAL\",\"bytes\":18,")
                .endsWith("\"data\":\"656e747279203933206f66207465726d2035\"}");
    }

    @Test
    void saysWhatIsDamaged() {
        String segment = golden.keySet().stream()
                .filter(name -> name.endsWith(Format.SEGMENT_SUFFIX))
                .findFirst()
                .orElseThrow();
        golden.get(segment)[Format.SEGMENT_HEADER + 100] ^= 1;
        assertThat(tool().verify()).isEqualTo(WalTool.DAMAGED);
        assertThat(said.toString(UTF_8)).contains("DAMAGED " + segment);
    }

    @Test
    void saysThatASnapshotIsDamaged() {
        String snapshot = golden.keySet().stream()
                .filter(SnapshotFile::isName)
                .findFirst()
                .orElseThrow();
        golden.get(snapshot)[200] ^= 1;
        assertThat(tool().verify()).isEqualTo(WalTool.DAMAGED);
        assertThat(said.toString(UTF_8)).contains("DAMAGED snapshot " + snapshot);
    }

    @Test
    void saysThatAnOlderSnapshotIsDamaged() throws IOException {
        SimulatedDisk simulated = new SimulatedDisk(1);
        Disk disk = withTwoSnapshots(simulated);
        assertThat(tool(disk).verify()).isEqualTo(WalTool.WHOLE);
        String older = snapshots(disk).get(0);
        simulated.damage().flipBit(older, 8 * 80);
        assertThat(tool(disk).verify()).isEqualTo(WalTool.DAMAGED);
        assertThat(said.toString(UTF_8)).contains("DAMAGED snapshot " + older);
    }

    @Test
    void saysThatTheNewestSnapshotIsMissing() throws IOException {
        Disk disk = withTwoSnapshots(new SimulatedDisk(1));
        disk.delete(snapshots(disk).get(1));
        assertThat(tool(disk).dump(null, Long.MAX_VALUE, false)).isEqualTo(WalTool.DAMAGED);
        assertThat(tool(disk).verify()).isEqualTo(WalTool.DAMAGED);
        assertThat(said.toString(UTF_8)).contains("is missing");
    }

    /** Found by review: the tool ended with the first such file, as if there were no log. */
    @Test
    void goesOnAfterASnapshotThatTheDiskRefusesToRead() throws IOException {
        WatchedDirectory disk = new WatchedDirectory(withTwoSnapshots(new SimulatedDisk(1)));
        List<String> snapshots = snapshots(disk);
        for (String refused : List.of("read", "openToRead")) {
            said.reset();
            disk.watch((operation, name) -> {
                if (operation.equals(refused) && name.equals(snapshots.get(0))) {
                    throw new IOException("Input/output error");
                }
            });
            assertThat(tool(disk).verify()).isEqualTo(WalTool.DAMAGED);
            assertThat(said.toString(UTF_8))
                    .contains("DAMAGED snapshot " + snapshots.get(0))
                    .contains("  snapshot " + snapshots.get(1))
                    .contains("group 2");
        }
    }

    private static Disk withTwoSnapshots(SimulatedDisk simulated) {
        Disk disk = new SimulatedDirectory(simulated);
        try (Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL)) {
            GroupLog group = wal.createGroup(1, 1, Completion.NONE);
            wal.createGroup(2, 1, Completion.NONE);
            group.append(null, Scenes.entries(1, 20, 1), Completion.NONE);
            Scenes.write(wal);
            for (long index = 10; index <= 20; index += 10) {
                Scenes.snapshot(group, index, "state");
                Scenes.write(wal);
            }
        }
        return disk;
    }

    private static List<String> snapshots(Disk disk) throws IOException {
        return disk.list().stream().filter(SnapshotFile::isName).toList();
    }

    @Test
    void refusesADirectoryWithoutALog() {
        golden.clear();
        assertThatThrownBy(() -> tool().verify()).isInstanceOf(WrongDirectoryException.class);
    }
}
