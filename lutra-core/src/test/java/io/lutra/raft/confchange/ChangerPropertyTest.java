package io.lutra.raft.confchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.ConfState;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.InvalidConfChangeException.Reason;
import io.lutra.raft.Property;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.JointConfig;
import io.lutra.raft.tracker.Configuration;
import io.lutra.raft.tracker.Progress;
import io.lutra.raft.tracker.ProgressMap;
import io.lutra.raft.tracker.ProgressTracker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Membership changes against plain sets, and what they promise: quorums of consecutive configurations intersect. */
class ChangerPropertyTest {
    private static final int ROUNDS = 500;
    private static final int IDS = 6;

    @Test
    void changesAreWhatTheyAreWithSets() {
        Property.check(ROUNDS, 1, random -> {
            ProgressTracker tracker = new ProgressTracker();
            Model model = new Model();
            for (int i = 0; i < 12; i++) {
                step(random, tracker, model);
            }
        });
    }

    private static void step(SplittableRandom random, ProgressTracker tracker, Model before) {
        ConfChangeV2 change = change(random);
        Model model = before.copy();
        Reason reason = model.change(change);
        Configuration present = tracker.configuration();
        try {
            ChangedConfiguration changed = new Changer(tracker, 7).change(change);
            assertThat(reason).as("%s of %s", change, present).isNull();
            assertThat(tracker.configuration()).as("nothing is changed yet").isSameAs(present);
            assertQuorumsIntersect(present, changed.configuration());
            tracker.switchTo(changed.configuration(), changed.members());
            before.take(model);
        } catch (InvalidConfChangeException e) {
            assertThat(e.reason()).as("%s of %s", change, present).isEqualTo(reason);
        }
        before.assertSame(tracker);
    }

    private static ConfChangeV2 change(SplittableRandom random) {
        ConfChangeTransition[] transitions = {
            ConfChangeTransition.AUTO,
            ConfChangeTransition.AUTO,
            ConfChangeTransition.JOINT_IMPLICIT,
            ConfChangeTransition.JOINT_EXPLICIT
        };
        ConfChangeSingle[] singles = new ConfChangeSingle[random.nextInt(4)];
        ConfChangeType[] types = {
            ConfChangeType.ADD_NODE,
            ConfChangeType.ADD_NODE,
            ConfChangeType.ADD_LEARNER_NODE,
            ConfChangeType.REMOVE_NODE,
            ConfChangeType.UPDATE_NODE
        };
        for (int i = 0; i < singles.length; i++) {
            singles[i] = ConfChangeSingle.of(types[random.nextInt(types.length)], random.nextInt(IDS + 1));
        }
        return ConfChangeV2.of(transitions[random.nextInt(4)], singles);
    }

    /** Every set of ids that decides in the one and every one that decides in the other have an id in common. */
    private static void assertQuorumsIntersect(Configuration before, Configuration after) {
        if (before.voters().incoming().isEmpty()) {
            return;
        }
        for (int one = 0; one < 1 << IDS; one++) {
            for (int other = 0; other < 1 << IDS; other++) {
                if ((one & other) == 0 && decides(before, one)) {
                    assertThat(decides(after, other))
                            .as("%s -> %s: %s, %s", before, after, one, other)
                            .isFalse();
                }
            }
        }
    }

    private static boolean decides(Configuration configuration, int ids) {
        return configuration.voters().committedIndex(id -> (ids & 1 << (id - 1)) != 0 ? 1 : 0) == 1;
    }

    /** A membership as plain sets, changed by the rules of etcd's documentation. */
    private static final class Model {
        private Set<Long> incoming = new TreeSet<>();
        private Set<Long> outgoing = new TreeSet<>();
        private Set<Long> learners = new TreeSet<>();
        private Set<Long> learnersNext = new TreeSet<>();
        private boolean autoLeave;

        Model copy() {
            Model copy = new Model();
            copy.take(this);
            return copy;
        }

        void take(Model other) {
            incoming = new TreeSet<>(other.incoming);
            outgoing = new TreeSet<>(other.outgoing);
            learners = new TreeSet<>(other.learners);
            learnersNext = new TreeSet<>(other.learnersNext);
            autoLeave = other.autoLeave;
        }

