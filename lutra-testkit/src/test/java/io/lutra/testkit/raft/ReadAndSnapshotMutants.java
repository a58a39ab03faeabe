package io.lutra.testkit.raft;

import java.util.List;

/** Defects of reads, of snapshots, and of what a Ready says about the disk. */
final class ReadAndSnapshotMutants {
    private ReadAndSnapshotMutants() {}

    static List<Mutant> all() {
        return List.of(
                Mutant.of("R01", "reads are answered before the first commit of the term", "I17")
                        .core(
                                "protocol/Leader",
                                "        if (hasCommittedInItsTerm()) {\n            confirmRead",
                                "        if (request != null) {\n            confirmRead"),
                Mutant.of("R03", "a leader answers reads by itself", "I17", "I30")
                        .core(
                                "protocol/Leader",
                                "if (raft.options().readOnlyOption() == ReadOnlyOption.UNSAFE_LEASE_BASED) {",
                                "if (raft.id() != 0) {"),
                Mutant.of("R06", "a group of one answers reads before it knows what it committed", "I17")
                        .core(
                                "protocol/Leader",
                                "if (raft.options().unsafeAsEtcd() && raft.tracker().isSingleton()) {",
                                "if (raft.tracker().isSingleton()) {"),
                Mutant.of("R07", "a read is served before its index is applied", "I17", "I30")
                        .application("RaftProcess", "if (read.index <= applied) {", "if (read.index >= 0) {"),
                Mutant.of("R09", "reads are dropped without a word", "I29")
                        .core(
                                "protocol/Reads",
                                "        waitingForCommit.forEach(request -> drop(raft, request,"
                                        + " DropReason.LEADERSHIP_LOST));\n"
                                        + "        unconfirmed.forEach(read -> drop(raft, read.request,"
                                        + " DropReason.LEADERSHIP_LOST));\n",
                                ""),
                Mutant.of("S01", "a snapshot older than the commit index is installed", "I19", "I8")
                        .core(
                                "protocol/Follower",
                                "if (metadata.index() <= log.committed() || !metadata",
                                "if (!metadata"),
                Mutant.of("S03", "entries are applied that an installed snapshot already has", "I5", "I8")
                        .application(
                                "RaftProcess",
                                "if (entry.index() <= Math.max(applied, view.givenSnapshot)) {",
                                "if (entry.index() < 0) {"),
                Mutant.of("S04", "a follower gets an empty append where it needs a snapshot", "I27", "I29")
                        .core(
                                "protocol/Replication",
                                "if (prevTerm == RaftLog.UNKNOWN_TERM) {",
                                "if (prevTerm == RaftLog.UNKNOWN_TERM) {\n"
                                        + "            raft.send(Message.append(raft.id(), to, raft.term(), 0, prevIndex,"
                                        + " List.of(), log.committed()));\n            return false;\n        }\n"
                                        + "        if (prevTerm == RaftLog.UNKNOWN_TERM) {"),
                Mutant.of("S05", "a follower of which nothing is known gets no snapshot", "I29")
                        .core(
                                "protocol/Replication",
                                "if (!progress.isRecentActive()) {",
                                "if (!progress.isRecentActive() || progress.match() == 0) {"),
                Mutant.of("S07", "a new file takes the old one's place, and its name is not synced", "I20")
                        .application(
                                "DiskStorage",
                                "        disk.syncDirectory(\"\");\n        disk.delete(old);",
                                "        disk.delete(old);"),
                Mutant.of("S10", "of two snapshots the older one's end counts for the newer", "I27")
                        .core(
                                "log/UnstableLog",
                                "snapshot.metadata().index() == index",
                                "snapshot.metadata().index() >= index"),
                Mutant.of("W07", "a new term or vote need not be synced", "I10", "I9")
                        .core(
                                "protocol/Outbox",
                                "boolean mustSync = !entries.isEmpty() || hardState.mustSyncAfter(previous);",
                                "boolean mustSync = !entries.isEmpty() || hardState.commit() < previous.commit();"));
    }
}
