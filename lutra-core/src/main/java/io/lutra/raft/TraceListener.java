package io.lutra.raft;

import java.util.List;

/**
 * Is told what a node does, as it does it: for logs, counters and checkers. The core itself logs nothing.
 *
 * <p>Methods run on the thread that steps the node, inside it: they must be quick, must not call the node, and must not
 * throw.
 */
public interface TraceListener {
    /** Ignores everything. */
    TraceListener NONE = new TraceListener() {};

    /** The node became something, or learned of another leader. */
    default void roleChanged(StateType role, long term, long lead) {}

    /** A message was taken up, before anything was done about it. */
    default void received(Message message) {}

    /** A message was made; it leaves with a later Ready, or waits there for the storage. */
    default void sent(Message message) {}

    /**
     * The log holds these entries now, not yet durably. A follower may have had some of them before; from the first one
     * that it had otherwise, they replaced what it had.
     */
    default void appended(List<Entry> entries) {}

    /** The log was replaced by a snapshot, not yet durably. */
    default void restored(Snapshot snapshot) {}

    /** The commit index moved. */
    default void committed(long index) {}

    /** The membership changed: a change was applied, or a snapshot restored. */
    default void confChanged(ConfState confState) {}

    /** A leader put an empty entry in place of a membership change. */
    default void confChangeRefused(MembershipChange change, ConfChangeRefusal reason, long pendingIndex) {}

    /** A message was understood and left without effect. */
    default void ignored(Message message, IgnoreReason reason) {}

    /** A proposal was not taken. */
    default void proposalDropped(DropReason reason) {}

    /** A read-index request was not taken, or will not be answered. */
    default void readDropped(byte[] requestContext, DropReason reason) {}
}
