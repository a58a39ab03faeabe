package io.lutra.testkit.raft;

import io.lutra.testkit.invariants.AcknowledgedWritesSurvive;
import io.lutra.testkit.invariants.CommitQuorum;
import io.lutra.testkit.invariants.ConsistentProgress;
import io.lutra.testkit.invariants.ElectionQuorum;
import io.lutra.testkit.invariants.ElectionSafety;
import io.lutra.testkit.invariants.EntryHash;
import io.lutra.testkit.invariants.FreshReads;
import io.lutra.testkit.invariants.HarmlessPreVote;
import io.lutra.testkit.invariants.LeaderAppendOnly;
import io.lutra.testkit.invariants.LeaderCompleteness;
import io.lutra.testkit.invariants.Ledger;
import io.lutra.testkit.invariants.LogMatching;
import io.lutra.testkit.invariants.MarkOrder;
import io.lutra.testkit.invariants.OnlyVotersLead;
import io.lutra.testkit.invariants.PersistBeforeSend;
import io.lutra.testkit.invariants.ReplicaView;
import io.lutra.testkit.invariants.SafeMembership;
import io.lutra.testkit.invariants.SingleDurableVote;
import io.lutra.testkit.invariants.SnapshotsArePrefixes;
import io.lutra.testkit.invariants.StateMachineSafety;
import io.lutra.testkit.invariants.Violations;
import io.lutra.testkit.invariants.WellFormedMessages;

/** The checkers that all replicas of a cluster share, and their ledger. */
final class ClusterChecks {
    final Violations violations;
    final Ledger ledger = new Ledger();
    final EntryHash hasher = new EntryHash();
    /** By replica id. */
    final ReplicaView[] views = new ReplicaView[64];

    final ElectionSafety electionSafety;
    final LeaderAppendOnly leaderAppendOnly;
    final LogMatching logMatching;
    final LeaderCompleteness leaderCompleteness;
    final StateMachineSafety stateMachineSafety;
    final CommitQuorum commitQuorum;
    final SingleDurableVote singleDurableVote;
    final PersistBeforeSend persistBeforeSend;
    final MarkOrder markOrder;
    final ConsistentProgress consistentProgress;
    final SafeMembership safeMembership;
    final OnlyVotersLead onlyVotersLead;
    final ElectionQuorum electionQuorum;
    final HarmlessPreVote harmlessPreVote;
    final FreshReads freshReads;
    final AcknowledgedWritesSurvive acknowledgedWrites;
    final SnapshotsArePrefixes snapshots;
    final WellFormedMessages wellFormedMessages;

    ClusterChecks(Violations violations, ClusterOptions options) {
        this.violations = violations;
        electionSafety = new ElectionSafety(ledger, violations);
        leaderAppendOnly = new LeaderAppendOnly(violations);
        logMatching = new LogMatching(ledger, violations);
        leaderCompleteness = new LeaderCompleteness(ledger, violations);
        stateMachineSafety = new StateMachineSafety(ledger, violations, hasher);
        commitQuorum = new CommitQuorum(ledger, violations, views);
        singleDurableVote = new SingleDurableVote(ledger, violations);
        persistBeforeSend =
                new PersistBeforeSend(ledger, violations, views, !options.earlyVoteRequests || options.holdsBackTerms);
        markOrder = new MarkOrder(violations);
        consistentProgress = new ConsistentProgress(violations, options.maxInflight, options.maxInflightBytes);
        safeMembership = new SafeMembership(ledger, violations);
        onlyVotersLead = new OnlyVotersLead(violations, options.stepDownOnRemoval);
        electionQuorum = new ElectionQuorum(ledger, violations);
        harmlessPreVote = new HarmlessPreVote(violations);
        freshReads = new FreshReads(violations);
        acknowledgedWrites = new AcknowledgedWritesSurvive(ledger, violations);
        snapshots = new SnapshotsArePrefixes(ledger, violations);
        wellFormedMessages = new WellFormedMessages(violations, options.maxSizePerMsg);
    }
}
