package io.lutra.testkit.raft;

import java.util.List;
import java.util.stream.Stream;

/** Defects of the log, of replication and of the commit index. */
final class LogMutants {
    private LogMutants() {}

    static List<Mutant> all() {
        return Stream.of(commits(), acknowledgements(), progress())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Mutant> commits() {
        return List.of(
                Mutant.of("L01", "an entry of an older term is committed by counting", "I7", "I4")
                        .core(
                                "log/RaftLog",
                                "if (index <= committed || term(index) != leaderTerm) {",
                                "if (index <= committed) {"),
                Mutant.of("L02", "a follower commits what was not compared", "I6", "I5")
                        .core(
                                "log/RaftLog",
                                "commitTo(Math.min(leaderCommit, slice.lastIndex()));",
                                "commitTo(leaderCommit);")
                        .core("log/RaftLog", "        if (index > lastIndex()) {", "        if (index < 0) {"),
                Mutant.of("L04", "a follower acknowledges all that it has", "I6", "I10")
                        .core(
                                "protocol/Follower",
                                "        acknowledge(m, last);",
                                "        acknowledge(m, log.lastIndex());")
                        .core(
                                "protocol/Follower",
                                "            acknowledge(m, log.committed());",
                                "            acknowledge(m, log.lastIndex());")
                        .core(
                                "protocol/Follower",
                                "acknowledge(m, raft.log().committed());",
                                "acknowledge(m, raft.log().lastIndex());"),
                Mutant.of("L06", "a rejection raises match", "I8", "I6")
                        .core(
                                "protocol/Leader",
                                "            if (progress.rejected(m.index(), hint)) {",
                                "            progress.maybeUpdate(Math.min(m.rejectHint(), log.lastIndex()));\n"
                                        + "            if (progress.rejected(m.index(), hint)) {"));
    }

    private static List<Mutant> acknowledgements() {
        return List.of(
                Mutant.of("L07", "after a rejection next is not above match", "I12")
                        .core(
                                "tracker/Progress",
                                "lowerNext(Math.max(Math.min(rejected, hint + 1), match + 1));",
                                "lowerNext(Math.max(1, Math.min(rejected, hint + 1)));"),
                Mutant.of("L08", "a stale rejection rewinds", "I12", "I29")
                        .core(
                                "tracker/Progress",
                                "            if (rejected <= match) {\n                return false;\n            }\n"
                                        + "            becomeProbe();",
                                "            becomeProbe();\n            lowerNext(Math.max(1, Math.min(rejected, hint + 1)));"),
                Mutant.of("L10", "the previous entry is not compared at the end of the log", "I3")
                        .core(
                                "log/RaftLog",
                                "if (!matches(slice.prevTerm(), slice.prevIndex())) {",
                                "if (slice.prevIndex() != lastIndex() && !matches(slice.prevTerm(), slice.prevIndex())) {"),
                Mutant.of("L12", "what is committed or compacted counts as a conflict", "I18", "I19")
                        .core("protocol/Follower", "if (m.index() < log.committed()) {", "if (m.index() < 0) {")
                        .core("log/RaftLog", "        if (first <= committed) {", "        if (first < 0) {")
                        .core(
                                "log/RaftLog",
                                "if (!matches(entry.term(), entry.index())) {\n                return i;",
                                "if (entry.term() < lastTerm() || !matches(entry.term(), entry.index())) {\n"
                                        + "                return i;"),
                Mutant.of("L13", "acknowledged indexes are not sorted", "I6")
                        .core(
                                "quorum/Majority",
                                "        Arrays.sort(acked);\n",
                                "        assert Arrays.stream(acked).count() > 0;\n"));
    }

    private static List<Mutant> progress() {
        return List.of(
                Mutant.of("L14", "a leader counts itself before its entries are durable", "I6", "I18")
                        .core(
                                "protocol/Leader",
                                "        raft.send(Message.appendResponse(raft.id(), raft.id(), raft.term(), log.lastIndex()));",
                                "        Progress own = raft.tracker().progress(raft.id());\n        if (own != null) {\n"
                                        + "            own.maybeUpdate(log.lastIndex());\n            maybeCommit();\n"
                                        + "        }"),
                Mutant.of("L15", "entries count as durable that another term has replaced", "I10", "I6")
                        .core(
                                "protocol/Raft",
                                "            onSnapshotStored(m);\n        } else {\n            ignore(m, IgnoreReason.LOWER_TERM);",
                                "            onStorageAppended(m);\n        } else {\n"
                                        + "            ignore(m, IgnoreReason.LOWER_TERM);")
                        .core("protocol/Raft", "m.index() != 0 && m.commit() == replacements()", "m.index() != 0")
                        .core("log/UnstableLog", " || term(index) != term) {", ") {"),
                Mutant.of("L17", "a page of committed entries skips those that did not fit", "I5", "I8")
                        .core(
                                "log/RaftLog",
                                "applying = entries.get(entries.size() - 1).index();",
                                "applying = appliableTo(limits);"),
                Mutant.of("L20", "a follower that has everything stays in probe", "I29")
                        .core(
                                "tracker/Progress",
                                "if (!advanced && !(index == match && state == ProgressState.PROBE)) {",
                                "if (!advanced) {"),
                Mutant.of("L21", "the size of messages is not limited", "I25", "I26")
                        .core(
                                "protocol/Replication",
                                "log.entries(progress.next(), raft.options().maxSizePerMsg())",
                                "log.entries(progress.next(), Long.MAX_VALUE)"),
                Mutant.of("L22", "a new leader appends no entry", "I29", "I17")
                        .core(
                                "protocol/Leader",
                                "        append(new Entry[] {Entry.of(raft.term(), raft.log().lastIndex() + 1,"
                                        + " EntryType.NORMAL, null)});\n",
                                ""),
                Mutant.of("L23", "the commit index stops before the first entry of an older term", "I29")
                        .core(
                                "log/RaftLog",
                                "if (index <= committed || term(index) != leaderTerm) {",
                                "if (index <= committed || term(committed + 1) != leaderTerm) {"),
                Mutant.of("L24", "a heartbeat's commit index is not bounded by match", "I27", "I6")
                        .core(
                                "protocol/Replication",
                                "long commit = Math.min(progress.match(), raft.log().committed());",
                                "long commit = raft.log().committed();"));
    }
}
