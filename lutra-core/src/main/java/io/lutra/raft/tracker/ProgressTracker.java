package io.lutra.raft.tracker;

import io.lutra.raft.quorum.Ballots;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.VoteResult;
import org.jspecify.annotations.Nullable;

/** The configuration in force, the progress of its members, and the votes of an election under way. */
public final class ProgressTracker {
    /** The window of all members to whom nothing was sent yet. */
    private final Inflights nothingInFlight;

    /** Who has voted in the election under way, and who of these for this node. */
    private IdSet voted = IdSet.EMPTY;

    private IdSet granted = IdSet.EMPTY;
    private Configuration configuration = Configuration.EMPTY;
    private ProgressMap members = ProgressMap.EMPTY;

    /** Creates a tracker without members; the limits are those of each member's window. */
    public ProgressTracker(int maxInflight, long maxInflightBytes) {
        this(new Inflights(maxInflight, maxInflightBytes));
    }

    private ProgressTracker(Inflights nothingInFlight) {
        this.nothingInFlight = nothingInFlight;
    }

    /** Returns a tracker without members that has the same limits. */
    public ProgressTracker emptied() {
        return new ProgressTracker(nothingInFlight);
    }

    /** Puts a configuration in force. */
    public void switchTo(Configuration newConfiguration, ProgressMap newMembers) {
        configuration = newConfiguration;
        members = newMembers;
    }

    /** Returns the configuration in force. */
    public Configuration configuration() {
        return configuration;
    }

    /** Returns the members. */
    public ProgressMap members() {
        return members;
    }

    /** Returns the progress of a member, or null for anybody else. */
    public @Nullable Progress progress(long id) {
        return members.get(id);
    }

    /** Returns the progress of a new member, which is taken for active until it had time to answer. */
    public Progress newProgress(long lastIndex, boolean learner) {
        return new Progress(Math.max(lastIndex, 1), learner, true, nothingInFlight);
    }

    /** Forgets how far the members are; only {@code self} is known to have what is in its own log. */
    public void reset(long self, long lastIndex) {
        resetVotes();
        for (int i = 0; i < members.size(); i++) {
            members.progress(i).reset(lastIndex + 1, members.id(i) == self ? lastIndex : 0);
        }
    }

    /** Returns the largest index that is durable on a quorum. */
    public long committed() {
        return configuration.voters().committedIndex(this::match);
    }

    private long match(long id) {
        Progress progress = members.get(id);
        return progress == null ? 0 : progress.match();
    }

    /** Tells whether there is just one voter. */
    public boolean isSingleton() {
        return configuration.voters().incoming().voters().size() == 1
                && !configuration.voters().isJoint();
    }

    /** Tells whether a quorum was heard of since {@link #markInactive}. */
    public boolean isQuorumActive() {
        return configuration.voters().voteResult(this::activity) == VoteResult.WON;
    }

    private Ballots.Ballot activity(long id) {
        Progress progress = members.get(id);
        return progress != null && progress.isRecentActive() ? Ballots.Ballot.GRANTED : Ballots.Ballot.REJECTED;
    }

    /** Begins a new period in which all members but {@code self} have to be heard of. */
    public void markInactive(long self) {
        for (int i = 0; i < members.size(); i++) {
            if (members.id(i) != self) {
                members.progress(i).markInactive();
            }
        }
    }

    /** Begins an election. */
    public void resetVotes() {
        voted = IdSet.EMPTY;
        granted = IdSet.EMPTY;
    }

    /** Notes a vote; only the first of each id counts. */
    public void recordVote(long id, boolean inFavour) {
        if (!voted.contains(id)) {
            voted = voted.with(id);
            granted = inFavour ? granted.with(id) : granted;
        }
    }

    /** Tells where the election stands. */
    public VoteResult voteResult() {
        return configuration.voters().voteResult(this::ballot);
    }

    private Ballots.Ballot ballot(long id) {
        if (!voted.contains(id)) {
            return Ballots.Ballot.MISSING;
        }
        return granted.contains(id) ? Ballots.Ballot.GRANTED : Ballots.Ballot.REJECTED;
    }
}
