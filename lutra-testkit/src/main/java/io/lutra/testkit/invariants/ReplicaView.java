package io.lutra.testkit.invariants;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.StateType;

/**
 * One replica as the checkers see it: what its core has said it did, and what its disk has been asked to keep. The core's
 * own numbers are compared with it after every step.
 */
public final class ReplicaView {
    /** The replica. */
    public final long id;

    /** What is in memory: durable or not. */
    public final LogView log = new LogView();
    /** What is on disk, whatever happens. */
    public final LogView durable = new LogView();

    /** What it is; a replica that does not run is a follower. */
    public StateType role = StateType.FOLLOWER;
    /** Its term. */
    public long term;
    /** Whom it voted for in its term, 0 for nobody. */
    public long vote;
    /** Whom it takes for the leader of its term, 0 for nobody. */
    public long lead;
    /** Its commit index. */
    public long commit;
    /** What its state machine has applied. */
    public long applied;
    /** The last snapshot in this life that took its log's place, 0 if none did: it may not be stored yet. */
    public long restored;
    /** The last snapshot that its storage was given: what it covers need not be applied any more. */
    public long givenSnapshot;
    /** The hash of all that its state machine has applied. */
    public long appliedHash;
    /** The configuration that it has applied. */
    public Membership membership = Membership.NONE;

    /** Its durable term. */
    public long durableTerm;
    /** Its durable vote. */
    public long durableVote;
    /** The commit index with which it comes back at least. */
    public long durableCommit;

    /** A candidate's granted votes, or a pre-candidate's. */
    public long grants;
    /** What a leader has been told by each peer; by id. */
    public final long[] match = new long[64];
    /** How long the log was when it was elected. */
    public long lastAtElection;

    /** Creates the view of an empty replica. */
    public ReplicaView(long id) {
        this.id = id;
    }

    /** Returns the index of the last change of the membership in its log, 0 if none is known. */
    public long lastChange() {
        return log.lastChange(log.last());
    }

    /** Returns the members that have told a leader that they have everything up to an index. */
    public long matchedAt(long index) {
        long matched = 0;
        for (long rest = membership.members(); rest != 0; rest &= rest - 1) {
            int id = Long.numberOfTrailingZeros(rest);
            matched |= match[id] >= index ? 1L << id : 0;
        }
        return matched;
    }

    /** Tells whether the core's own numbers are those of this view. */
    public boolean agreesWith(BasicStatus status) {
        return status.term() == term
                && status.vote() == vote
                && status.lead() == lead
                && status.role() == role
                && status.commit() == commit
                && status.lastIndex() == log.last();
    }

    /** Takes the core's own numbers over, where a planted defect let it go another way. */
    public void accept(BasicStatus status) {
        term = status.term();
        vote = status.vote();
        lead = status.lead();
        role = status.role();
        commit = status.commit();
        log.truncateTo(status.lastIndex());
    }

    @Override
    public String toString() {
        return "replica " + id + " (" + role + " term " + term + " vote " + vote + " lead " + lead + " commit " + commit
                + " applied " + applied + " log " + log.base() + ".." + log.last() + "@" + log.lastTerm() + " durable "
                + durableTerm + "/" + durableVote + " .." + durable.last() + " " + membership + ")";
    }
}
