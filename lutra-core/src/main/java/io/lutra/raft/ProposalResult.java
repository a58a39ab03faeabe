package io.lutra.raft;

import org.jspecify.annotations.Nullable;

/**
 * What became of a batch of proposals: appended here, passed on to the leader, or dropped.
 *
 * @param dropped why it was dropped, or null
 * @param term the term in which the batch was appended; 0 if it was not appended here
 * @param index the index of the first entry of the batch; 0 if it was not appended here
 * @param refused why a membership change in it was replaced by an empty entry, or null
 * @param pendingConfIndex up to where a change may be under way, which has to be applied before another is taken: told with
 *     every refusal, though only {@link ConfChangeRefusal#PENDING} is about it. 0 if none was refused
 */
public record ProposalResult(
        @Nullable DropReason dropped,
        long term,
        long index,
        @Nullable ConfChangeRefusal refused,
        long pendingConfIndex) {
    /** The batch was sent to the leader. Nothing more will be heard of it. */
    public static final ProposalResult FORWARDED = new ProposalResult(null, 0, 0, null, 0);

    /** Returns the result of a batch that was not taken. */
    public static ProposalResult dropped(DropReason reason) {
        return new ProposalResult(reason, 0, 0, null, 0);
    }

    /** Returns the result of a batch that was appended here. */
    public static ProposalResult appended(long term, long index) {
        return new ProposalResult(null, term, index, null, 0);
    }

    /** Tells whether the batch is in the log of this node. It is not committed yet. */
    public boolean isAppended() {
        return index != 0;
    }

    /** Tells whether the batch was not taken: it will never be applied. */
    public boolean isDropped() {
        return dropped != null;
    }
}
