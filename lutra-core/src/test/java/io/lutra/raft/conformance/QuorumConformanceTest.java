package io.lutra.raft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.lutra.raft.quorum.AckedIndexer;
import io.lutra.raft.quorum.Ballots;
import io.lutra.raft.quorum.Ballots.Ballot;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.JointConfig;
import io.lutra.raft.quorum.Majority;
import io.lutra.raft.quorum.VoteResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Committed indexes and votes come out as with etcd's raft: {@code FORMAT.md} section 9. Each case is computed in other
 * ways as well, which must agree.
 */
class QuorumConformanceTest {

    @Test
    void randomCasesComeOutAsWithEtcd() {
        List<Path> files = ConformanceData.files("quorum-random", ".txt.gz");
        if (files.isEmpty()) {
            ConformanceData.reportAbsent("quorum-random");
            abort("no random cases");
        }
        Cases cases = new Cases("quorum-random", "cases");
        files.forEach(file -> cases.runCommands(file, QuorumConformanceTest::run));
        cases.report();
    }

    @Test
    void casesOfEtcdComeOutAsThere() {
        Path folder = ConformanceData.etcd("quorum").orElse(null);
        if (folder == null) {
            abort("etcd's own cases are not here");
        }
        Cases cases = new Cases("etcd quorum", "cases");
        ConformanceData.list(folder, ".txt").forEach(file -> cases.runCommands(file, QuorumConformanceTest::run));
        cases.report();
    }

    private static List<String> run(Command command) {
        IdSet incoming = config(command, "cfg");
        boolean joint = !command.values("cfgj").isEmpty();
        IdSet outgoing = command.values("cfgj").equals(List.of("zero")) ? IdSet.EMPTY : config(command, "cfgj");
        return switch (command.name()) {
            case "committed" -> committed(incoming, outgoing, joint, values(command, "idx"));
            case "vote" -> List.of(vote(incoming, outgoing, joint, values(command, "votes")));
            default -> throw new IllegalArgumentException(command.line());
        };
    }

    private static IdSet config(Command command, String key) {
        return IdSet.of(command.ids(key));
    }

    /** Gives a value to each distinct id, in the order in which the command names them; {@code _} is none. */
    private static Map<Long, String> values(Command command, String key) {
        List<String> given = command.values(key);
        Map<Long, String> values = new LinkedHashMap<>();
        List<Long> ids = new ArrayList<>(command.ids("cfg"));
        if (!command.values("cfgj").equals(List.of("zero"))) {
            ids.addAll(command.ids("cfgj"));
        }
        ids.stream().distinct().forEach(id -> values.put(id, given.get(values.size())));
        values.values().removeIf("_"::equals);
        return values;
    }

    private static List<String> committed(IdSet incoming, IdSet outgoing, boolean joint, Map<Long, String> values) {
        AckedIndexer acks = id -> Long.parseUnsignedLong(values.getOrDefault(id, "0"));
        JointConfig both = new JointConfig(incoming, outgoing);
        long index = joint ? both.committedIndex(acks) : Majority.committedIndex(incoming, acks);

        assertThat(both.committedIndex(acks)).isEqualTo(index);
        assertThat(new JointConfig(outgoing, incoming).committedIndex(acks)).isEqualTo(index);
        assertThat(new JointConfig(incoming, incoming).committedIndex(acks))
                .isEqualTo(Majority.committedIndex(incoming, acks));
        assertThat(counted(both, acks)).isEqualTo(index);

        List<String> output = new ArrayList<>();
        String printed = index == Majority.EVERYTHING ? "∞" : Long.toUnsignedString(index);
        if (both.ids().isEmpty()) {
            return List.of("<empty majority quorum>" + printed);
        }
        output.addAll(chart(both.ids(), acks));
        output.add(printed);
        return output;
    }

    /** The largest acknowledged index of which a count finds that more than half of each half's voters have it. */
    private static long counted(JointConfig config, AckedIndexer acks) {
        return ids(config.ids())
                .map(acks::ackedIndex)
                .filter(index -> isReached(config.incoming(), index, acks) && isReached(config.outgoing(), index, acks))
                .boxed()
                .max(Long::compareUnsigned)
                .orElse(config.ids().isEmpty() ? Majority.EVERYTHING : 0L);
    }

    private static boolean isReached(IdSet voters, long index, AckedIndexer acks) {
        long reached = ids(voters)
                .filter(id -> Long.compareUnsigned(acks.ackedIndex(id), index) >= 0)
                .count();
        return voters.isEmpty() || 2 * reached > voters.size();
    }

    /** Draws how far each voter is: its bar is as long as the number of voters that are behind it. */
    private static List<String> chart(IdSet voters, AckedIndexer acks) {
        int n = voters.size();
        List<String> lines = new ArrayList<>();
        lines.add(" ".repeat(n) + "    idx");
        ids(voters).forEach(id -> {
            long index = acks.ackedIndex(id);
            int behind = (int) ids(voters)
                    .filter(other -> Long.compareUnsigned(acks.ackedIndex(other), index) < 0)
                    .count();
            String bar = index == 0 ? "?" + " ".repeat(n) : "x".repeat(behind) + ">" + " ".repeat(n - behind);
            lines.add(bar + String.format(Locale.ROOT, " %5s    (id=%x)", Long.toUnsignedString(index), id));
        });
        return lines;
    }

    private static LongStream ids(IdSet set) {
        return IntStream.range(0, set.size()).mapToLong(set::get);
    }

    private static String vote(IdSet incoming, IdSet outgoing, boolean joint, Map<Long, String> values) {
        Ballots ballots = id -> switch (values.getOrDefault(id, "_")) {
            case "y" -> Ballot.GRANTED;
            case "n" -> Ballot.REJECTED;
            case "_" -> Ballot.MISSING;
            default -> throw new IllegalArgumentException(values.toString());
        };
        JointConfig both = new JointConfig(incoming, outgoing);
        VoteResult result = joint ? both.voteResult(ballots) : Majority.voteResult(incoming, ballots);

        assertThat(both.voteResult(ballots)).isEqualTo(result);
        assertThat(new JointConfig(outgoing, incoming).voteResult(ballots)).isEqualTo(result);
        assertThat(new JointConfig(incoming, incoming).voteResult(ballots))
                .isEqualTo(Majority.voteResult(incoming, ballots));
        return switch (result) {
            case PENDING -> "VotePending";
            case LOST -> "VoteLost";
            case WON -> "VoteWon";
        };
    }
}
