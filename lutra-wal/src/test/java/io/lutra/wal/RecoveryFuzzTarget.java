package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.SimulatedFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a directory of a fuzzer's bytes and opens it: the log is refused by a {@link WalException}, or opens to the same state
 * however often it is opened.
 *
 * <p>Checksums would keep a fuzzer out. So its bytes are either damage to a log that was whole, or the records of a log whose
 * sums are right. CONTRIBUTING.md has the command.
 */
public final class RecoveryFuzzTarget {
    private static final long LOG_ID = Scenes.SMALL.logIds().getAsLong();
    private static final int MAX_EDITS = 16;
    private static final Map<String, byte[]> WHOLE = wholeLog();
    private static final byte[] STATE = state();

    private RecoveryFuzzTarget() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(input);
        boolean damage = bytes.hasRemaining() && bytes.get() % 2 == 0;
        SimulatedDisk disk = new SimulatedDisk(1);
        put(disk, damage ? damaged(bytes) : recorded(bytes));
        check(new SimulatedDirectory(disk));
    }

    private static Map<String, byte[]> wholeLog() {
        try {
            SimulatedDisk disk = new SimulatedDisk(1);
            new ScriptedLife(1, 150).live(new SimulatedDirectory(disk));
            Map<String, byte[]> files = new HashMap<>();
            for (String name : disk.list("")) {
                SimulatedFile file = disk.open(name);
                ByteBuffer content = ByteBuffer.allocate((int) file.size());
                file.read(0, content);
                files.put(name, content.array());
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(SimulatedDisk disk, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            SimulatedFile file = disk.create(each.getKey());
            file.write(0, ByteBuffer.wrap(each.getValue()));
            file.close();
        }
    }

    /** Bytes and sectors of a log that was whole are changed, moved, zeroed and cut, as the fuzzer says. */
    private static Map<String, byte[]> damaged(ByteBuffer bytes) {
        Map<String, byte[]> files = new HashMap<>(WHOLE);
        List<String> names = WHOLE.keySet().stream()
                .filter(name -> WHOLE.get(name).length > 0)
                .sorted()
                .toList();
        for (int i = 0; i < MAX_EDITS && bytes.remaining() >= 8; i++) {
            String name = names.get((bytes.get() & 0xff) % names.size());
            byte[] content = files.get(name).clone();
            int what = bytes.get() & 3;
            int at = (bytes.getInt() & Integer.MAX_VALUE) % Math.max(1, content.length);
            int value = bytes.getShort() & 0xffff;
            int sector = at / Format.MIN_SECTOR * Format.MIN_SECTOR;
            int length = Math.min(Format.MIN_SECTOR, content.length - sector);
            switch (what) {
                case 0 -> content[Math.min(at, content.length - 1)] ^= (byte) value;
                case 1 -> System.arraycopy(new byte[length], 0, content, sector, length);
                case 2 -> {
                    int from = value * Format.MIN_SECTOR % Math.max(1, content.length - length);
                    System.arraycopy(content, from, content, sector, length);
                }
                default -> content = Arrays.copyOf(content, Math.max(1, at));
            }
            files.put(name, content);
        }
        return files;
    }

    /** A segment of batches whose records have the fuzzer's kinds, groups and bodies, and sums that are right. */
    private static Map<String, byte[]> recorded(ByteBuffer bytes) {
        SegmentHeader segment = new SegmentHeader(1, 1, Format.MIN_SEGMENT, Format.MIN_SECTOR);
        byte[] content = new byte[Format.MIN_SEGMENT];
        segment.write(content, LOG_ID);
        BatchBuilder batch = new BatchBuilder(LOG_ID);
        long offset = Format.SEGMENT_HEADER;
        int previous = 0;
        for (int sequence = 1; bytes.hasRemaining() || sequence == 1; sequence++) {
            batch.clear();
            int records = bytes.hasRemaining() ? bytes.get() & 7 : 0;
            int checkpoint = bytes.hasRemaining() ? bytes.get() & 3 : 0;
            for (int i = 0; i < records && bytes.remaining() >= 4; i++) {
                RecordKind kind = RecordKind.of((byte) (1 + (bytes.get() & 0xff) % 6));
                int generation = bytes.get() & 3;
                int group = bytes.get() & 3;
                byte[] body = kind == RecordKind.GROUP ? edited(STATE, bytes) : body(bytes);
                batch.record(kind, generation, group, body);
                if (i + 1 == checkpoint) {
                    batch.endCheckpoint();
                }
            }
            ByteBuffer sealed = batch.seal(segment, offset, sequence, previous, 0);
            int length = sealed.remaining();
            if (offset + length > content.length) {
                break;
            }
            sealed.get(content, (int) offset, length);
            offset += length;
            previous = batch.checksum();
        }
        Map<String, byte[]> files = new HashMap<>();
        files.put(Format.IDENTITY, WHOLE.get(Format.IDENTITY));
        files.put(Format.segmentName(1), content);
        return files;
    }

    private static byte[] body(ByteBuffer bytes) {
        byte[] body = new byte[Math.min(bytes.get() & 0xff, bytes.remaining())];
        bytes.get(body);
        return body;
    }

    /** A group's state is long, and most of its bytes have to fit each other: the fuzzer changes some. */
    private static byte[] edited(byte[] state, ByteBuffer bytes) {
        byte[] body = state.clone();
        int edits = bytes.get() & 3;
        for (int i = 0; i < edits && bytes.remaining() >= 2; i++) {
            body[(bytes.get() & 0xff) % body.length] = bytes.get();
        }
        return body;
    }

    private static byte[] state() {
        TermRuns runs = new TermRuns();
        runs.append(3, 1);
        runs.append(5, 2);
        SnapshotMetadata snapshot = SnapshotMetadata.of(ConfState.of(List.of(1L, 2L, 3L), List.of()), 0, 0);
        return new GroupRecord(GroupRecord.Status.LIVE, HardState.of(2, 1, 3), 2, 1, 6, runs, snapshot).encode();
    }

    private static void check(SimulatedDirectory disk) {
        try (PrintWriter nowhere = new PrintWriter(Writer.nullWriter())) {
            WalTool tool = new WalTool(disk, nowhere);
            tool.verify();
            tool.dump(null, 0, true);
            List<String> first = opened(disk, true);
            List<String> second = opened(disk, false);
            if (!first.equals(second)) {
                throw new AssertionError("opened first to " + first + ", then to " + second);
            }
        } catch (WalException e) {
            // Refused, by name.
        }
    }

    /** Opens the log, and returns all that its groups have. */
    private static List<String> opened(SimulatedDirectory disk, boolean crash) {
        Wal wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        List<String> states = new ArrayList<>();
        for (long id : wal.groups()) {
            GroupLog group = wal.group(id);
            if (group == null || group.damage() != null) {
                states.add(id + (group == null ? " is gone" : " is damaged"));
                continue;
            }
            StringBuilder state = new StringBuilder(id + " " + group.hardState() + " " + group.snapshot());
            for (long index = group.firstIndex(); index <= group.lastIndex(); ) {
                for (Entry entry : group.entries(index, group.lastIndex() + 1, 1000)) {
                    state.append(' ').append(entry.index()).append(':').append(entry);
                    index = entry.index() + 1;
                }
            }
            states.add(state.toString());
        }
        if (crash) {
            wal.abandon();
        } else {
            appendTo(wal);
            wal.close();
        }
        return states;
    }

    /** What opened can be written. */
    private static void appendTo(Wal wal) {
        for (long id : wal.groups()) {
            GroupLog group = wal.group(id);
            if (group != null && group.damage() == null && group.lastIndex() < Long.MAX_VALUE) {
                group.append(
                        HardState.of(9, 1, 0),
                        Scenes.entries(group.lastIndex() + 1, group.lastIndex() + 1, 9),
                        e -> {});
                Scenes.write(wal);
            }
        }
    }
}
