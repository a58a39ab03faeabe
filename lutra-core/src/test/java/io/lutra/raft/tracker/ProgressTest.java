package io.lutra.raft.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProgressState;
import io.lutra.raft.Property;
import io.lutra.raft.RaftInvariantException;
import org.junit.jupiter.api.Test;

/** Each transition of what a leader knows of a peer. */
class ProgressTest {
    private static final long FIRST_INDEX = 5;
    private static final InflightLimits LIMITS = new InflightLimits(3, 0);

    /** A peer that is probed from 11 on, and has acknowledged 10. */
    private static Progress probing() {
        Progress progress = new Progress(11, false, true);
        progress.maybeUpdate(10);
        return progress;
    }

    private static Progress replicating() {
        Progress progress = probing();
        progress.becomeReplicate();
        return progress;
    }

    private static Progress awaitingSnapshot(long snapshotIndex) {
        Progress progress = probing();
        progress.becomeSnapshot(snapshotIndex);
        return progress;
    }

    @Test
    void aProbeWithEntriesWaitsForItsAnswerAndAnEmptyOneDoesNot() {
        Progress progress = probing();
        progress.sentEntries(0, 0, LIMITS);
        assertThat(progress.isPaused()).isFalse();
        progress.sentEntries(2, 10, LIMITS);
        assertThat(progress.isPaused()).isTrue();
        assertThat(progress.next()).isEqualTo(11);
        progress.heartbeatAcknowledged();
        assertThat(progress.isPaused()).isFalse();
        assertThat(progress.isRecentActive()).isTrue();
    }

    @Test
    void replicationRunsAheadUntilTheWindowIsFull() {
        Progress progress = replicating();
        for (int i = 1; i <= 3; i++) {
            assertThat(progress.isPaused()).isFalse();
            progress.sentEntries(2, 10, LIMITS);
            assertThat(progress.next()).isEqualTo(11 + 2 * i);
        }
        assertThat(progress.isPaused()).isTrue();
        assertThat(progress.isWindowFull()).isTrue();
        // One empty message for each answered heartbeat.
        progress.heartbeatAcknowledged();
        assertThat(progress.isPaused()).isFalse();
        progress.sentEntries(0, 0, LIMITS);
        assertThat(progress.isPaused()).isTrue();
        assertThat(progress.next()).isEqualTo(17);

        assertThat(progress.acknowledged(13, FIRST_INDEX)).isTrue();
        assertThat(progress.isPaused()).isFalse();
        assertThat(progress.toPeerProgress(2).inflight()).isEqualTo(2);
        assertThat(progress.next()).isEqualTo(17);
    }

