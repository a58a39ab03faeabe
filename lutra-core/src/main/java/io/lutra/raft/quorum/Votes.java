package io.lutra.raft.quorum;

/** The votes of an election under way: who has voted, and who in favour. Only the first of each id counts. */
public final class Votes {
    private IdSet voted = IdSet.EMPTY;
    private IdSet granted = IdSet.EMPTY;

    /** Notes a vote, unless its giver has voted before. */
    public void record(long id, boolean inFavour) {
        if (!voted.contains(id)) {
            voted = voted.with(id);
            granted = inFavour ? granted.with(id) : granted;
        }
    }

    /** Tells where the election stands. */
    public VoteResult result(JointConfig voters) {
        return voters.voteResult(this::ballot);
    }

    private Ballots.Ballot ballot(long id) {
        if (!voted.contains(id)) {
            return Ballots.Ballot.MISSING;
        }
        return granted.contains(id) ? Ballots.Ballot.GRANTED : Ballots.Ballot.REJECTED;
    }
}