        @Nullable
        Reason change(ConfChangeV2 change) {
            boolean joint = !outgoing.isEmpty();
            boolean auto = change.transition() == ConfChangeTransition.AUTO;
            if (auto && change.changes().isEmpty()) {
                return joint ? leave() : Reason.NOT_JOINT;
            }
            boolean enter = !auto || change.changes().size() > 1;
            if (joint) {
                return enter ? Reason.ALREADY_JOINT : Reason.SIMPLE_IN_JOINT;
            }
            if (enter && incoming.isEmpty()) {
                return Reason.ZERO_VOTER_JOINT;
            }
            Set<Long> before = new TreeSet<>(incoming);
            if (enter) {
                outgoing.addAll(incoming);
                autoLeave = change.transition() != ConfChangeTransition.JOINT_EXPLICIT;
            }
            change.changes().forEach(this::apply);
            if (incoming.isEmpty()) {
                return Reason.REMOVED_ALL_VOTERS;
            }
            Set<Long> changed = new HashSet<>(before);
            changed.addAll(incoming);
            changed.removeIf(id -> before.contains(id) && incoming.contains(id));
            return !enter && changed.size() > 1 ? Reason.MORE_THAN_ONE_VOTER : null;
        }

        private @Nullable Reason leave() {
            learners.addAll(learnersNext);
            learnersNext.clear();
            outgoing.clear();
            autoLeave = false;
            return null;
        }

        private void apply(ConfChangeSingle single) {
            long id = single.nodeId();
            if (id == 0 || single.type() == ConfChangeType.UPDATE_NODE) {
                return;
            }
            if (single.type() == ConfChangeType.ADD_LEARNER_NODE && learners.contains(id)) {
                return;
            }
            incoming.remove(id);
            learners.remove(id);
            learnersNext.remove(id);
            if (single.type() == ConfChangeType.ADD_NODE) {
                incoming.add(id);
            } else if (single.type() == ConfChangeType.ADD_LEARNER_NODE) {
                (outgoing.contains(id) ? learnersNext : learners).add(id);
            }
        }

        void assertSame(ProgressTracker tracker) {
            ConfState state = tracker.configuration().toConfState();
            assertThat(state.voters()).containsExactlyElementsOf(incoming);
            assertThat(state.votersOutgoing()).containsExactlyElementsOf(outgoing);
            assertThat(state.learners()).containsExactlyElementsOf(learners);
            assertThat(state.learnersNext()).containsExactlyElementsOf(learnersNext);
            assertThat(state.autoLeave()).isEqualTo(autoLeave);
            Set<Long> members = new TreeSet<>(incoming);
            members.addAll(outgoing);
            members.addAll(learners);
            assertThat(tracker.members().ids().toList()).containsExactlyElementsOf(members);
            ProgressMap progress = tracker.members();
            for (int i = 0; i < progress.size(); i++) {
                assertThat(progress.progress(i).isLearner()).isEqualTo(learners.contains(progress.id(i)));
            }
        }
    }

    @Test
    void whatIsStoredIsRestored() {
        Property.check(ROUNDS, 2, random -> {
            ProgressTracker tracker = new ProgressTracker();
            Model model = new Model();
            for (int i = 0; i < 8; i++) {
                step(random, tracker, model);
            }
            ConfState state = tracker.configuration().toConfState();
            ProgressTracker restored = new ProgressTracker();
            Restore.restore(restored, 9, state);
            assertThat(restored.configuration()).isEqualTo(tracker.configuration());
            model.assertSame(restored);
        });
    }

    @Test
    void progressIsKeptForThoseThatStayAndBeginsAtTheEndOfTheLogForThoseThatCome() {
        ProgressTracker tracker = new ProgressTracker();
        Restore.restore(tracker, 20, ConfState.of(List.of(1L, 2L), List.of()));
        Progress first = tracker.progress(1);
        Progress second = tracker.progress(2);
        assertThat(first).isNotNull();
        assertThat(second).isNotNull();
        second.maybeUpdate(5);

        ChangedConfiguration changed = new Changer(tracker, 33)
                .enterJoint(
                        true,
                        List.of(
                                ConfChangeSingle.of(ConfChangeType.ADD_LEARNER_NODE, 2),
                                ConfChangeSingle.of(ConfChangeType.ADD_LEARNER_NODE, 3),
                                ConfChangeSingle.of(ConfChangeType.ADD_NODE, 4)));
        ProgressMap members = changed.members();
        assertThat(members.get(1)).isSameAs(first);
        assertThat(members.get(2)).isSameAs(second);
        for (long id : new long[] {3, 4}) {
            Progress added = members.get(id);
            assertThat(added).isNotNull();
            assertThat(added.next()).isEqualTo(33);
            assertThat(added.match()).isZero();
            assertThat(added.isRecentActive()).isTrue();
            assertThat(added.isLearner()).isEqualTo(id == 3);
        }
        tracker.switchTo(changed.configuration(), members);
        Progress demoted = new Changer(tracker, 33).leaveJoint().members().get(2);
        assertThat(demoted).isNotNull();
        assertThat(demoted.isLearner()).isTrue();
        assertThat(demoted.match()).isEqualTo(5);
    }

