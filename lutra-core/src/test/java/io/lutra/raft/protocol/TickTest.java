package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.StateType;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time is what the caller says it is: several ticks at once, late ticks after a pause, and none while nothing is due. */
class TickTest {
    private static final byte[] NOTHING = {};
    private static final int ROUNDS = 3_000;

    @Test
    void nothingHappensBeforeItIsDue() {
        long seed = 20_261_124;
        for (int round = 0; round < ROUNDS; round++) {
            SplittableRandom random = new SplittableRandom(seed + round);
            TestNode idle = idle(random);
            int due = idle.raw.ticksUntilDue();
            int ticks = due == RawNode.NEVER ? 1_000 : due;
            int first = 1;
            for (idle.raw.tick(); !idle.raw.hasReady() && first < ticks; first++) {
                idle.raw.tick();
            }
            String repeat = "seed " + (seed + round) + ", " + idle;
            assertThat(first).as(repeat).isEqualTo(ticks);
            assertThat(idle.raw.hasReady()).as(repeat).isEqualTo(due != RawNode.NEVER);
        }
    }

    @Test
    void severalTicksAtOnceAreSoManySingleOnesUntilOneIsDue() {
        long seed = 7_000_000;
        for (int round = 0; round < ROUNDS; round++) {
            TestNode single = idle(new SplittableRandom(seed + round));
            TestNode atOnce = idle(new SplittableRandom(seed + round));
            int due = Math.min(1_000, single.raw.ticksUntilDue());
            int ticks = new SplittableRandom(round).nextInt(due + 1);
            for (int i = 0; i < ticks; i++) {
                single.raw.tick();
            }
            atOnce.raw.tick(ticks);

            String repeat = "seed " + (seed + round);
            assertThat(atOnce.raw.ticksUntilDue()).as(repeat).isEqualTo(single.raw.ticksUntilDue());
            assertThat(atOnce.status()).as(repeat).isEqualTo(single.status());
            assertThat(atOnce.take()).as(repeat).isEqualTo(single.take());
        }
    }

    /** A follower, a leader, a learner or a stranger, some time after the last thing happened. */
    private static TestNode idle(SplittableRandom random) {
        int heartbeatTick = 1 + random.nextInt(5);
        int electionTick = heartbeatTick + 1 + random.nextInt(20);
        int jitter = random.nextInt(electionTick);
        TestNode.Builder builder = node(1).with(o ->
                o.electionTick(electionTick).heartbeatTick(heartbeatTick).electionJitter((id, term, ticks) -> jitter));
        int elapsed = random.nextInt(3 * electionTick);
        TestNode idle = switch (random.nextInt(4)) {
            case 0 -> builder.voters(1L, 2L, 3L).start();
            case 1 -> builder.voters(1L, 2L, 3L).lead();
            case 2 -> builder.voters(2L, 3L).learners(1L).start();
            default -> builder.voters(2L, 3L).start();
        };
        if (idle.role() == StateType.FOLLOWER) {
            idle.deliver(Message.heartbeat(2, 1, 1, 0, NOTHING));
        }
        idle.ticks(Math.min(elapsed, idle.raw.ticksUntilDue() - 1));
        idle.take();
        return idle;
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 20, 100, 1_000_000, Integer.MAX_VALUE})
    void aPausedLeaderSendsOneHeartbeatAndKeepsItsOffice(int pause) {
        TestNode leader =
                node(1).voters(1L, 2L, 3L).with(o -> o.checkQuorum(true)).lead();
        leader.raw.tick(pause);

        assertThat(leader.take(MessageType.HEARTBEAT)).hasSize(2);
        assertThat(leader.role()).isEqualTo(StateType.LEADER);
    }

    @Test
    void aLeaderThatNobodyAnswersAfterAPauseStepsDown() {
        TestNode leader =
                node(1).voters(1L, 2L, 3L).with(o -> o.checkQuorum(true)).lead();
        leader.raw.tick(1_000);
        leader.ticks(2 * TestNode.TIMEOUT);
        assertThat(leader.role()).isEqualTo(StateType.FOLLOWER);
    }

    /** The heartbeats of the pause waited in its inbox: it takes them up first, and then hears how long it was away. */
    @ParameterizedTest
    @ValueSource(ints = {11, 20, 100, Integer.MAX_VALUE})
    void aPausedFollowerThatTakesUpItsMessagesFirstDoesNotCampaign(int pause) {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.deliver(Message.heartbeat(2, 1, 1, 0, NOTHING));
        follower.raw.tick(pause);
        assertThat(follower.role()).isEqualTo(StateType.FOLLOWER);
        assertThat(follower.raw.ticksUntilDue()).isEqualTo(1);
    }

    @Test
    void aPausedFollowerWithoutALeaderCampaignsOnce() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();
        follower.ticks(5);
        follower.raw.tick(1_000);
        assertThat(follower.term()).isEqualTo(1);
        assertThat(follower.take(MessageType.VOTE)).hasSize(2);
    }

    @Test
    void aLearnersClockNeverOverflows() {
        TestNode learner = node(1).voters(2L, 3L).learners(1L).start();
        for (int i = 0; i < 5; i++) {
            learner.raw.tick(Integer.MAX_VALUE);
        }
        assertThat(learner.raw.ticksUntilDue()).isEqualTo(RawNode.NEVER);
        learner.raw.applyConfChange(ConfChange.of(ConfChangeType.ADD_NODE, 1));
        assertThat(learner.raw.ticksUntilDue()).isEqualTo(1);
        learner.raw.tick();
        assertThat(learner.role()).isEqualTo(StateType.CANDIDATE);
    }

    @Test
    void aTransferThatTakesTooLongEndsWithAnElectionTimeout() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        leader.raw.transferLeader(2);
        leader.ticks(TestNode.TIMEOUT - 1);
        assertThat(leader.raw.propose(bytes("x")).isDropped()).isTrue();
        leader.ticks(1);
        assertThat(leader.raw.propose(bytes("x")).isDropped()).isFalse();
    }
}
