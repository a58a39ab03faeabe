package io.lutra.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Property;
import io.lutra.raft.quorum.Ballots.Ballot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Sets of ids and majorities, against sets of the JDK and against counting. */
class QuorumPropertyTest {
    private static final int ROUNDS = 1_000;
    private static final long[] IDS = {1, 2, 3, 4, 5, 6, 7, Long.MAX_VALUE, Long.MIN_VALUE, -3};

    @Test
    void aSetOfIdsIsASortedSet() {
        Property.check(ROUNDS, 1, random -> {
            TreeSet<Long> model = new TreeSet<>(Long::compareUnsigned);
            IdSet set = IdSet.EMPTY;
            for (int i = 0; i < 12; i++) {
                long id = id(random);
                if (random.nextInt(3) > 0) {
                    set = set.with(id);
                    model.add(id);
                } else {
                    set = set.without(id);
                    model.remove(id);
                }
                assertSame(set, model);
            }
            TreeSet<Long> other = new TreeSet<>(Long::compareUnsigned);
            random.longs(5, 0, IDS.length).forEach(i -> other.add(IDS[(int) i]));
            assertAgainst(set, model, IdSet.of(other), other);
        });
    }

    private static void assertSame(IdSet set, TreeSet<Long> model) {
        List<Long> sorted = new ArrayList<>(model);
        assertThat(set.toList()).isEqualTo(sorted);
        assertThat(set.size()).isEqualTo(model.size());
        assertThat(set.isEmpty()).isEqualTo(model.isEmpty());
        for (int i = 0; i < sorted.size(); i++) {
            assertThat(set.get(i)).isEqualTo(sorted.get(i));
        }
        for (long id : IDS) {
            int at = sorted.indexOf(id);
            assertThat(set.contains(id)).isEqualTo(at >= 0);
            assertThat(set.indexOf(id))
                    .isEqualTo(at >= 0 ? at : -model.headSet(id).size() - 1);
        }
        long[] repeated = new long[2 * sorted.size()];
        for (int i = 0; i < repeated.length; i++) {
            repeated[i] = sorted.get(sorted.size() - 1 - i / 2);
        }
        assertThat(IdSet.of(repeated)).isEqualTo(set).hasSameHashCodeAs(set);
        assertThat(set).hasToString(hex(sorted));
    }

    private static String hex(List<Long> ids) {
        return ids.stream()
                .map(Long::toHexString)
                .reduce((a, b) -> a + " " + b)
                .map(s -> "(" + s + ")")
                .orElse("()");
    }

    private static void assertAgainst(IdSet set, TreeSet<Long> model, IdSet other, TreeSet<Long> otherModel) {
        TreeSet<Long> union = new TreeSet<>(model);
        union.addAll(otherModel);
        TreeSet<Long> both = new TreeSet<>(model);
        both.retainAll(otherModel);
        assertThat(set.union(other).toList()).containsExactlyElementsOf(union);
        assertThat(set.differences(other)).isEqualTo(union.size() - both.size());
        assertThat(set.equals(other)).isEqualTo(model.equals(otherModel));
        assertThat(set).isNotEqualTo("a set");
    }

    @Test
    void theCommittedIndexIsTheLargestThatAMajorityHas() {
        Property.check(ROUNDS, 2, random -> {
            IdSet voters = ids(random);
            Map<Long, Long> acked = acked(random);
            assertThat(Majority.committedIndex(voters, id -> acked.getOrDefault(id, 0L)))
                    .isEqualTo(countedIndex(voters, acked));
        });
    }

    @Test
    void bothHalvesOfAJointConfigurationHaveTheCommittedIndex() {
        Property.check(ROUNDS, 3, random -> {
            JointConfig joint = new JointConfig(ids(random), ids(random));
            Map<Long, Long> acked = acked(random);
            long expected = joint.outgoing().isEmpty()
                    ? countedIndex(joint.incoming(), acked)
                    : Math.min(countedIndex(joint.incoming(), acked), countedIndex(joint.outgoing(), acked));
            assertThat(joint.committedIndex(id -> acked.getOrDefault(id, 0L))).isEqualTo(expected);
            assertThat(joint.isJoint()).isEqualTo(!joint.outgoing().isEmpty());
            for (long id : IDS) {
                boolean votes =
                        joint.incoming().contains(id) || joint.outgoing().contains(id);
                assertThat(joint.contains(id)).isEqualTo(votes);
                assertThat(joint.ids().contains(id)).isEqualTo(votes);
            }
        });
    }

