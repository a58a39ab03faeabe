package io.lutra.raft.confchange;

import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.InvalidConfChangeException.Reason;
import io.lutra.raft.Message;
import io.lutra.raft.quorum.IdSet;
import io.lutra.raft.quorum.JointConfig;
import io.lutra.raft.tracker.Configuration;
import io.lutra.raft.tracker.Progress;
import io.lutra.raft.tracker.ProgressMap;
import io.lutra.raft.tracker.ProgressTracker;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A configuration while it is changed. What is in force is not touched. */
final class Draft {
    private final ProgressTracker tracker;
    private final long lastIndex;
    private final SortedMap<Long, Progress> members = new TreeMap<>(Long::compareUnsigned);
    private IdSet incoming;
    private IdSet outgoing;
    private IdSet learners;
    private IdSet learnersNext;

    Draft(ProgressTracker tracker, long lastIndex) {
        this.tracker = tracker;
        this.lastIndex = lastIndex;
        Configuration now = tracker.configuration();
        incoming = now.voters().incoming();
        outgoing = now.voters().outgoing();
        learners = now.learners();
        learnersNext = now.learnersNext();
        ProgressMap present = tracker.members();
        for (int i = 0; i < present.size(); i++) {
            members.put(present.id(i), present.progress(i));
        }
    }

    IdSet incoming() {
        return incoming;
    }

    void keepOutgoing() {
        outgoing = incoming;
    }

    void dropOutgoing() {
        for (int i = 0; i < learnersNext.size(); i++) {
            long id = learnersNext.get(i);
            learners = learners.with(id);
            members.computeIfPresent(id, (same, progress) -> progress.asLearner(true));
        }
        learnersNext = IdSet.EMPTY;
        for (int i = 0; i < outgoing.size(); i++) {
            long id = outgoing.get(i);
            if (!incoming.contains(id) && !learners.contains(id)) {
                members.remove(id);
            }
        }
        outgoing = IdSet.EMPTY;
    }

    void apply(List<ConfChangeSingle> changes) {
        for (ConfChangeSingle change : changes) {
            long id = change.nodeId();
            if (id == 0) {
                // An application that rejects a change below Raft sets its id to 0 and applies it all the same.
                continue;
            }
            if (Message.isStorageThread(id)) {
                throw new InvalidConfChangeException(Reason.STORAGE_THREAD);
            }
            switch (change.type()) {
                case ADD_NODE -> makeVoter(id);
                case ADD_LEARNER_NODE -> makeLearner(id);
                case REMOVE_NODE -> remove(id);
                case UPDATE_NODE -> {}
                case UNRECOGNIZED -> throw new InvalidConfChangeException(Reason.UNKNOWN_TYPE);
            }
            // Ids are kept in short sets; a change that names very many must not keep the node busy.
            if (members.size() > InvalidConfChangeException.MAX_MEMBERS) {
                throw new InvalidConfChangeException(Reason.TOO_MANY_MEMBERS);
            }
        }
        if (incoming.isEmpty()) {
            throw new InvalidConfChangeException(Reason.REMOVED_ALL_VOTERS);
        }
    }

    private void makeVoter(long id) {
        Progress progress = members.get(id);
        members.put(id, progress == null ? tracker.newProgress(lastIndex, false) : progress.asLearner(false));
        learners = learners.without(id);
        learnersNext = learnersNext.without(id);
        incoming = incoming.with(id);
    }

    private void makeLearner(long id) {
        Progress progress = members.get(id);
        if (progress == null) {
            members.put(id, tracker.newProgress(lastIndex, true));
            learners = learners.with(id);
            return;
        }
        if (progress.isLearner()) {
            return;
        }
        remove(id);
        // Nobody may be voter and learner at once: an outgoing voter has to wait for the end of the joint change.
        if (outgoing.contains(id)) {
            learnersNext = learnersNext.with(id);
            members.put(id, progress);
        } else {
            learners = learners.with(id);
            members.put(id, progress.asLearner(true));
        }
    }

    private void remove(long id) {
        incoming = incoming.without(id);
        learners = learners.without(id);
        learnersNext = learnersNext.without(id);
        if (!outgoing.contains(id)) {
            members.remove(id);
        }
    }

    ChangedConfiguration finish(boolean autoLeave) {
        Configuration configuration =
                new Configuration(new JointConfig(incoming, outgoing), learners, learnersNext, autoLeave);
        check(configuration);
        return new ChangedConfiguration(configuration, ProgressMap.of(members));
    }

    /** Checks the invariants of {@link Configuration}: a state from outside may contradict itself. */
    private void check(Configuration configuration) {
        boolean consistent = true;
        for (int i = 0; i < learners.size(); i++) {
            consistent &= !configuration.voters().contains(learners.get(i)) && isMember(learners.get(i), true);
        }
        for (int i = 0; i < learnersNext.size(); i++) {
            consistent &= outgoing.contains(learnersNext.get(i)) && isMember(learnersNext.get(i), false);
        }
        IdSet voters = configuration.voters().ids();
        for (int i = 0; i < voters.size(); i++) {
            consistent &= members.containsKey(voters.get(i));
        }
        if (!consistent) {
            throw new InvalidConfChangeException(Reason.INCONSISTENT);
        }
    }

    private boolean isMember(long id, boolean learner) {
        Progress progress = members.get(id);
        return progress != null && progress.isLearner() == learner;
    }
}
