package io.lutra.raft.protocol;

import io.lutra.raft.ConfChangeRefusal;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.confchange.Changer;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a leader takes a membership change: one at a time. Thesis §4.1, §4.3.
 *
 * <p>Invariant C1: a change is appended only when everything up to {@link #pendingIndex} is applied here, so that the
 * configuration it is checked against is the one it will be applied to.
 */
final class ConfChangeGate {
    private final Raft raft;
    private long pendingIndex;

    /**
     * Creates the gate of a new leader.
     *
     * @param pendingIndex the last index of its log: any entry may be a change, and to look would take too long
     */
    ConfChangeGate(Raft raft, long pendingIndex) {
        this.raft = raft;
        this.pendingIndex = pendingIndex;
    }

    /** Returns the index up to which a change may be waiting to be applied. */
    long pendingIndex() {
        return pendingIndex;
    }

    /** Notes that a change is appended at an index. */
    void admit(long index) {
        pendingIndex = index;
    }

    /**
     * Takes back what was admitted since: the batch was dropped. In etcd's raft a dropped change stays pending, so that
     * those after it are refused until something else is applied there.
     */
    void takeBackTo(long index) {
        if (!raft.options().unsafeAsEtcd()) {
            pendingIndex = index;
        }
    }

    /** Returns why a change is refused, or null. */
    @Nullable
    ConfChangeRefusal refusal(MembershipChange change) {
        if (raft.options().disableConfChangeValidation()) {
            return null;
        }
        boolean joint = raft.tracker().configuration().voters().isJoint();
        boolean leaves = change.asV2().changes().isEmpty();
        if (pendingIndex > raft.log().applied()) {
            return ConfChangeRefusal.PENDING;
        }
        if (joint && !leaves) {
            return ConfChangeRefusal.ALREADY_JOINT;
        }
        if (!joint && leaves) {
            return ConfChangeRefusal.NOT_JOINT;
        }
        boolean applicable = raft.options().unsafeAsEtcd() || isApplicable(change.asV2());
        return applicable ? null : ConfChangeRefusal.INVALID;
    }

    /** Tries the change out: what cannot be applied must not be committed, or it would stop every member. */
    private boolean isApplicable(ConfChangeV2 change) {
        if (change.transition() == ConfChangeTransition.UNRECOGNIZED) {
            return false;
        }
        try {
            new Changer(raft.tracker(), raft.log().lastIndex()).change(change);
            return true;
        } catch (InvalidConfChangeException e) {
            return false;
        }
    }
}