    /** Tries every index that somebody has. */
    private static long countedIndex(IdSet set, Map<Long, Long> acked) {
        List<Long> voters = set.toList();
        if (voters.isEmpty()) {
            return Majority.EVERYTHING;
        }
        long best = 0;
        for (long candidate : acked.values()) {
            long have = voters.stream()
                    .filter(v -> acked.getOrDefault(v, 0L) >= candidate)
                    .count();
            if (2 * have > voters.size()) {
                best = Math.max(best, candidate);
            }
        }
        return best;
    }

    @Test
    void aVoteIsDecidedOnceNothingThatIsMissingCouldChangeIt() {
        Property.check(ROUNDS, 4, random -> {
            JointConfig joint = new JointConfig(ids(random), ids(random));
            Map<Long, Ballot> ballots = new HashMap<>();
            for (long id : IDS) {
                ballots.put(id, Ballot.values()[random.nextInt(3)]);
            }
            boolean canWin = wins(joint, ballots, Ballot.GRANTED);
            boolean mustWin = wins(joint, ballots, Ballot.REJECTED);
            VoteResult expected = mustWin ? VoteResult.WON : canWin ? VoteResult.PENDING : VoteResult.LOST;
            assertThat(joint.voteResult(ballots::get))
                    .as("%s %s", joint, ballots)
                    .isEqualTo(expected);
        });
    }

    private static boolean wins(JointConfig joint, Map<Long, Ballot> ballots, Ballot missingOnes) {
        for (IdSet half : List.of(joint.incoming(), joint.outgoing())) {
            List<Long> voters = half.toList();
            long granted = voters.stream()
                    .filter(v -> (ballots.get(v) == Ballot.MISSING ? missingOnes : ballots.get(v)) == Ballot.GRANTED)
                    .count();
            if (!voters.isEmpty() && 2 * granted <= voters.size()) {
                return false;
            }
        }
        return true;
    }

    @Test
    void configurationsPrintAsEtcdDoes() {
        JointConfig joint = new JointConfig(IdSet.of(1, 10), IdSet.of(2));
        assertThat(joint).hasToString("(1 a)&&(2)");
        assertThat(new JointConfig(IdSet.of(1), IdSet.EMPTY)).hasToString("(1)");
    }

    @Test
    void onlyTheFirstVoteOfEachVoterCounts() {
        JointConfig voters = new JointConfig(IdSet.of(1, 2, 3), IdSet.EMPTY);
        Votes lost = new Votes();
        lost.record(1, true);
        lost.record(2, false);
        lost.record(2, true);
        lost.record(9, true);
        assertThat(lost.result(voters)).isEqualTo(VoteResult.PENDING);
        lost.record(3, false);
        assertThat(lost.result(voters)).isEqualTo(VoteResult.LOST);
        Votes won = new Votes();
        won.record(2, true);
        won.record(3, true);
        assertThat(won.result(voters)).isEqualTo(VoteResult.WON);
    }

    private static long id(SplittableRandom random) {
        return IDS[random.nextInt(IDS.length)];
    }

    private static IdSet ids(SplittableRandom random) {
        IdSet ids = IdSet.EMPTY;
        for (int i = random.nextInt(8); i > 0; i--) {
            ids = ids.with(id(random));
        }
        return ids;
    }

    private static Map<Long, Long> acked(SplittableRandom random) {
        Map<Long, Long> acked = new HashMap<>();
        for (long id : IDS) {
            if (random.nextInt(4) > 0) {
                acked.put(id, (long) random.nextInt(6));
            }
        }
        return acked;
    }
}