    @Test
    void nothingIsSentWhileASnapshotIsUnderWay() {
        Progress progress = awaitingSnapshot(20);
        assertThat(progress.isPaused()).isTrue();
        assertThat(progress.next()).isEqualTo(21);
        progress.heartbeatAcknowledged();
        assertThat(progress.isPaused()).isTrue();
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> progress.sentEntries(1, 1, LIMITS));
    }

    @Test
    void anAcknowledgementRaisesMatchAndNextAndNeverLowersThem() {
        Progress progress = probing();
        assertThat(progress.maybeUpdate(10)).isFalse();
        assertThat(progress.maybeUpdate(9)).isFalse();
        assertThat(progress.match()).isEqualTo(10);
        assertThat(progress.maybeUpdate(15)).isTrue();
        assertThat(progress.match()).isEqualTo(15);
        assertThat(progress.next()).isEqualTo(16);
    }

    @Test
    void aProbeThatIsAnsweredBeginsReplication() {
        Progress further = probing();
        assertThat(further.acknowledged(12, FIRST_INDEX)).isTrue();
        assertThat(further.state()).isEqualTo(ProgressState.REPLICATE);
        assertThat(further.next()).isEqualTo(13);

        Progress atMatch = probing();
        assertThat(atMatch.acknowledged(10, FIRST_INDEX)).isTrue();
        assertThat(atMatch.state()).isEqualTo(ProgressState.REPLICATE);

        Progress older = probing();
        assertThat(older.acknowledged(9, FIRST_INDEX)).isFalse();
        assertThat(older.state()).isEqualTo(ProgressState.PROBE);
        assertThat(replicating().acknowledged(10, FIRST_INDEX)).isFalse();
    }

    @Test
    void aPeerThatTheLogReachesAgainNeedsNoSnapshotAnyMore() {
        Progress progress = awaitingSnapshot(20);
        assertThat(progress.acknowledged(12, 14)).isTrue();
        assertThat(progress.state()).isEqualTo(ProgressState.SNAPSHOT);
        assertThat(progress.acknowledged(13, 14)).isTrue();
        assertThat(progress.state()).isEqualTo(ProgressState.REPLICATE);
        assertThat(progress.next()).isEqualTo(14);
        assertThat(progress.toPeerProgress(2).pendingSnapshot()).isZero();
    }

    @Test
    void aRejectedProbeGoesBackToTheHint() {
        Progress progress = probing();
        progress.maybeUpdate(10);
        progress.becomeReplicate();
        progress.sentEntries(9, 1, LIMITS);
        progress.becomeProbe();
        assertThat(progress.next()).isEqualTo(11);

        Progress far = new Progress(30, false, true);
        far.sentEntries(1, 1, LIMITS);
        assertThat(far.rejected(28, 5)).as("not the probe that is under way").isFalse();
        assertThat(far.isPaused()).isTrue();
        assertThat(far.rejected(29, 5)).isTrue();
        assertThat(far.next()).isEqualTo(6);
        assertThat(far.isPaused()).isFalse();
        assertThat(far.rejected(5, 9)).as("a hint never raises next").isTrue();
        assertThat(far.next()).isEqualTo(5);
        assertThat(far.rejected(4, 0)).isTrue();
        assertThat(far.next()).isEqualTo(1);
        assertThat(far.rejected(0, 0)).isTrue();
        assertThat(far.next()).as("nothing below match is in doubt").isEqualTo(1);
    }

    @Test
    void aRejectionEndsReplicationUnlessItIsOld() {
        Progress progress = replicating();
        progress.sentEntries(5, 1, LIMITS);
        assertThat(progress.rejected(10, 3)).isFalse();
        assertThat(progress.state()).isEqualTo(ProgressState.REPLICATE);
        assertThat(progress.rejected(11, 3)).isTrue();
        assertThat(progress.state()).isEqualTo(ProgressState.PROBE);
        assertThat(progress.next()).isEqualTo(11);
        assertThat(progress.toPeerProgress(2).inflight()).isZero();
    }

    @Test
    void aSnapshotThatArrivedOrFailedIsFollowedByAProbe() {
        Progress arrived = awaitingSnapshot(20);
        arrived.snapshotReported(false);
        assertThat(arrived.state()).isEqualTo(ProgressState.PROBE);
        assertThat(arrived.next()).isEqualTo(21);
        assertThat(arrived.isPaused()).isTrue();

        Progress failed = awaitingSnapshot(20);
        failed.snapshotReported(true);
        assertThat(failed.next()).isEqualTo(11);
        assertThat(failed.isPaused()).isTrue();

        Progress older = awaitingSnapshot(8);
        older.snapshotReported(false);
        assertThat(older.next()).isEqualTo(11);

        Progress none = replicating();
        none.snapshotReported(true);
        assertThat(none.state()).isEqualTo(ProgressState.REPLICATE);
        assertThat(none.isPaused()).isFalse();
    }

    @Test
    void anUnreachablePeerIsProbed() {
        Progress progress = replicating();
        progress.sentEntries(5, 1, LIMITS);
        progress.unreachable();
        assertThat(progress.state()).isEqualTo(ProgressState.PROBE);
        assertThat(progress.next()).isEqualTo(11);
        Progress snapshot = awaitingSnapshot(20);
        snapshot.unreachable();
        assertThat(snapshot.state()).isEqualTo(ProgressState.SNAPSHOT);
    }

    @Test
    void aCommitIndexIsWorthAMessageIfItWasNotSentAndCanMoveThePeers() {
        Progress progress = replicating();
        assertThat(progress.canBumpCommit(1)).isTrue();
        progress.sentCommit(5);
        assertThat(progress.canBumpCommit(5)).isFalse();
        assertThat(progress.canBumpCommit(6)).isTrue();
        progress.sentCommit(10);
        assertThat(progress.canBumpCommit(99))
                .as("the peer has nothing above 10")
                .isFalse();
        progress.sentEntries(1, 1, LIMITS);
        assertThat(progress.canBumpCommit(99)).isTrue();

        progress.sentCommit(11);
        assertThat(progress.canBumpCommit(11)).isFalse();
        // What was sent ahead is lost, and with it what it said of the commit index.
        progress.unreachable();
        progress.becomeReplicate();
        progress.sentEntries(1, 1, LIMITS);
        assertThat(progress.canBumpCommit(11)).isTrue();
        assertThat(awaitingSnapshot(20).canBumpCommit(20)).isFalse();
    }

    @Test
    void waitingForEntriesPausesUntilTheyAreThereOrTheStateChanges() {
        Progress progress = replicating();
        assertThat(progress.entriesFetched()).isFalse();
        progress.waitForEntries();
        assertThat(progress.isPaused()).isTrue();
        progress.heartbeatAcknowledged();
        assertThat(progress.isPaused()).isTrue();
        assertThat(progress.entriesFetched()).isTrue();
        assertThat(progress.isPaused()).isFalse();

        progress.waitForEntries();
        progress.becomeProbe();
        assertThat(progress.isPaused()).isFalse();
    }

    @Test
    void activityIsNotedUntilTheNextPeriod() {
        Progress progress = probing();
        progress.markInactive();
        assertThat(progress.isRecentActive()).isFalse();
        progress.markActive();
        assertThat(progress.isRecentActive()).isTrue();
    }

    @Test
    void whoBecomesALearnerKeepsItsProgress() {
        Progress voter = replicating();
        voter.sentEntries(2, 1, LIMITS);
        voter.sentCommit(12);
        voter.waitForEntries();
        assertThat(voter.asLearner(false)).isSameAs(voter);
        Progress learner = voter.asLearner(true);
        assertThat(learner.toPeerProgress(1))
                .isEqualTo(new PeerProgress(1, true, ProgressState.REPLICATE, 10, 13, 0, true, true, 1, 1, false));
        assertThat(learner.canBumpCommit(12)).isFalse();
        assertThat(learner.entriesFetched()).isTrue();
        assertThat(learner.isPaused()).isFalse();
        Progress paused = probing();
        paused.sentEntries(1, 1, LIMITS);
        assertThat(paused.asLearner(true).isPaused()).isTrue();
        assertThat(awaitingSnapshot(20).asLearner(true).toPeerProgress(1).pendingSnapshot())
                .isEqualTo(20);
    }

    /** P1, and what only one state has. */
    @Test
    void matchStaysBelowNextWhateverHappens() {
        Property.check(2_000, 1, random -> {
            InflightLimits limits = new InflightLimits(3, 50);
            Progress progress = new Progress(1 + random.nextInt(20), false, true);
            for (int i = 0; i < 60; i++) {
                long index = random.nextInt(40);
                switch (random.nextInt(9)) {
                    case 0, 1 -> progress.acknowledged(index, random.nextInt(40));
                    case 2, 3 ->
                        progress.rejected(random.nextBoolean() ? progress.next() - 1 : index, random.nextInt(40));
                    case 4 -> progress.heartbeatAcknowledged();
                    case 5 -> progress.snapshotReported(random.nextBoolean());
                    case 6 -> progress.unreachable();
                    case 7 -> progress.becomeSnapshot(progress.match() + 1 + index);
                    default -> {
                        if (!progress.isPaused() && !progress.isWindowFull()) {
                            progress.sentEntries(random.nextInt(4), random.nextInt(30), limits);
                        }
                    }
                }
                PeerProgress seen = progress.toPeerProgress(1);
                assertThat(seen.match()).as("%s", seen).isLessThan(seen.next());
                assertThat(seen.pendingSnapshot() != 0).isEqualTo(seen.state() == ProgressState.SNAPSHOT);
                assertThat(seen.inflight() == 0 || seen.state() == ProgressState.REPLICATE)
                        .isTrue();
            }
        });
    }
}
