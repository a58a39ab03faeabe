package io.lutra.raft;

import java.time.Duration;

/**
 * One member of a group, and the only thing its application talks to. It has no thread, disk or network of its own.
 *
 * <p>The application does four things, each from any thread it likes:
 *
 * <ul>
 *   <li>calls {@link #tick} at a steady pace;
 *   <li>passes what peers sent to {@link #step(byte[])};
 *   <li>proposes what it wants replicated;
 *   <li>takes every {@link Ready}: appends its {@link Ready#entries entries} to the storage, sends its
 *       {@link Ready#messages messages}, applies its {@link Ready#committedEntries committed entries} (those that change the
 *       membership by {@link #applyConfChange} too), and calls {@link #advance}.
 * </ul>
 *
 * <p>In this order such a program is safe with nothing else: what it does not see, the node itself stores before it hands
 * out the Ready that depends on it. That is term, vote and commit index, and the snapshots that a leader sends.
 *
 * <p><b>Gaps.</b> A state machine starts empty, also after a restart, and gets the committed entries in order. When the first
 * of them does not follow the last one it applied (or is not the first of all), there is a snapshot in between: it restores
 * itself from {@link Storage#snapshot} first, and goes on with the entry after it. {@link Config#applied} is for state
 * machines that remember what they applied.
 *
 * <p>Safe for use by many threads. Calls whose specification has an error throw {@link StoppedException} on a stopped node;
 * those that have none do nothing there. A node is stopped also by an error of its storage or a broken invariant. The call
 * that meets it, whichever it is, throws that error itself, a {@link StorageException} or a {@link RaftInvariantException};
 * of the StoppedException of all later ones it is the cause.
 */
public interface Node extends AutoCloseable {
    /**
     * Proposes data, and returns when the state machine took it: <b>it is not yet committed, and may never be</b>. It is
     * when it comes back among the committed entries.
     *
     * <p>While the group has no leader the call waits. A leader appends the data; a follower sends it on to the leader, and
     * nobody hears what becomes of it there.
     *
     * @param data no more than {@link Config#MAX_PROPOSAL_SIZE}, less 64 bytes; it is copied
     * @param deadline how long to wait for a leader; zero does not wait
     * @return where it was appended, or that it was sent on
     * @throws DeadlineExceededException if there was no leader within the deadline; it was not proposed
     * @throws DroppedException if the leader, or this node, did not take it; it will never be committed
     * @throws StoppedException if the node is stopped, or stops meanwhile; it was not proposed
     * @throws CallInterruptedException if the thread is interrupted while it waits; it was not proposed
     */
    ProposalResult propose(byte[] data, Duration deadline);

    /**
     * Proposes a change of the membership; all else is as with {@link #propose}. Only one may be under way: while an earlier
     * one is not applied, the leader appends an empty entry in its place, and the result says why.
     *
     * @param change a {@link ConfChange}, or a {@link ConfChangeV2}
     */
    ProposalResult proposeConfChange(MembershipChange change, Duration deadline);

    /**
     * Tells the node that time passed. Ticks are the unit of {@link Config#electionTick}: some 100 ms in a data centre.
     */
    void tick();

    /**
     * Tells the node that the last {@link Ready} is done: its entries are in the storage, its messages were sent, its
     * committed entries are applied. Without such a Ready it does nothing.
     *
     * @throws MisuseException if the entries are not in the storage; the Ready is not done
     */
    void advance();

    /**
     * Has the state machine process a message of a peer. As {@link #step(byte[])}, but a proposal that a peer sent on waits
     * for a leader, as {@link #propose} does.
     *
     * @param deadline how long to wait for a leader; zero does not wait
     * @throws DeadlineExceededException if there was no leader for the proposal within the deadline
     * @throws CallInterruptedException if the thread is interrupted while it waits
     */
    StepResult step(byte[] data, Duration deadline);

    /**
     * Has the state machine process a message of a peer, without waiting for anything.
     *
     * <p>A message that makes no sense here has no effect, and no error either: networks delay and repeat, members come and
     * go. The result says what it was: an answer of a node that is not a member, a type that only the node itself may use, a
     * proposal that was dropped.
     *
     * @param data {@link Message#data}; it is taken over: the caller must not change it any more
     * @throws MalformedBytesException if the bytes are not a message
     * @throws StoppedException if the node is stopped
     */
    StepResult step(byte[] data);

    /** Has the state machine process a message. As {@link #step(byte[])}, for those who decode messages themselves. */
    StepResult step(Message message);

    /**
     * Stops the node, and releases all who wait with a {@link StoppedException}. When it returns the node does not use its
     * storage any more. A second call does nothing.
     */
    void stop();

    /**
     * Applies a committed change of the membership. To be called for each, between taking the Ready that holds it and
     * {@link #advance}; not for one that the application rejects.
     *
     * @return the membership from now on: what goes into the metadata of snapshots. Right also on a stopped node, which does
     *     not use its storage for it
     * @throws InvalidConfChangeException if the change does not fit the membership; nothing has changed. All members find
     *     the same: the application goes on, as if it had rejected the change
     */
    ConfState applyConfChange(MembershipChange change);

    /** Returns where {@link Ready} values come from; always the same. */
    ReadyChannel ready();

    /** Campaigns for leadership at once, as if the election timeout had passed. */
    void campaign();

    /**
     * Asks the leader to hand over to {@code transferee}. Proposals are dropped until it has, or an election timeout has
     * passed. Thesis §3.10.
     */
    void transferLeadership(long transferee);

    /** Forgets the leader, so that the node may vote before its lease ends. For those who know that it died. */
    void forgetLeader();

    /**
     * Asks for an index that a state machine must have applied before a read from it is linearizable. The answer is among a
     * later Ready's {@link Ready#readStates}. It may be lost, as messages are; then the application asks again.
     *
     * @param context what the answer is told by: unique among the reads under way; it is copied
     * @throws DroppedException if it was not taken: there will be no answer
     * @throws StoppedException if the node is stopped
     */
    void readIndex(byte[] context);

    /** Reports that messages to a peer are being lost, so that the leader sends with more care. */
    void reportUnreachable(long id);

    /**
     * Reports what became of a snapshot that was sent to a peer. Until then, or until the peer answers, it gets nothing else.
     * Of one that nobody reports, the node itself believes after ten election timeouts that it was lost.
     */
    void reportSnapshot(long id, SnapshotStatus status);

    /** Says that the storage has entries in memory now for which it threw an {@link EntriesNotInMemoryException}. */
    void entriesFetched();

    /** Returns what the node knows. On a stopped node, what it knew. */
    Status status();

    /** The same as {@link #stop}. */
    @Override
    default void close() {
        stop();
    }
}
