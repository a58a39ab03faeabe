package io.lutra.raft.tracker;

import io.lutra.raft.quorum.Ballots;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.VoteResult;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force, the progress of its members, and the votes of an election under way.
 *
 * <p>Only a leader tracks its members. What the others know of them follows from the last {@link #reset}: it is made when
 * somebody asks, and not kept. That is 190 bytes less for an idle follower of three.
 */
public final class ProgressTracker {
    private final int maxInflight;
    private final long maxInflightBytes;

    /** Who has voted in the election under way, and who of these for this node. */
    private IdSet voted = IdSet.EMPTY;

    private IdSet granted = IdSet.EMPTY;
    private Configuration configuration = Configuration.EMPTY;
    /** Null if nothing has become known since the last reset. */
    private @Nullable ProgressMap members = ProgressMap.EMPTY;

    /** This node, and the last index of its log, at the last reset. */
    private long self;

    private long lastIndex;

    /** Creates a tracker without members; the limits are those of each member's window. */
    public ProgressTracker(int maxInflight, long maxInflightBytes) {
        this.maxInflight = maxInflight;
        this.maxInflightBytes = maxInflightBytes;
    }

    /** Returns a tracker without members that has the same limits. */
    public ProgressTracker emptied() {
        return new ProgressTracker(maxInflight, maxInflightBytes);
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

    /** Returns the members. Only after {@link #track} may their progress be changed. */
    public ProgressMap members() {
        return members == null ? afterReset() : members;
    }

    private ProgressMap afterReset() {
        IdSet voters = configuration.voters().ids();
        Inflights window = nothingInFlight();
        ProgressMap map = ProgressMap.of(
                voters.union(configuration.learners()),
                id -> new Progress(lastIndex + 1, !voters.contains(id), false, window));
        Progress own = map.get(self);
        if (own != null) {
            own.maybeUpdate(lastIndex);
        }
        return map;
    }

    /** Returns the progress of a member, or null for anybody else. */
    public @Nullable Progress progress(long id) {
        return members().get(id);
    }

    /** Returns the progress of a new member, which is taken for active until it had time to answer. */
    public Progress newProgress(long probeFrom, boolean learner) {
        return new Progress(Math.max(probeFrom, 1), learner, true, nothingInFlight());
    }

    /** Forgets votes, and how far the members are; only {@code self} is known to have what is in its own log. */
    public void reset(long nodeId, long lastIndexOfLog) {
        resetVotes();
        members = null;
        self = nodeId;
        lastIndex = lastIndexOfLog;
    }

    /** Begins to keep what becomes known of the members. */
    public void track() {
        members = members();
        Progress own = members.get(self);
        if (own != null) {
            own.becomeReplicate();
            own.markActive();
        }
    }

    /** Returns the window of members to whom nothing was sent yet: they may share it. */
    private Inflights nothingInFlight() {
        return new Inflights(maxInflight, maxInflightBytes);
    }

    /** Returns the largest index that is durable on a quorum. */
    public long committed() {
        return configuration.voters().committedIndex(this::match);
    }

    private long match(long id) {
        Progress progress = progress(id);
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
        Progress progress = progress(id);
        return progress != null && progress.isRecentActive() ? Ballots.Ballot.GRANTED : Ballots.Ballot.REJECTED;
    }

    /** Begins a new period in which all members but this node have to be heard of. */
    public void markInactive() {
        ProgressMap tracked = members();
        for (int i = 0; i < tracked.size(); i++) {
            if (tracked.id(i) != self) {
                tracked.progress(i).markInactive();
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
