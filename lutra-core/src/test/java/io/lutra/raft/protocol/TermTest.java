package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.StateType;
import org.junit.jupiter.api.Test;

/** How terms get from one node to another. Paper §5.1, thesis §9.6. */
class TermTest {
    @Test
    void countsNoPreVoteThatWasGrantedForATermThatHasBegunMeanwhile() {
        TestNode candidate = node(1).voters(1L, 2L, 3L)
                .log(1, 1)
                .term(4)
                .with(config -> config.preVote(true))
                .start();
        candidate.raw.campaign();
        candidate.settle();

        // Granted when this node, in term 3, asked about term 4.
        candidate.raw.step(Message.preVoteResponse(2, 1, 4, false));
        candidate.settle();
        assertThat(candidate.status().role()).isEqualTo(StateType.PRE_CANDIDATE);

        candidate.raw.step(Message.preVoteResponse(2, 1, 5, false));
        candidate.settle();
        assertThat(candidate.status().role()).isEqualTo(StateType.CANDIDATE);
    }

    @Test
    void aCandidateOfALowerTermIsToldTheTermSinceItWouldCampaignOnceForEach() {
        TestNode voter = node(1).voters(1L, 2L, 3L).log(1, 1).term(9).start();

        voter.raw.step(Message.vote(2, 1, 4, 1, 2, new byte[0]));
        voter.settle();

        Message told = voter.takeOne(MessageType.VOTE_RESP);
        assertThat(told.term()).isEqualTo(9);
        assertThat(told.reject()).isTrue();
        assertThat(voter.status().vote()).isZero();
    }

    @Test
    void aCandidateThatLacksEntriesDoesNotHoldUpTheOneThatHasThem() {
        TestNode upToDate = node(1).voters(1L, 2L, 3L).log(1, 2).term(2).start();
        upToDate.ticks(TestNode.TIMEOUT - 1);

        upToDate.raw.step(Message.vote(2, 1, 9, 1, 1, new byte[0]));
        upToDate.settle();
        assertThat(upToDate.status().term()).isEqualTo(9);

        upToDate.ticks(1);
        assertThat(upToDate.status().role()).isEqualTo(StateType.CANDIDATE);
        assertThat(upToDate.status().term()).isEqualTo(10);
    }

    @Test
    void aLearnerOfAHigherTermTellsItsLeaderSinceItWillNeverCampaign() {
        TestNode learner = node(3).voters(1L, 2L).learners(3L).log(1, 1).term(4).start();

        learner.raw.step(Message.heartbeat(1, 3, 2, 0, new byte[0]));
        learner.settle();

        Message told = learner.takeOne(MessageType.APP_RESP);
        assertThat(told.term()).isEqualTo(4);
        assertThat(told.index()).isZero();
    }
}
