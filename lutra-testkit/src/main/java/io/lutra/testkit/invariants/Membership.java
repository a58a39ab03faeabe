package io.lutra.testkit.invariants;

import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.ConfState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who votes and who learns, as sets of bits: replica ids are below 64. Thesis §4.
 *
 * @param voters the voters of the incoming half, or of the only one
 * @param outgoing the voters of the outgoing half, none unless the configuration is joint
 * @param learners those who learn
 * @param learnersNext the outgoing voters who learn once the joint configuration is left
 * @param autoLeave whether a joint configuration is left by itself
 */
public record Membership(long voters, long outgoing, long learners, long learnersNext, boolean autoLeave) {
    /** Nobody. */
    public static final Membership NONE = new Membership(0, 0, 0, 0, false);

    /** Returns the bit of a replica. */
    public static long bit(long id) {
        if (id < 1 || id > 63) {
            throw new IllegalArgumentException("not a replica id of a simulation: " + id);
        }
        return 1L << id;
    }

    /** Returns a stored configuration. */
    public static Membership of(ConfState state) {
        return new Membership(
                bits(state.voters()),
                bits(state.votersOutgoing()),
                bits(state.learners()),
                bits(state.learnersNext()),
                state.autoLeave());
    }

    private static long bits(List<Long> ids) {
        long bits = 0;
        for (long id : ids) {
            bits |= bit(id);
        }
        return bits;
    }

    /** Tells whether a joint change is under way. */
    public boolean isJoint() {
        return outgoing != 0;
    }

    /** Tells whether a replica votes in either half. */
    public boolean isVoter(long id) {
        return ((voters | outgoing) >>> id & 1) == 1;
    }

    /** Tells whether a replica votes or learns. */
    public boolean isMember(long id) {
        return (members() >>> id & 1) == 1;
    }

    /** Returns all who vote or learn. */
    public long members() {
        return voters | outgoing | learners;
    }

    /** Tells whether a set of replicas holds a majority of each half. */
    public boolean isQuorum(long replicas) {
        return isMajority(replicas, voters) && (outgoing == 0 || isMajority(replicas, outgoing));
    }

    private static boolean isMajority(long replicas, long of) {
        return 2 * Long.bitCount(replicas & of) > Long.bitCount(of);
    }

    /**
     * Returns what a change makes of this, or null if the change does not fit. Thesis §4.1 for one voter at a time, §4.3
     * for joint changes.
     */
    public @Nullable Membership after(ConfChangeV2 change) {
        if (change.leavesJoint()) {
            return isJoint() ? new Membership(voters, 0, learners | learnersNext, 0, false) : null;
        }
        if (isJoint()) {
            return null;
        }
        boolean joint = change.entersJoint();
        long old = joint ? voters : 0;
        Membership next = new Membership(voters, old, learners, 0, joint && change.autoLeave());
        for (ConfChangeSingle single : change.changes()) {
            next = next.after(single);
        }
        boolean fits = next.voters != 0 && (joint || Long.bitCount(voters ^ next.voters) <= 1);
        return fits ? next : null;
    }

    private Membership after(ConfChangeSingle change) {
        if (change.nodeId() == 0) {
            return this;
        }
        long bit = bit(change.nodeId());
        return switch (change.type()) {
            case ADD_NODE -> new Membership(voters | bit, outgoing, learners & ~bit, learnersNext & ~bit, autoLeave);
            case REMOVE_NODE ->
                new Membership(voters & ~bit, outgoing, learners & ~bit, learnersNext & ~bit, autoLeave);
            case ADD_LEARNER_NODE -> {
                boolean waits = (outgoing & bit) != 0;
                yield new Membership(
                        voters & ~bit,
                        outgoing,
                        waits ? learners : learners | bit,
                        waits ? learnersNext | bit : learnersNext,
                        autoLeave);
            }
            default -> this;
        };
    }

    /** Tells whether any quorum of this and any of the next configuration have a voter in common. */
    public boolean intersects(Membership next) {
        return overlap(voters, next.voters)
                || (isJoint() && overlap(outgoing, next.voters))
                || (next.isJoint() && overlap(voters, next.outgoing));
    }

    private static boolean overlap(long one, long other) {
        return Long.bitCount(one ^ other) <= 1;
    }

    @Override
    public String toString() {
        return "voters=" + ids(voters)
                + (outgoing == 0 ? "" : " outgoing=" + ids(outgoing))
                + (learners == 0 ? "" : " learners=" + ids(learners))
                + (learnersNext == 0 ? "" : " learnersNext=" + ids(learnersNext))
                + (autoLeave ? " autoLeave" : "");
    }

    private static String ids(long bits) {
        StringBuilder out = new StringBuilder("(");
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            out.append(out.length() == 1 ? "" : " ").append(Long.numberOfTrailingZeros(rest));
        }
        return out.append(')').toString();
    }
}