    @Test
    void statesThatContradictThemselvesAreRefused() {
        List<ConfState> states = new ArrayList<>(List.of(
                ConfState.of(List.of(1L, 2L), List.of(2L)),
                ConfState.of(List.of(1L, 1L), List.of()),
                ConfState.of(List.of(1L), List.of(), List.of(), List.of(2L), false),
                ConfState.of(List.of(1L), List.of(), List.of(), List.of(), true),
                ConfState.of(List.of(1L), List.of(), List.of(1L, 2L), List.of(3L), false),
                ConfState.of(List.of(1L), List.of(2L), List.of(1L, 2L), List.of(), false)));
        for (ConfState state : states) {
            assertThatExceptionOfType(InvalidConfChangeException.class)
                    .as("%s", state)
                    .isThrownBy(() -> Restore.restore(new ProgressTracker(), 9, state));
        }
    }

    @Test
    void theNumberOfMembersIsBounded() {
        ProgressTracker tracker = new ProgressTracker();
        List<Long> ids = new ArrayList<>();
        for (long id = 1; id <= InvalidConfChangeException.MAX_MEMBERS; id++) {
            ids.add(id);
        }
        Restore.restore(tracker, 9, ConfState.of(ids, List.of()));
        assertThat(tracker.members().size()).isEqualTo(InvalidConfChangeException.MAX_MEMBERS);

        Changer changer = new Changer(tracker, 9);
        for (ConfChangeType type : List.of(ConfChangeType.ADD_NODE, ConfChangeType.ADD_LEARNER_NODE)) {
            assertThatExceptionOfType(InvalidConfChangeException.class)
                    .isThrownBy(() -> changer.simple(List.of(ConfChangeSingle.of(type, ids.size() + 1L))))
                    .extracting(InvalidConfChangeException::reason)
                    .isEqualTo(Reason.TOO_MANY_MEMBERS);
        }
        ConfChangeSingle removal = ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, 7);
        assertThat(changer.simple(List.of(removal)).members().size()).isEqualTo(ids.size() - 1);
    }

    /** As many as a state can name: all members are outgoing voters, and something else besides. */
    @Test
    void theLargestMembershipIsRestored() {
        List<Long> ids = LongStream.rangeClosed(1, InvalidConfChangeException.MAX_MEMBERS)
                .boxed()
                .toList();
        int half = ids.size() / 2;
        ConfState state = ConfState.of(ids.subList(0, half), List.of(), ids, ids.subList(half, ids.size()), true);
        ProgressTracker tracker = new ProgressTracker();
        Restore.restore(tracker, 9, state);
        assertThat(tracker.configuration().toConfState()).isEqualTo(state);
        assertThat(tracker.members().size()).isEqualTo(ids.size());
    }

    /** A change begins from what is in force: should that be wrong, the change must not hide it. */
    @Test
    void aChangeOfWhatContradictsItselfIsRefused() {
        IdSet two = IdSet.of(1, 2);
        IdSet one = IdSet.of(1);
        JointConfig joint = new JointConfig(one, two);
        JointConfig plain = new JointConfig(two, IdSet.EMPTY);
        IdSet none = IdSet.EMPTY;
        refuses(new Configuration(plain, IdSet.of(2), none, false), IdSet.of(2));
        refuses(new Configuration(plain, IdSet.of(2), none, false), none);
        refuses(new Configuration(plain, IdSet.of(3), none, false), none);
        refuses(new Configuration(plain, IdSet.of(9), none, false), none);
        refuses(new Configuration(joint, none, IdSet.of(3), true), none);
        refuses(new Configuration(joint, none, IdSet.of(2), true), IdSet.of(2));
        refuses(new Configuration(new JointConfig(IdSet.of(1, 9), IdSet.EMPTY), none, none, false), none);
        // One that is right, to see that it is these that are refused.
        Draft draft = new Draft(tracker(new Configuration(joint, IdSet.of(3), IdSet.of(2), true), IdSet.of(3)), 9);
        assertThat(draft.finish(true).configuration().learners()).isEqualTo(IdSet.of(3));
    }

    private static void refuses(Configuration configuration, IdSet learners) {
        assertThatExceptionOfType(InvalidConfChangeException.class)
                .as("%s", configuration)
                .isThrownBy(() -> new Draft(tracker(configuration, learners), 9).finish(configuration.autoLeave()))
                .extracting(InvalidConfChangeException::reason)
                .isEqualTo(Reason.INCONSISTENT);
    }

    /** Returns a tracker of the members 1, 2 and 3, some of which it takes for learners. */
    private static ProgressTracker tracker(Configuration configuration, IdSet learners) {
        ProgressTracker tracker = new ProgressTracker();
        SortedMap<Long, Progress> members = new TreeMap<>();
        for (long id = 1; id <= 3; id++) {
            members.put(id, tracker.newProgress(9, learners.contains(id)));
        }
        tracker.switchTo(configuration, ProgressMap.of(members));
        return tracker;
    }
}
