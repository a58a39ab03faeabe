package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I19;

import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;

/** {@link Invariant#I19}: a snapshot is the state after the committed prefix that it names. Paper §7. */
public final class SnapshotsArePrefixes {
    private final Ledger ledger;
    private final Violations violations;

    /** Creates the checker. */
    public SnapshotsArePrefixes(Ledger ledger, Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /**
     * A snapshot was made, sent, installed or found. Two of one index have equal bytes.
     *
     * @param prefixHash that of all that its state machine had applied, as the snapshot says
     */
    public void seen(ReplicaView r, Snapshot snapshot, long prefixHash) {
        SnapshotMetadata metadata = snapshot.metadata();
        long state = EntryHash.of(snapshot.payload());
        if (ledger.state(metadata.index(), state) != state) {
            violations.report(I19, metadata + " is another state than others have, at " + r);
        }
        LogView committed = ledger.committed();
        long index = metadata.index();
        if (index > committed.last()
                || committed.term(index) != metadata.term()
                || committed.hash(index) != prefixHash
                || !ledger.membershipAt(index).equals(Membership.of(metadata.confState()))) {
            violations.report(I19, metadata + " is not what was committed, at " + r);
        }
    }

    /** A snapshot takes the log's place. */
    public void installs(ReplicaView r, SnapshotMetadata metadata) {
        if (r.log.term(metadata.index()) == metadata.term()) {
            violations.report(I19, metadata + " drops the log that continues it, of " + r);
        }
        if (metadata.index() < r.applied) {
            violations.report(I19, metadata + " lowers what is applied by " + r);
        }
    }
}
