package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a fuzzer's bytes as a snapshot file: what is read is what was written, or a {@link DamagedSnapshotException}.
 *
 * <p>The bytes are a whole file, or what a file that was whole is changed by, or a header whose sum is right. CONTRIBUTING.md
 * has the command.
 */
public final class SnapshotFuzzTarget {
    private static final long LOG_ID = 5;
    private static final SnapshotMetadata METADATA =
            SnapshotMetadata.of(ConfState.of(List.of(1L, 2L), List.of(3L)), 40, 4);
    private static final SnapshotFile FILE = new SnapshotFile(1, 1, METADATA);
    private static final int MAX_EDITS = 8;
    private static final int MAX_DATA = 70_000;

    private SnapshotFuzzTarget() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(input);
        switch (bytes.hasRemaining() ? bytes.get() % 3 : 0) {
            case 0 -> read(rest(bytes), null);
            case 1 -> changed(bytes);
            default -> read(withRightSum(rest(bytes)), null);
        }
    }

    private static byte[] rest(ByteBuffer bytes) {
        byte[] rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return rest;
    }

    private static void changed(ByteBuffer bytes) throws IOException {
        byte[] data = new byte[bytes.remaining() < 4 ? 0 : (bytes.getInt() & Integer.MAX_VALUE) % MAX_DATA];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 31);
        }
        byte[] whole = write(data);
        byte[] content = whole.clone();
        for (int i = 0; i < MAX_EDITS && bytes.remaining() >= 5; i++) {
            int at = (bytes.getInt() & Integer.MAX_VALUE) % content.length;
            byte value = bytes.get();
            if (value == 0 && at > 0) {
                content = Arrays.copyOf(content, at);
            } else {
                content[at] ^= value;
            }
        }
        boolean isWhole = Arrays.equals(content, whole);
        if (!read(content, data) && isWhole) {
            throw new AssertionError("a snapshot of " + data.length + " bytes was refused as it was written");
        }
    }

    private static byte[] withRightSum(byte[] content) {
        if (content.length >= SnapshotWriter.HEADER) {
            Format.putPreamble(content, Format.SNAPSHOT_MAGIC);
            int confState = LittleEndian.getInt(content, 20);
            long end = SnapshotWriter.HEADER + (long) confState;
            if (confState >= 0 && end <= content.length) {
                LittleEndian.putLong(content, 24, LOG_ID);
                LittleEndian.putInt(content, Format.PREAMBLE, Checksum.plain(content, 20, (int) end));
            }
        }
        return content;
    }

    private static byte[] write(byte[] data) throws IOException {
        SimulatedDisk simulated = new SimulatedDisk(1);
        SnapshotFiles files = new SnapshotFiles(new SimulatedDirectory(simulated), LOG_ID, 1, e -> {});
        try (SnapshotWriter writer = files.create(FILE)) {
            writer.write(data);
            writer.commit();
        }
        try (var file = simulated.open(FILE.name())) {
            ByteBuffer content = ByteBuffer.allocate((int) file.size());
            file.read(0, content);
            return content.array();
        }
    }

    /** Reads a file to its end; returns false if it was refused. */
    private static boolean read(byte[] content, byte[] expected) throws IOException {
        FrozenDirectory disk = new FrozenDirectory(new TreeMap<>(Map.of(FILE.name(), content)));
        try (SnapshotReader reader = new SnapshotReader(FILE.name(), disk.openToRead(FILE.name()), LOG_ID, () -> {})) {
            byte[] found = reader.readAllBytes();
            if (expected != null
                    && !(Arrays.equals(found, expected) && reader.metadata().equals(METADATA))) {
                throw new AssertionError("read " + found.length + " bytes that were not written");
            }
            return true;
        } catch (DamagedSnapshotException e) {
            return false;
        } catch (WrongDirectoryException e) {
            return false; // a newer version
        }
    }
}
