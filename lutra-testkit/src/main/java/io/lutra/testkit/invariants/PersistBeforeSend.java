package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I10;

import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.StateType;
import java.util.List;

/**
 * {@link Invariant#I10}: when a message leaves, what it promises is durable. A granted vote is the durable vote of its term, an
 * acknowledged index is durable with the leader's entry, and who asks for votes has durably voted for itself. With
 * asynchronous storage writes, what is handed out to be applied is durable too.
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

    /** Entries are handed out to be applied. With asynchronous storage writes that waits for the replica's own disk. */
    public void handedOut(ReplicaView r, List<Entry> committed) {
        for (int i = 0; i < committed.size(); i++) {
            Entry entry = committed.get(i);
            long index = entry.index();
            if (index > r.durable.last() || (r.durable.knows(index) && r.durable.term(index) != entry.term())) {
                violations.report(I10, entry + " is to be applied before it is durable, by " + r);
            }
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
        // Whose leader is gone is still bound by what it appended in its term.
        long told =
                leads && leader.log.knows(m.index()) ? leader.log.hash(m.index()) : ledger.hashOf(m.term(), m.index());
        if (told != 0 && r.durable.knows(m.index()) && told != r.durable.hash(m.index())) {
            violations.report(I10, m + " acknowledges what is otherwise on the disk of " + r);
        }
    }
}
