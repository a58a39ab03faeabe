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
     * @throws InvalidConfChangeException if the stored membership contradicts itself
     */
    public static void restore(ProgressTracker tracker, long lastIndex, ConfState state) {
        replay(tracker, lastIndex, state);
        if (!tracker.configuration().toConfState().isEquivalentTo(state)) {
            throw new InvalidConfChangeException(Reason.INCONSISTENT);
        }
    }

    /** The same without the last check, as etcd's {@code confchange.Restore}. */
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
        for (ConfChangeSingle change : changes) {
            put(tracker, new Changer(tracker, lastIndex).simple(List.of(change)));
        }
    }

    private static void put(ProgressTracker tracker, ChangedConfiguration changed) {
        tracker.switchTo(changed.configuration(), changed.members());
    }
}
