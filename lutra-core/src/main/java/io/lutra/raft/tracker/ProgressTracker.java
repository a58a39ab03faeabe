package io.lutra.raft.tracker;

import io.lutra.raft.quorum.Ballots;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.VoteResult;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force and the progress of its members.
 *
 * <p>Only a leader tracks its members. What the others know of them follows from the last {@link #reset}: it is made when
 * somebody asks, and not kept. That is 190 bytes less for an idle follower of three.
 */
public final class ProgressTracker {
    private Configuration configuration = Configuration.EMPTY;
    /** Null if nothing has become known since the last reset. */
    private @Nullable ProgressMap members = ProgressMap.EMPTY;

    /** This node, and the last index of its log, at the last reset. */
    private long self;

    private long lastIndex;

    /** Creates a tracker without members. */
    public ProgressTracker() {}

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
        ProgressMap map = ProgressMap.of(
                voters.union(configuration.learners()), id -> new Progress(lastIndex + 1, !voters.contains(id), false));
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
        return new Progress(Math.max(probeFrom, 1), learner, true);
    }

    /** Forgets how far the members are; only {@code self} is known to have what is in its own log. */
    public void reset(long nodeId, long lastIndexOfLog) {
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
        return configuration.voters().incoming().size() == 1
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
}
