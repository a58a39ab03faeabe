package io.lutra.testkit.raft;

import java.util.List;
import java.util.stream.Stream;

/** Defects that are in no list of others': where whoever writes or changes such a core may err. */
final class OwnMutants {
    private OwnMutants() {}

    static List<Mutant> all() {
        return Stream.of(
                        terms(),
                        promises(),
                        logs(),
                        progress(),
                        memberships(),
                        slowness(),
                        readsAndSnapshots(),
                        restarts(),
                        limits())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Mutant> terms() {
        return List.of(
                Mutant.of("O01", "a granted vote is not remembered", "I9", "I10", "I1")
                        .core(
                                "protocol/Raft",
                                "            scan = null;\n            vote = m.from();",
                                "            scan = null;"),
                Mutant.of("O02", "a restart forgets the vote", "I8", "I9")
                        .core("protocol/Raft", "            vote = hardState.vote();\n", ""),
                Mutant.of("O03", "an append of an older term is taken", "I2", "I3", "I6", "I18", "I10")
                        .core(
                                "protocol/Raft",
                                "} else if (m.term() < term && m.term() != 0) {",
                                "} else if (m.term() < term && m.term() != 0 && m.type() != MessageType.APP) {"),
                Mutant.of("O04", "whoever raises the term is taken for the leader", "I36", "I29")
                        .core("protocol/Raft", "comesFromLeader(m.type()) ? m.from() : NONE", "m.from()"),
                Mutant.of("O05", "a vote from before stands in a new term", "I36", "I29")
                        .core(
                                "protocol/Raft",
                                "            term = newTerm;\n            vote = NONE;",
                                "            term = newTerm;"),
                Mutant.of("O06", "a voter compares with what it committed, not with its last entry", "I4", "I18")
                        .core(
                                "log/RaftLog",
                                "lastTerm == ours && lastIndex >= lastIndex()",
                                "lastTerm == ours && lastIndex >= committed"),
                Mutant.of("O07", "a heartbeat is no sign of a leader", "I33", "I29")
                        .core(
                                "protocol/Follower",
                                "    private void onHeartbeat(Message m) {\n        raft.onLeaderHeard(m.from());",
                                "    private void onHeartbeat(Message m) {"),
                Mutant.of("O08", "for a transfer the log is not looked through for changes", "I13")
                        .core(
                                "protocol/Raft",
                                "if (hasUnappliedConfChange(type)) {",
                                "if (type != CampaignType.TRANSFER && hasUnappliedConfChange(type)) {"),
                Mutant.of("O09", "activity is never forgotten", "I29")
                        .core("protocol/Leader", "            tracker.markInactive();\n", ""),
                Mutant.of("O10", "a transfer that does not succeed never ends", "I29")
                        .core(
                                "protocol/Leader",
                                "            transferee = Raft.NONE;\n        }\n        if (heartbeatElapsed",
                                "        }\n        if (heartbeatElapsed"));
    }

    private static List<Mutant> promises() {
        return List.of(
                Mutant.of("O11", "a vote leaves before it is durable", "I10", "I9")
                        .core(
                                "protocol/Outbox",
                                "case APP_RESP, VOTE_RESP, PRE_VOTE_RESP -> true;",
                                "case APP_RESP, PRE_VOTE_RESP -> true;"),
                Mutant.of("O12", "an acknowledgement leaves before it is durable", "I10", "I6")
                        .core(
                                "protocol/Outbox",
                                "case APP_RESP, VOTE_RESP, PRE_VOTE_RESP -> true;",
                                "case VOTE_RESP, PRE_VOTE_RESP -> true;"),
                Mutant.of("O13", "a hard state without entries is not stored", "I10", "I9")
                        .core(
                                "protocol/Outbox",
                                "Message.storageAppend(raft.id(), newHardState, entries",
                                "Message.storageAppend(raft.id(), entries.isEmpty() ? HardState.EMPTY : newHardState, entries"));
    }

    private static List<Mutant> logs() {
        return List.of(
                Mutant.of("O15", "entries that are there already are not compared", "I10", "I6", "I3")
                        .core(
                                "log/RaftLog",
                                "            if (!matches(entry.term(), entry.index())) {\n                return i;",
                                "            if (entry.index() > lastIndex()) {\n                return i;"),
                Mutant.of("O16", "what is before the commit index is acknowledged to its end", "I10", "I6")
                        .core(
                                "protocol/Follower",
                                "            acknowledge(m, log.committed());\n            return;\n        }\n        LogSlice",
                                "            acknowledge(m, m.index() + m.entries().size());\n            return;\n        }\n        LogSlice"),
                Mutant.of(
                                "O62",
                                "of a suffix that replaces what is being written, the first entry is not",
                                "I28",
                                "I10")
                        .core(
                                "log/UnstableLog",
                                "            inProgress = Math.min(inProgress, first);",
                                "            inProgress = Math.min(inProgress, first + 1);"),
                Mutant.of("O17", "what is handed out to apply never makes room for more", "I29")
                        .core("log/RaftLog", "        applyingPaused = false;\n    }\n}", "    }\n}"),
                Mutant.of("O42", "what is applied counts as uncommitted for ever", "I29", "I25")
                        .core(
                                "protocol/Leader",
                                "        uncommittedSize = Math.max(0, uncommittedSize - payloadSize);\n",
                                ""),
                Mutant.of("O43", "what is handed out counts as applied", "I11", "I13")
                        .core(
                                "protocol/Raft",
                                "long applied = Math.max(index, log.applied());",
                                "long applied = Math.max(index, log.applying());"),
                Mutant.of("O18", "what may be applied is what is committed, stored or not", "I10", "I6", "I11")
                        .core(
                                "log/RaftLog",
                                "return limits.unstable() ? committed : Math.min(committed, unstable.offset() - 1);",
                                "return committed;"));
    }

    private static List<Mutant> progress() {
        return List.of(
                Mutant.of("O19", "a new leader believes what its last office knew of its peers", "I6", "I36")
                        .core(
                                "tracker/ProgressTracker",
                                "        members = null;\n        self = nodeId;",
                                "        self = nodeId;"),
                Mutant.of("O20", "a window keeps what was in it when probing begins", "I12", "I29")
                        .core(
                                "tracker/Progress",
                                "        state = newState;\n        inflights.clear();",
                                "        state = newState;"),
                Mutant.of("O21", "a message leaves its window one acknowledgement late", "I29", "I12")
                        .core("tracker/Inflights", "ring[start] <= index", "ring[start] < index"),
                Mutant.of("O22", "a lost probe is not sent again", "I29")
                        .core(
                                "tracker/Progress",
                                "        recentActive = true;\n        paused = false;",
                                "        recentActive = true;"),
                Mutant.of("O23", "what became of a snapshot is not heard", "I29")
                        .core(
                                "tracker/Progress",
                                "        if (state != ProgressState.SNAPSHOT) {\n            return;",
                                "        if (state != ProgressState.SNAPSHOT || match >= 0) {\n            return;"),
                Mutant.of("O24", "a rejection does not go back", "I29")
                        .core(
                                "tracker/Progress",
                                "            becomeProbe();\n            return true;",
                                "            return true;"),
                Mutant.of("O25", "entries go beyond a full window", "I25", "I12", "I27")
                        .core(
                                "protocol/Replication",
                                "if (progress.state() != ProgressState.REPLICATE || !progress.isWindowFull()) {",
                                "if (progress.state() != ProgressState.REPLICATE || progress.next() > 0) {"));
    }

    private static List<Mutant> memberships() {
        return List.of(
                Mutant.of("O26", "acknowledgements of learners count", "I6")
                        .core(
                                "tracker/ProgressTracker",
                                "return configuration.voters().committedIndex(this::match);",
                                "return new io.lutra.raft.quorum.JointConfig("
                                        + "configuration.voters().incoming().union(configuration.learners()),\n"
                                        + "                configuration.voters().outgoing()).committedIndex(this::match);"),
                Mutant.of("O27", "an election is won by either half", "I15", "I1")
                        .core(
                                "quorum/JointConfig",
                                "        if (inIncoming == inOutgoing) {\n            return inIncoming;",
                                "        if (inIncoming == inOutgoing || inIncoming == VoteResult.WON) {\n            return inIncoming;"),
                Mutant.of("O28", "the outgoing half alone decides", "I6")
                        .core(
                                "quorum/JointConfig",
                                "return Long.compareUnsigned(inIncoming, inOutgoing) < 0 ? inIncoming : inOutgoing;",
                                "return inOutgoing;"),
                Mutant.of("O29", "whoever is removed keeps getting entries", "I26", "I13")
                        .core(
                                "confchange/Draft",
                                "        if (!outgoing.contains(id)) {\n            members.remove(id);\n        }\n",
                                ""),
                Mutant.of("O30", "who was to learn is lost when a joint configuration is left", "I13")
                        .core(
                                "confchange/Draft",
                                "            learners = learners.with(id);\n            members.computeIfPresent",
                                "            members.computeIfPresent"),
                Mutant.of("O31", "a joint configuration may be left before it is applied", "I13", "I27")
                        .core(
                                "protocol/ConfChangeGate",
                                "if (pendingIndex > raft.log().applied()) {",
                                "if (pendingIndex > raft.log().applied() && !leaves) {"),
                Mutant.of("O45", "entries come with a commit index that ends before them", "I13", "I4")
                        .core(
                                "protocol/Replication",
                                "prevIndex, entries, log.committed()));\n",
                                "prevIndex, entries, Math.min(prevIndex, log.committed())));\n"),
                Mutant.of("O32", "a refused change is appended all the same", "I13", "I27")
                        .core("protocol/Leader", "            refused[i] = true;", "            refused[i] = false;"));
    }

    /** What the group makes up for with the next heartbeat or timeout, if nobody looks in calm weather. */
    private static List<Mutant> slowness() {
        return List.of(
                Mutant.of("O46", "a follower does not pass proposals on", "I29")
                        .core(
                                "protocol/Follower",
                                "raft.send(Message.propose(raft.id(), raft.lead(), batch.proposals()));",
                                ""),
                Mutant.of("O47", "what a leader takes is not counted", "I25")
                        .core("protocol/Leader", "        uncommittedSize += size;\n", ""),
                Mutant.of("O48", "each change of the membership ends the leader's term", "I33")
                        .core("protocol/Leader", "        if (!raft.isVoter()) {", "        if (raft.isVoter()) {"),
                Mutant.of("O49", "reads that waited for the term's first commit are forgotten", "I29")
                        .core(
                                "protocol/Leader",
                                "reads.takeWaiting().forEach(this::confirmRead);",
                                "reads.takeWaiting();"),
                Mutant.of("O50", "followers hear of a commit with the next heartbeat", "I29")
                        .core(
                                "protocol/Leader",
                                "            answerReadsThatWaitedForCommit();\n            replication.broadcastAppend();\n",
                                "            answerReadsThatWaitedForCommit();\n"));
    }

    private static List<Mutant> readsAndSnapshots() {
        return List.of(
                Mutant.of("O36", "a read is answered with what is applied", "I17", "I30")
                        .core(
                                "protocol/Leader",
                                "reads.add(m, raft.log().committed());",
                                "reads.add(m, raft.log().applied());"),
                Mutant.of("O37", "a snapshot drops the log that continues it", "I19", "I6", "I18")
                        .core(
                                "protocol/Follower",
                                "if (log.matches(metadata.term(), metadata.index())) {",
                                "if (metadata.index() < 0) {"),
                Mutant.of("O38", "a snapshot is made with the membership of an earlier one", "I19", "I13")
                        .application(
                                "RaftProcess",
                                "            confState = snapshot.metadata().confState();\n            serveReads",
                                "            serveReads"),
                Mutant.of("O39", "a snapshot brings no membership", "I13", "I26", "I6", "I15")
                        .core(
                                "protocol/Raft",
                                "        tracker.switchTo(restored.configuration(), restored.members());\n",
                                ""));
    }

    private static List<Mutant> restarts() {
        return List.of(
                Mutant.of("O51", "of a torn end recovery drops what was synced, too", "I20")
                        .application(
                                "DiskStorage",
                                "        file.truncate(at);\n        file.sync();",
                                "        if (at < content.length && lastIndex() > Math.max(offset, hardState.commit())) {\n"
                                        + "            size--;\n        }\n        file.truncate(at);\n        file.sync();"),
                Mutant.of("O52", "an entry comes back with other bytes", "I20")
                        .application(
                                "DiskStorage",
                                "            case ENTRY -> put(Entry.parse(body));",
                                "            case ENTRY -> {\n                Entry entry = Entry.parse(body);\n"
                                        + "                if (entry.payloadSize() > 0 && entry.index() % 4 == 0) {\n"
                                        + "                    byte[] other = entry.data();\n"
                                        + "                    other[other.length - 1] ^= 1;\n"
                                        + "                    entry = Entry.of(entry.term(), entry.index(), entry.type(),"
                                        + " other);\n                }\n                put(entry);\n            }"),
                Mutant.of("O53", "a joint configuration from a snapshot is not left by itself", "I13")
                        .core(
                                "confchange/Restore",
                                "enterJoint(state.autoLeave(), incoming)",
                                "enterJoint(false, incoming)")
                        .core(
                                "confchange/Restore",
                                "        if (!tracker.configuration().toConfState().isEquivalentTo(state)) {",
                                "        if (tracker.configuration().toConfState().voters().size() != state.voters().size()) {"),
                Mutant.of("O54", "half of the commit index comes back", "I8")
                        .application(
                                "DiskStorage",
                                "            case HARD_STATE -> hardState = HardState.parse(body);",
                                "            case HARD_STATE -> {\n                HardState found = HardState.parse(body);\n"
                                        + "                hardState = HardState.of(found.term(), found.vote(), found.commit()"
                                        + " / 2);\n            }"),
                Mutant.of("O55", "a snapshot comes back with other bytes", "I19")
                        .application(
                                "DiskStorage",
                                "            case SNAPSHOT -> snapshot = Snapshot.parse(body);",
                                "            case SNAPSHOT -> {\n                Snapshot found = Snapshot.parse(body);\n"
                                        + "                byte[] other = found.data();\n"
                                        + "                other[other.length - 1] ^= 1;\n"
                                        + "                snapshot = Snapshot.of(other, found.metadata());\n            }"),
                Mutant.of("O56", "the log is compacted beyond the snapshot", "I11")
                        .application(
                                "DiskStorage",
                                "long cut = Math.max(upTo, offset);",
                                "long cut = Math.min(lastIndex(), Math.max(upTo, newer.metadata().index() + 1));"));
    }

    /** What is configured, and nobody looks at. */
    private static List<Mutant> limits() {
        return List.of(
                Mutant.of("O57", "learners count where a leader looks for its quorum", "I29")
                        .core(
                                "tracker/ProgressTracker",
                                "return configuration.voters().voteResult(this::activity) == VoteResult.WON;",
                                "return new io.lutra.raft.quorum.JointConfig("
                                        + "configuration.voters().incoming().union(configuration.learners()),\n"
                                        + "                configuration.voters().outgoing()).voteResult(this::activity)"
                                        + " == VoteResult.WON;"),
                Mutant.of("O58", "the bytes on their way to a peer are not limited", "I25")
                        .core(
                                "tracker/Inflights",
                                "return count == limits.messages() || (limits.bytes() != 0 && bytes >= limits.bytes());",
                                "return count == limits.messages();"),
                Mutant.of("O59", "a leader that was removed leads on, whatever is configured", "I14")
                        .core(
                                "protocol/Leader",
                                "if (raft.options().stepDownOnRemoval()) {",
                                "if (raft.id() == Raft.NONE) {"),
                Mutant.of("O60", "probes do not wait for an answer", "I12")
                        .core(
                                "tracker/Progress",
                                "                if (entries > 0) {\n                    paused = true;",
                                "                if (entries < 0) {\n                    paused = true;"),
                Mutant.of("O61", "what is handed out to be applied is not limited", "I25")
                        .core("log/RaftLog", "limits.size() - applyingSize);", "Long.MAX_VALUE);"));
    }
}
