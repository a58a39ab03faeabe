package io.lutra.raft.confchange;

import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.ConfState;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.InvalidConfChangeException.Reason;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.tracker.ProgressTracker;
import java.util.List;

/**
 * Computes the configuration that a change leads to. It changes nothing: the result is put in force by
 * {@link ProgressTracker#switchTo}.
 */
public final class Changer {
    private final ProgressTracker tracker;
    private final long lastIndex;

    /**
     * Creates a changer of the configuration in force.
     *
     * @param lastIndex the last index of the log, where probing of new members begins
     */
    public Changer(ProgressTracker tracker, long lastIndex) {
        this.tracker = tracker;
        this.lastIndex = lastIndex;
    }

    /**
     * Returns what a change makes of a stored membership.
     *
     * @throws InvalidConfChangeException if it cannot be done, or the membership contradicts itself
     */
    public static ConfState changed(ConfState state, ConfChangeV2 change) {
        // Nobody asks for the members' progress.
        ProgressTracker tracker = new ProgressTracker();
        Restore.restore(tracker, 0, state);
        return new Changer(tracker, 0).change(change).configuration().toConfState();
    }

    /**
     * Does what a change says: leaves a joint configuration, enters one, or changes one voter.
     *
     * @throws InvalidConfChangeException if it cannot be done
     */
    public ChangedConfiguration change(ConfChangeV2 change) {
        if (change.leavesJoint()) {
            return leaveJoint();
        }
        return change.entersJoint() ? enterJoint(change.autoLeave(), change.changes()) : simple(change.changes());
    }

    /**
     * Makes changes that add or remove one voter at most. Thesis §4.1: any majority of the old configuration and any of
     * the new one have a voter in common.
     */
    public ChangedConfiguration simple(List<ConfChangeSingle> changes) {
        if (tracker.configuration().voters().isJoint()) {
            throw new InvalidConfChangeException(Reason.SIMPLE_IN_JOINT);
        }
        Draft draft = draft();
        draft.apply(changes);
        IdSet before = tracker.configuration().voters().incoming();
        if (before.differences(draft.incoming()) > 1) {
            throw new InvalidConfChangeException(Reason.MORE_THAN_ONE_VOTER);
        }
        return draft.finish(false);
    }

    /** Makes the present voters the outgoing half, and the changes to the incoming one. Thesis §4.3. */
    public ChangedConfiguration enterJoint(boolean autoLeave, List<ConfChangeSingle> changes) {
        if (tracker.configuration().voters().isJoint()) {
            throw new InvalidConfChangeException(Reason.ALREADY_JOINT);
        }
        if (tracker.configuration().voters().incoming().isEmpty()) {
            throw new InvalidConfChangeException(Reason.ZERO_VOTER_JOINT);
        }
        Draft draft = draft();
        draft.keepOutgoing();
        draft.apply(changes);
        return draft.finish(autoLeave);
    }

    /** Drops the outgoing half; outgoing voters that were to learn become learners. */
    public ChangedConfiguration leaveJoint() {
        if (!tracker.configuration().voters().isJoint()) {
            throw new InvalidConfChangeException(Reason.NOT_JOINT);
        }
        Draft draft = draft();
        draft.dropOutgoing();
        return draft.finish(false);
    }

    private Draft draft() {
        return new Draft(tracker, lastIndex);
    }
}
