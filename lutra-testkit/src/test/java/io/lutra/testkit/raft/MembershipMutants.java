package io.lutra.testkit.raft;

import java.util.List;
import java.util.stream.Stream;

/** Defects of membership changes. */
final class MembershipMutants {
    private MembershipMutants() {}

    static List<Mutant> all() {
        return Stream.of(changes(), members()).flatMap(List::stream).toList();
    }

    private static List<Mutant> changes() {
        return List.of(
                Mutant.of("M01", "a new leader takes a change before it has applied its log", "I13", "I1")
                        .core(
                                "protocol/Leader",
                                "new ConfChangeGate(raft, raft.log().lastIndex())",
                                "new ConfChangeGate(raft, 0)"),
                Mutant.of("M02", "two changes are under way at once", "I13")
                        .core(
                                "protocol/ConfChangeGate",
                                "if (pendingIndex > raft.log().applied()) {",
                                "if (pendingIndex < 0) {"),
                Mutant.of("M04", "a node campaigns that has a committed change to apply", "I13", "I1")
                        .core(
                                "protocol/UnappliedScan",
                                "if (page.get(i).type().isConfChange()) {",
                                "if (page.get(i).index() < 0) {"),
                Mutant.of("M05", "one majority commits in a joint configuration", "I6")
                        .core(
                                "quorum/JointConfig",
                                "long inIncoming = Majority.committedIndex(incoming, acks);",
                                "long inIncoming = Majority.committedIndex(incoming, acks);\n        if (isJoint()) {\n"
                                        + "            return inIncoming;\n        }"),
                Mutant.of("M07", "nobody leaves a joint configuration", "I29", "I13")
                        .core(
                                "protocol/Leader",
                                "if (raft.tracker().configuration().autoLeave() && index",
                                "if (raft.tracker().configuration().autoLeave() && index < 0 && index"));
    }

    private static List<Mutant> members() {
        return List.of(
                Mutant.of("M09", "a learner that was promoted and does not know it refuses to vote", "I29")
                        .core(
                                "protocol/Raft",
                                "if (!canVote || !log.isUpToDate(",
                                "if (!isVoter()) {\n            return;\n        }\n"
                                        + "        if (!canVote || !log.isUpToDate("),
                Mutant.of("M10", "a leader that was removed counts itself", "I6", "I14")
                        .core(
                                "protocol/Leader",
                                "boolean advanced = raft.log().maybeCommit(raft.tracker().committed(), raft.term());",
                                "long quorum = raft.tracker().committed();\n"
                                        + "        if (raft.tracker().progress(raft.id()) == null) {\n"
                                        + "            for (int i = 0; i < raft.tracker().members().size(); i++) {\n"
                                        + "                quorum = Math.max(quorum,"
                                        + " raft.tracker().members().progress(i).match());\n            }\n        }\n"
                                        + "        boolean advanced = raft.log().maybeCommit(quorum, raft.term());"),
                Mutant.of("M11", "a leader that was removed is gone before the others know of it", "I29")
                        .core(
                                "protocol/Raft",
                                "        trace().received(m);\n",
                                "        trace().received(m);\n"
                                        + "        if (tracker.progress(id) == null && tracker.members().size() > 0) {\n"
                                        + "            return StepResult.STEPPED;\n        }\n"),
                Mutant.of("M13", "votes of those who do not vote are counted", "I15", "I6")
                        .core(
                                "quorum/Votes",
                                "        return voters.voteResult(this::ballot);",
                                "        if (granted.size() > voters.incoming().size() / 2) {\n"
                                        + "            return VoteResult.WON;\n        }\n"
                                        + "        return voters.voteResult(this::ballot);")
                        .core(
                                "protocol/Candidate",
                                "        IdSet voters = raft.tracker().configuration().voters().ids();",
                                "        IdSet voters = raft.tracker().members().ids();"),
                Mutant.of("M14", "a snapshot that makes a learner of a voter is refused", "I29")
                        .core(
                                "protocol/Follower",
                                "|| !metadata.confState().contains(raft.id())) {",
                                "|| !metadata.confState().contains(raft.id())\n"
                                        + "                || (metadata.confState().learners().contains(raft.id())"
                                        + " && raft.isPromotable())) {"),
                Mutant.of("M15", "a replica whose data is gone comes back under its id", "I9", "I18")
                        .application(
                                "RaftCluster",
                                "            lose(process);\n            return () -> {};",
                                "            process.stop(Survival.nothing());\n"
                                        + "            try {\n"
                                        + "                for (String name : process.disk.list(\"\")) {\n"
                                        + "                    process.disk.delete(name);\n                }\n"
                                        + "                process.disk.syncDirectory(\"\");\n"
                                        + "            } catch (java.io.IOException e) {\n"
                                        + "                throw new java.io.UncheckedIOException(e);\n"
                                        + "            }\n            restart(process);\n            return () -> {};"));
    }
}
