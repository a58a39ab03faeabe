package io.lutra.raft.protocol;

import io.lutra.raft.DropReason;
import io.lutra.raft.Message;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import org.jspecify.annotations.Nullable;

/** What a node is in a term: what it does with a message, a proposal and a tick. Only {@link Raft} replaces a role. */
abstract class Role {
    abstract StateType type();

    /** Handles a message of this term, or of none. */
    abstract StepResult step(Message message);

    /** Handles a batch of proposals of the node's own application. */
    abstract ProposalResult propose(ProposalBatch batch);

    /** Handles a read of this node's application or of a peer's, and returns why it was not taken, or null. */
    abstract @Nullable DropReason readIndex(Message request);

    /** Lets ticks pass; what is due in any of them is done once. */
    abstract void tick(int ticks);

    /** Returns how many ticks will pass before one of them does something. At least 1. */
    abstract int ticksUntilDue();

    /** Hears that entries which were not in memory are there now. */
    void onEntriesFetched() {}

    /** Hears that the application has applied everything up to an index. */
    void onApplied(long index, long payloadSize) {}

    /** Ends: another role takes over. */
    void onReplaced() {}

    static StepResult result(ProposalResult result) {
        return result.isDropped() ? StepResult.PROPOSAL_DROPPED : StepResult.STEPPED;
    }
}
