package io.lutra.raft.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfState;
import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProgressState;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.JointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who was heard of, and what a quorum has. */
class ProgressTrackerTest {
    private static ProgressTracker of(IdSet incoming, IdSet outgoing, long... learners) {
        ProgressTracker tracker = new ProgressTracker();
        JointConfig voters = new JointConfig(incoming, outgoing);
        IdSet learnerSet = IdSet.of(learners);
        SortedMap<Long, Progress> members = new TreeMap<>(Long::compareUnsigned);
        voters.ids().toList().forEach(id -> members.put(id, tracker.newProgress(4, false)));
        learnerSet.toList().forEach(id -> members.put(id, tracker.newProgress(4, true)));
        tracker.switchTo(new Configuration(voters, learnerSet, IdSet.EMPTY, false), ProgressMap.of(members));
        return tracker;
    }

    private static Progress progress(ProgressTracker tracker, long id) {
        Progress progress = tracker.progress(id);
        if (progress == null) {
            throw new AssertionError(id + " is no member");
        }
        return progress;
    }

    @Test
    void whatIsCommittedIsOnAQuorumOfVoters() {
        ProgressTracker tracker = of(IdSet.of(1, 2, 3), IdSet.EMPTY, 4);
        progress(tracker, 1).maybeUpdate(9);
        progress(tracker, 4).maybeUpdate(9);
        assertThat(tracker.committed()).isZero();
        progress(tracker, 3).maybeUpdate(7);
        assertThat(tracker.committed()).isEqualTo(7);
    }

    @Test
    void whoBeginsToTrackKnowsOnlyWhatItHasItself() {
        ProgressTracker tracker = of(IdSet.of(1, 2, 3), IdSet.EMPTY, 4);
        progress(tracker, 2).maybeUpdate(9);
        tracker.reset(1, 20);
        tracker.track();
        List<PeerProgress> members = new ArrayList<>();
        for (int i = 0; i < tracker.members().size(); i++) {
            members.add(tracker.members()
                    .progress(i)
                    .toPeerProgress(tracker.members().id(i)));
        }
        assertThat(members)
                .containsExactly(
                        new PeerProgress(1, false, ProgressState.REPLICATE, 20, 21, 0, true, false, 0, 0, false),
                        new PeerProgress(2, false, ProgressState.PROBE, 0, 21, 0, false, false, 0, 0, false),
                        new PeerProgress(3, false, ProgressState.PROBE, 0, 21, 0, false, false, 0, 0, false),
                        new PeerProgress(4, true, ProgressState.PROBE, 0, 21, 0, false, false, 0, 0, false));
        progress(tracker, 2).maybeUpdate(9);
        assertThat(progress(tracker, 2).match()).isEqualTo(9);
    }

    @Test
    void aResetKeepsOnlyWhatTheNodeItselfHas() {
        ProgressTracker tracker = of(IdSet.of(1, 2, 3), IdSet.EMPTY);
        progress(tracker, 2).maybeUpdate(9);
        tracker.reset(1, 20);
        assertThat(progress(tracker, 1).match()).isEqualTo(20);
        assertThat(progress(tracker, 1).next()).isEqualTo(21);
        assertThat(progress(tracker, 2).match()).isZero();
        assertThat(progress(tracker, 2).next()).isEqualTo(21);
    }

    @Test
    void aQuorumIsActiveIfItWasHeardOfSinceTheLastLook() {
        ProgressTracker tracker = of(IdSet.of(1, 2, 3), IdSet.EMPTY, 4);
        assertThat(tracker.isQuorumActive()).isTrue();
        tracker.reset(1, 20);
        tracker.track();
        tracker.markInactive();
        assertThat(progress(tracker, 1).isRecentActive()).isTrue();
        progress(tracker, 4).markActive();
        assertThat(tracker.isQuorumActive()).isFalse();
        progress(tracker, 3).markActive();
        assertThat(tracker.isQuorumActive()).isTrue();
        tracker.markInactive();
        assertThat(tracker.isQuorumActive()).isFalse();
        assertThat(progress(tracker, 1).isRecentActive()).isTrue();
        assertThat(progress(tracker, 3).isRecentActive()).isFalse();
    }

    @Test
    void aSingleVoterIsToldFromMore() {
        assertThat(of(IdSet.of(1), IdSet.EMPTY, 2).isSingleton()).isTrue();
        assertThat(of(IdSet.of(1), IdSet.of(1)).isSingleton()).isFalse();
        assertThat(of(IdSet.of(1, 2), IdSet.EMPTY).isSingleton()).isFalse();
    }

    @Test
    void newMembersAreProbedFromTheEndOfTheLog() {
        ProgressTracker tracker = new ProgressTracker();
        assertThat(tracker.newProgress(0, true).next()).isEqualTo(1);
        assertThat(tracker.newProgress(9, true).next()).isEqualTo(9);
        assertThat(tracker.newProgress(9, true).isLearner()).isTrue();
        assertThat(tracker.newProgress(9, false).isLearner()).isFalse();
        assertThat(tracker.newProgress(9, false).isRecentActive()).isTrue();
    }

    @Test
    void aConfigurationIsPrintedAndStoredAsEtcdDoes() {
        Configuration joint =
                new Configuration(new JointConfig(IdSet.of(1, 2), IdSet.of(2, 3)), IdSet.of(4), IdSet.of(3), true);
        assertThat(joint).hasToString("voters=(1 2)&&(2 3) learners=(4) learners_next=(3) autoleave");
        assertThat(Configuration.EMPTY).hasToString("voters=()");
        assertThat(joint.toConfState())
                .isEqualTo(ConfState.of(List.of(1L, 2L), List.of(4L), List.of(2L, 3L), List.of(3L), true));
    }

    @Test
    void votersOfEitherHalfAndLearnersAreMembers() {
        Configuration joint =
                new Configuration(new JointConfig(IdSet.of(1, 2), IdSet.of(2, 3)), IdSet.of(4), IdSet.of(3), false);
        for (long id = 1; id <= 4; id++) {
            assertThat(joint.contains(id)).isTrue();
        }
        assertThat(joint.contains(5)).isFalse();
    }

    @Test
    void membersAreFoundById() {
        ProgressTracker tracker = of(IdSet.of(1, -5), IdSet.EMPTY, 3);
        assertThat(tracker.members().ids().toList()).containsExactly(1L, 3L, -5L);
        assertThat(tracker.members().id(2)).isEqualTo(-5);
        assertThat(tracker.members().get(3)).isSameAs(tracker.members().progress(1));
        assertThat(tracker.progress(2)).isNull();
    }
}
