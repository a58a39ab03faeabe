package io.lutra.raft.quorum;

/**
 * Two sets of voters, both of which have to agree. Thesis §4.3. Outside a joint change the outgoing one is empty.
 *
 * @param incoming the voters of the new configuration
 * @param outgoing the voters of the old one
 */
public record JointConfig(IdSet incoming, IdSet outgoing) {
    /** No voters at all. */
    public static final JointConfig EMPTY = new JointConfig(IdSet.EMPTY, IdSet.EMPTY);

    /** Tells whether a joint change is under way. */
    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /** Returns the voters of both halves. */
    public IdSet ids() {
        return incoming.union(outgoing);
    }

    /** Tells whether an id is a voter of either half. */
    public boolean contains(long id) {
        return incoming.contains(id) || outgoing.contains(id);
    }

    /** Returns the largest index that a majority of each half has acknowledged. */
    public long committedIndex(AckedIndexer acks) {
        // An empty half has acknowledged everything, so that the other one decides.
        if (!isJoint()) {
            return Majority.committedIndex(incoming, acks);
        }
        if (incoming.isEmpty()) {
            return Majority.committedIndex(outgoing, acks);
        }
        long inIncoming = Majority.committedIndex(incoming, acks);
        long inOutgoing = Majority.committedIndex(outgoing, acks);
        return Long.compareUnsigned(inIncoming, inOutgoing) < 0 ? inIncoming : inOutgoing;
    }

    /** Tells where a vote stands: it is won if both halves are, lost if one of them is. */
    public VoteResult voteResult(Ballots ballots) {
        VoteResult inIncoming = Majority.voteResult(incoming, ballots);
        VoteResult inOutgoing = Majority.voteResult(outgoing, ballots);
        if (inIncoming == inOutgoing) {
            return inIncoming;
        }
        boolean lost = inIncoming == VoteResult.LOST || inOutgoing == VoteResult.LOST;
        return lost ? VoteResult.LOST : VoteResult.PENDING;
    }

    @Override
    public String toString() {
        return isJoint() ? incoming + "&&" + outgoing : incoming.toString();
    }
}
