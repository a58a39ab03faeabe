package io.lutra.raft.protocol;

import io.lutra.raft.Message;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;

/** What a node is in a term: what it does with a message, a proposal and a tick. Only {@link Raft} replaces a role. */
abstract class Role {
    abstract StateType type();

    /** Handles a message of this term, or of none. */
    abstract StepResult step(Message message);

    /** Handles a batch of proposals; {@code from} is the node it comes from. */
    abstract ProposalResult propose(long from, ProposalBatch batch);

    /** Lets one tick pass. */
    abstract void tick();

    /** Returns how many ticks will pass before one of them does something. At least 1. */
    abstract int ticksUntilDue();

    /** Hears that the application has applied everything up to an index. */
    void onApplied(long index, long payloadSize) {}

    /** Ends: another role takes over. */
    void onReplaced() {}

    static StepResult result(ProposalResult result) {
        return result.isDropped() ? StepResult.PROPOSAL_DROPPED : StepResult.STEPPED;
    }
}
