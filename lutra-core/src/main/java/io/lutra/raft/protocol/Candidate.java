package io.lutra.raft.protocol;

import io.lutra.raft.DropReason;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import io.lutra.raft.log.RaftLog;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.Votes;

/**
 * A node that campaigns: as a pre-candidate it asks whether it could win the next term, as a candidate it asks for votes
 * in a term that has begun. Paper §5.2, thesis §9.6.
 */
final class Candidate extends Role {
    private final Raft raft;
    private final boolean pre;
    private final Votes votes = new Votes();

    Candidate(Raft raft, boolean pre) {
        this.raft = raft;
        this.pre = pre;
    }

    @Override
    StateType type() {
        return pre ? StateType.PRE_CANDIDATE : StateType.CANDIDATE;
    }

    /** Asks every voter of either half, the node itself included: its own vote counts once it is durable. */
    void askForVotes(CampaignType campaign) {
        long self = raft.id();
        long term = pre ? raft.term() + 1 : raft.term();
        RaftLog log = raft.log();
        IdSet voters = raft.tracker().configuration().voters().ids();
        for (int i = 0; i < voters.size(); i++) {
            long to = voters.get(i);
            if (to == self) {
                raft.send(
                        pre
                                ? Message.preVoteResponse(self, self, term, false)
                                : Message.voteResponse(self, self, term, false));
            } else if (pre) {
                raft.send(Message.preVote(self, to, term, log.lastTerm(), log.lastIndex()));
            } else {
                raft.send(Message.vote(self, to, term, log.lastTerm(), log.lastIndex(), campaign.voteContext()));
            }
        }
    }

    @Override
    StepResult step(Message m) {
        switch (m.type()) {
            case PROP -> {
                return result(propose(new ProposalBatch.Forwarded(m.entries())));
            }
            case APP, HEARTBEAT, SNAP -> onLeaderElected(m);
            case VOTE_RESP, PRE_VOTE_RESP -> onVoteResponse(m);
            case READ_INDEX -> readIndex(m);
            default -> raft.ignore(m, IgnoreReason.ROLE);
        }
        return StepResult.STEPPED;
    }

    /** Paper §5.2: somebody else won this term. */
    private void onLeaderElected(Message m) {
        raft.becomeFollower(m.term(), m.from());
        raft.role().step(m);
    }

    private void onVoteResponse(Message m) {
        // A candidate may still get answers to its pre-votes: they do not count here.
        MessageType awaited = pre ? MessageType.PRE_VOTE_RESP : MessageType.VOTE_RESP;
        if (m.type() != awaited) {
            raft.ignore(m, IgnoreReason.ROLE);
            return;
        }
        boolean stale = pre && !m.reject() && m.term() != raft.term() + 1;
        if (stale && !raft.options().unsafeAsEtcd()) {
            // It was granted for a term that has begun meanwhile: it does not say that the next one could be won.
            raft.ignore(m, IgnoreReason.LOWER_TERM);
            return;
        }
        votes.record(m.from(), !m.reject());
        switch (votes.result(raft.tracker().configuration().voters())) {
            case WON -> onWon();
            case LOST -> raft.becomeFollower(raft.term(), Raft.NONE);
            case PENDING -> {}
        }
    }

    private void onWon() {
        if (pre) {
            raft.startElection(CampaignType.ELECTION);
        } else {
            raft.becomeLeader();
        }
    }

    @Override
    ProposalResult propose(ProposalBatch batch) {
        return raft.dropProposal(DropReason.NO_LEADER);
    }

    @Override
    DropReason readIndex(Message request) {
        return Reads.drop(raft, request, DropReason.NO_LEADER);
    }

    @Override
    void tick(int ticks) {
        raft.tickElection(ticks);
    }

    @Override
    int ticksUntilDue() {
        return raft.ticksUntilElection();
    }
}
