package io.lutra.testkit.raft;

import java.util.List;
import java.util.stream.Stream;

/** Defects of elections. */
final class ElectionMutants {
    private ElectionMutants() {}

    static List<Mutant> all() {
        return Stream.of(votes(), timing()).flatMap(List::stream).toList();
    }

    private static List<Mutant> votes() {
        return List.of(
                Mutant.of("E01", "vote requests leave before the vote is durable", "I10", "I9")
                        .core(
                                "protocol/Outbox",
                                "case VOTE -> raft.options().holdsVoteRequests();",
                                "case VOTE -> false;"),
                Mutant.of("E02", "a vote is granted although storing it failed", "I10", "I9")
                        .application(
                                "RaftProcess",
                                "        storage().sync();\n        checks.persisted",
                                "        try {\n            storage().sync();\n        } catch (IOException e) {\n"
                                        + "            return;\n        }\n        checks.persisted"),
                Mutant.of("E03", "term and vote are written and not synced", "I9", "I1")
                        .application(
                                "RaftProcess",
                                "        storage().sync();\n        checks.persisted",
                                "        if (snapshot != null || !entries.isEmpty()) {\n            storage().sync();\n"
                                        + "        }\n        checks.persisted"),
                Mutant.of("E04", "a vote of an older term is counted", "I15", "I1")
                        .core(
                                "protocol/Raft",
                                "} else if (m.term() < term && m.term() != 0) {",
                                "} else if (m.term() < term && m.term() != 0 && m.type() != MessageType.VOTE_RESP) {"),
                Mutant.of("E06", "granted pre-votes are carried into the election", "I15")
                        .core(
                                "protocol/Candidate",
                                "private final Votes votes = new Votes();",
                                "private final Votes votes;")
                        .core(
                                "protocol/Candidate",
                                "        this.pre = pre;\n",
                                "        this.pre = pre;\n        this.votes = raft.role() instanceof Candidate before"
                                        + " ? before.votes : new Votes();\n"),
                Mutant.of("E07", "the longer log wins before the later term", "I4")
                        .core(
                                "log/RaftLog",
                                "return lastTerm > ours || (lastTerm == ours && lastIndex >= lastIndex());",
                                "return lastIndex > lastIndex() || (lastIndex == lastIndex() && lastTerm >= ours);"),
                Mutant.of("E08", "a vote for a transfer is given whatever the log", "I4")
                        .core(
                                "protocol/Raft",
                                "if (!canVote || !log.isUpToDate(",
                                "if (!canVote || !CampaignType.isForced(m.context()) && !log.isUpToDate("),
                Mutant.of("E09", "half of an even number is a quorum", "I6", "I15", "I1")
                        .core("quorum/Majority", "int majority = n / 2 + 1;", "int majority = (n + 1) / 2;"),
                Mutant.of("E11", "a restart lowers the term", "I8", "I9")
                        .core("protocol/Raft", "term = hardState.term();", "term = hardState.term() / 2;"),
                Mutant.of("E12", "a leader votes in its own term", "I15", "I27")
                        .core(
                                "protocol/Raft",
                                "if (!canVote || !log.isUpToDate(",
                                "if (role.type() != StateType.LEADER && (!canVote) || role.type() != StateType.LEADER"
                                        + " && !log.isUpToDate("));
    }

    private static List<Mutant> timing() {
        return List.of(
                Mutant.of("E13", "a granted pre-vote resets the election timer", "I16", "I29")
                        .core(
                                "protocol/Raft",
                                "send(Message.preVoteResponse(id, m.from(), m.term(), false));",
                                "send(Message.preVoteResponse(id, m.from(), m.term(), false));\n"
                                        + "            electionElapsed = 0;"),
                Mutant.of("E15", "a granted pre-vote carries the voter's term", "I29")
                        .core(
                                "protocol/Raft",
                                "send(Message.preVoteResponse(id, m.from(), m.term(), false));",
                                "send(Message.preVoteResponse(id, m.from(), term, false));"),
                Mutant.of("E16", "a pre-candidate keeps its leader", "I29")
                        .core(
                                "protocol/Raft",
                                "        requireNotLeader();\n        lead = NONE;",
                                "        requireNotLeader();"),
                Mutant.of("E17", "a vote is given while the leader is alive", "I33")
                        .core(
                                "protocol/Raft",
                                "return options.checkQuorum() && lead != NONE && electionElapsed < options.electionTick();",
                                "return false;"),
                Mutant.of("E18", "a leader without a quorum goes on", "I29", "I33")
                        .core(
                                "protocol/Leader",
                                "if (raft.options().checkQuorum() && !checkQuorum()) {",
                                "if (raft.options().checkQuorum() && !checkQuorum() && transferee == 1L << 50) {")
                        .core("protocol/Leader", "        if (active) {", "        if (active || raft.term() > 0) {"),
                Mutant.of("E20", "a late pre-vote starts another campaign of the leader", "I33")
                        .core(
                                "protocol/Leader",
                                "            case READ_INDEX -> readIndex(m);",
                                "            case PRE_VOTE_RESP -> {\n                if (!m.reject()) {\n"
                                        + "                    raft.becomeFollower(raft.term(), Raft.NONE);\n"
                                        + "                    raft.startElection(CampaignType.ELECTION);\n"
                                        + "                }\n            }\n"
                                        + "            case READ_INDEX -> readIndex(m);"),
                Mutant.of("E21", "all wait equally long for a leader", "I29")
                        .core(
                                "protocol/Raft",
                                "electionTick + Math.floorMod(jitter.ticks(id, term, electionTick), electionTick)",
                                "electionTick"),
                Mutant.of("E23", "a candidate ignores the leader of its own term", "I1", "I29")
                        .core(
                                "protocol/Candidate",
                                "case APP, HEARTBEAT, SNAP -> onLeaderElected(m);",
                                "case APP, HEARTBEAT, SNAP -> raft.ignore(m, IgnoreReason.ROLE);"));
    }
}
