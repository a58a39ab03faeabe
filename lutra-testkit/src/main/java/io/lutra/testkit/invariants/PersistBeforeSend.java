package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I10;

import io.lutra.raft.Message;
import io.lutra.raft.StateType;

/**
 * {@link Invariant#I10}: when a message leaves, what it promises is durable. A granted vote is the durable vote of its term, an
 * acknowledged index is durable with the leader's entry, and who asks for votes has durably voted for itself.
 */
public final class PersistBeforeSend {
    private final Ledger ledger;
    private final Violations violations;
    private final ReplicaView[] replicas;
    private final boolean voteRequestsToo;

    /**
     * Creates the checker.
     *
     * @param replicas by id, may be filled later
     * @param voteRequestsToo false for etcd's way, which lets vote requests leave first
     */
    public PersistBeforeSend(Ledger ledger, Violations violations, ReplicaView[] replicas, boolean voteRequestsToo) {
        this.ledger = ledger;
        this.violations = violations;
        this.replicas = replicas;
        this.voteRequestsToo = voteRequestsToo;
    }

    /** A message leaves, or is given to its own sender. */
    public void released(ReplicaView r, Message m) {
        if (m.reject()) {
            return;
        }
        switch (m.type()) {
            case VOTE_RESP -> {
                voted(r, m, m.to());
            }
            case VOTE -> {
                if (voteRequestsToo) {
                    voted(r, m, r.id);
                }
            }
            case APP_RESP -> {
                // One of an older term is late: what it acknowledges may be replaced by now, and then was never
                // committed.
                if (m.index() > 0 && m.term() == r.term) {
                    acknowledged(r, m);
                }
            }
            default -> {}
        }
    }

    private void voted(ReplicaView r, Message m, long candidate) {
        long vote = ledger.vote(r.id, m.term());
        if (vote == 0 && r.durableTerm > m.term()) {
            // The vote itself was never written, but the replica will never vote in that term again.
            ledger.vote(r.id, m.term(), candidate);
        } else if (vote != candidate) {
            violations.report(I10, m + " leaves without a durable vote from " + r);
        }
    }

    private void acknowledged(ReplicaView r, Message m) {
        if (m.index() > r.durable.last()) {
            violations.report(I10, m + " leaves without durable entries from " + r);
            return;
        }
        ReplicaView leader = replicas[(int) m.to()];
        boolean leads = leader != null && leader.role == StateType.LEADER && leader.term == m.term();
        if (leads
                && leader.log.knows(m.index())
                && r.durable.knows(m.index())
                && leader.log.hash(m.index()) != r.durable.hash(m.index())) {
            violations.report(I10, m + " acknowledges what is otherwise on the disk of " + r);
        }
    }
}
