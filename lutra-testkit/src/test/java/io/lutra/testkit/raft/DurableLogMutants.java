package io.lutra.testkit.raft;

import java.util.List;
import java.util.stream.Stream;

/** Defects of the durable log and its snapshot files, in lutra-wal. */
final class DurableLogMutants {
    private DurableLogMutants() {}

    static List<Mutant> all() {
        return Stream.of(writes(), recovery(), places(), snapshots())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Mutant> writes() {
        return List.of(
                Mutant.of("W01", "a batch is acknowledged before it is synced", "I10", "I18")
                        .log("Tail", "        file.sync();\n", ""),
                Mutant.of("W07", "a new term or vote alone asks for no sync", "I10", "I9")
                        .log(
                                "GroupLog",
                                "if (told.mustSyncAfter(to.hardState()) || !kept.isEmpty()) {",
                                "if (!kept.isEmpty()) {"),
                Mutant.of("W09", "that a suffix was replaced is not written", "I3", "I20")
                        .log(
                                "Write",
                                "batch.entry(RecordKind.ENTRY, generation, group.id(), entries.get(i));",
                                "batch.entry(entries.get(i).index() <= group.index().last() ? RecordKind.COPY :"
                                        + " RecordKind.ENTRY, generation, group.id(), entries.get(i));"),
                Mutant.of("W10", "compaction drops an entry too many", "I20", "I18")
                        .log(
                                "GroupState",
                                "            index.compactTo(upTo, term);",
                                "            index.compactTo(Math.min(index.last(), upTo + 1), term);"));
    }

    private static List<Mutant> recovery() {
        return List.of(
                Mutant.of("W03", "damage in the last segment is cut like a torn batch", "I20", "I18")
                        .log("LogScan", "            if (next < 0) {", "            if (next < 0 || isLast) {"),
                Mutant.of("W04", "zeros are taken for the end of the log", "I20")
                        .log(
                                "LogScan",
                                "            long next = find(segment, at + Format.MIN_SECTOR, expected, limit);",
                                "            long next = isLast && segment.isZeroAt(at) ? -1"
                                        + " : find(segment, at + Format.MIN_SECTOR, expected, limit);")
                        .log(
                                "ScannedSegment",
                                "    void release() {\n",
                                "    boolean isZeroAt(long at) throws IOException {\n"
                                        + "        return at + 4 <= size() && LittleEndian.getInt(window.bytes(),"
                                        + " window.at(at, 4)) == 0;\n"
                                        + "    }\n\n"
                                        + "    void release() {\n"),
                Mutant.of("W05", "a torn batch at the end counts as damage", "I20", "I29")
                        .log(
                                "LogScan",
                                "        } else if (isLast) {\n            tornFrom = at;",
                                "        } else if (isLast && segment.glanceAtAny(at) != null) {\n"
                                        + "            lose(segment, at, \"the last batch is not whole\");\n"
                                        + "        } else if (isLast) {\n            tornFrom = at;"),
                Mutant.of("W12", "the length of a record is trusted", "I25", "I27")
                        .log(
                                "Batch",
                                "if (length < 0 || length > to - from - Format.RECORD_HEADER || RecordKind",
                                "if (RecordKind"));
    }

    private static List<Mutant> places() {
        return List.of(
                Mutant.of("W14", "sums are not of the place, and an entry is not looked at when it is read", "I20")
                        .log(
                                "Checksum",
                                "LittleEndian.putLong(place, 24, offset);",
                                "LittleEndian.putLong(place, 24, 0);")
                        .log(
                                "EntryRead",
                                "if (entry.index() != indexes[i] || entry.term() != terms[i]) {",
                                "if (entry.index() < 0) {"),
                Mutant.of("W16", "that nothing is found counts, whatever place was read", "I20")
                        .log(
                                "ScannedSegment",
                                "if (found == null && known.length > 0) {",
                                "if (found == null && known.length < 0) {"),
                Mutant.of("W17", "which segment is the newest is not said", "I20")
                        .log("SegmentAllocator", "        newest.set(next.number());\n", ""),
                Mutant.of("W15", "the newest file is read, whatever the log says is applied", "I5", "I22")
                        .log(
                                "SnapshotFiles",
                                "        String name = snapshot.name();\n",
                                "        String prefix = SnapshotFile.prefix(snapshot.group());\n"
                                        + "        String name = names.subSet(prefix, prefix + \"~\").last();\n")
                        .log(
                                "GroupStorage",
                                "Snapshot.of(reader.readAllBytes(), reader.metadata())",
                                "Snapshot.of(reader.readAllBytes(), group.snapshot())"));
    }

    private static List<Mutant> snapshots() {
        return List.of(
                Mutant.of("S07", "a snapshot is renamed before it is synced", "I20", "I22")
                        .log("SnapshotWriter", "                    file.sync();\n", ""),
                Mutant.of("S08", "a snapshot is marked before its name is durable", "I22")
                        .log("SnapshotWriter", "                    files.disk().sync();\n", ""),
                Mutant.of("S09", "segments are freed before the compaction that frees them is durable", "I18", "I22")
                        .log(
                                "GroupLog",
                                "                wal.queue().commit(to);\n"
                                        + "                byte[] body = GroupTable.compact(",
                                "                state.onCompact(index, to.term(index));\n"
                                        + "                wal.queue().commit(to);\n"
                                        + "                byte[] body = GroupTable.compact(")
                        .log("Maintenance", "if (free.freeAt(next) >= next) {", "if (free.freeAt(next) < 0) {"),
                Mutant.of("S11", "the sums of a snapshot's chunks are not looked at", "I19", "I20")
                        .log(
                                "SnapshotReader",
                                "            if (sum != LittleEndian.getInt(chunk, 0)) {",
                                "            if (sum != LittleEndian.getInt(chunk, 0) && size < 0) {"));
    }
}
