package io.lutra.raft.confchange;

import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfState;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.InvalidConfChangeException.Reason;
import io.lutra.raft.tracker.ProgressTracker;
import java.util.ArrayList;
import java.util.List;

/** Rebuilds a configuration from the form in which it is stored, by the changes that lead to it. */
public final class Restore {
    private Restore() {}

    /**
     * Puts a stored membership in force on a tracker that has no members.
     *
     * @throws InvalidConfChangeException if the stored membership contradicts itself, names an id twice in a list, or more
     *     members than a group may have
     */
    public static void restore(ProgressTracker tracker, long lastIndex, ConfState state) {
        // First: a peer's list is as long as it likes. Each member is named once, and once more if it votes in the
        // outgoing
        // half.
        if (size(state) > 2 * InvalidConfChangeException.MAX_MEMBERS) {
            throw new InvalidConfChangeException(Reason.TOO_MANY_MEMBERS);
        }
        replay(tracker, lastIndex, state);
        if (!tracker.configuration().toConfState().isEquivalentTo(state)) {
            throw new InvalidConfChangeException(Reason.INCONSISTENT);
        }
    }

    private static int size(ConfState state) {
        return state.voters().size()
                + state.learners().size()
                + state.votersOutgoing().size()
                + state.learnersNext().size();
    }

    /** The same without a check, as etcd's {@code confchange.Restore}. */
    static void replay(ProgressTracker tracker, long lastIndex, ConfState state) {
        List<ConfChangeSingle> incoming = new ArrayList<>();
        add(incoming, ConfChangeType.REMOVE_NODE, state.votersOutgoing());
        add(incoming, ConfChangeType.ADD_NODE, state.voters());
        add(incoming, ConfChangeType.ADD_LEARNER_NODE, state.learners());
        add(incoming, ConfChangeType.ADD_LEARNER_NODE, state.learnersNext());
        if (state.votersOutgoing().isEmpty()) {
            simple(tracker, lastIndex, incoming);
            return;
        }
        List<ConfChangeSingle> outgoing = new ArrayList<>();
        add(outgoing, ConfChangeType.ADD_NODE, state.votersOutgoing());
        simple(tracker, lastIndex, outgoing);
        put(tracker, new Changer(tracker, lastIndex).enterJoint(state.autoLeave(), incoming));
    }

    private static void add(List<ConfChangeSingle> changes, ConfChangeType type, List<Long> ids) {
        ids.forEach(id -> changes.add(ConfChangeSingle.of(type, id)));
    }

    private static void simple(ProgressTracker tracker, long lastIndex, List<ConfChangeSingle> changes) {
        Draft draft = new Draft(tracker, lastIndex);
        for (ConfChangeSingle change : changes) {
            // By itself, a change of one voter at most.
            draft.apply(List.of(change));
        }
        put(tracker, draft.finish(false));
    }

    private static void put(ProgressTracker tracker, ChangedConfiguration changed) {
        tracker.switchTo(changed.configuration(), changed.members());
    }
}
