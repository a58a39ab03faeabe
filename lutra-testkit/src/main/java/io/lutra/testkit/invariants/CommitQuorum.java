package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I6;
import static io.lutra.testkit.invariants.Invariant.I7;

import java.util.Map;

/**
 * {@link Invariant#I6}: what a leader commits first is durable on a quorum of its configuration; {@link Invariant#I7}: and is
 * of its own term. Bootstrap entries are exempt.
 */
public final class CommitQuorum {
    private final Ledger ledger;
    private final Violations violations;
    private final ReplicaView[] replicas;

    /** Creates the checker; {@code replicas} is by id, and may be filled later. */
    public CommitQuorum(Ledger ledger, Violations violations, ReplicaView[] replicas) {
        this.ledger = ledger;
        this.violations = violations;
        this.replicas = replicas;
    }

    /** A leader committed everything up to an index. */
    public void committed(ReplicaView leader, long index) {
        if (leader.log.term(index) != leader.term) {
            violations.report(I7, index + " is of term " + leader.log.term(index) + ", committed by " + leader);
        }
        if (index <= ledger.committed().last()) {
            return;
        }
        long has = 0;
        for (long rest = leader.membership.members(); rest != 0; rest &= rest - 1) {
            int id = Long.numberOfTrailingZeros(rest);
            has |= isDurable(replicas[id], index, leader) ? 1L << id : 0;
        }
        if (!leader.membership.isQuorum(has)) {
            violations.report(
                    I6,
                    index + " is durable on " + Map.of("bits", Long.toBinaryString(has)) + " only, committed by "
                            + leader);
        }
        if (index <= leader.log.last()) {
            ledger.commit(leader.log, index, leader.term);
        }
    }

    /** The first members agree on their own membership without a vote. */
    public void bootstrapped(ReplicaView r, long index) {
        if (index > ledger.committed().last()) {
            ledger.commit(r.log, index, r.term);
        }
    }

    private static boolean isDurable(ReplicaView r, long index, ReplicaView leader) {
        return r.durable.knows(index) ? r.durable.hash(index) == leader.log.hash(index) : r.durable.base() > index;
    }
}
