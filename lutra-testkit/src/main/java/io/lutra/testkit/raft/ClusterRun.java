package io.lutra.testkit.raft;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ProgressState;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.StateType;
import io.lutra.testkit.FaultCoverage;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.SimulationFailure;
import io.lutra.testkit.disk.Survival;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.InvariantViolation;
import io.lutra.testkit.invariants.Membership;
import io.lutra.testkit.invariants.Violations;
import io.lutra.testkit.linearizability.CheckResult;
import io.lutra.testkit.linearizability.LinearizabilityChecker;
import io.lutra.testkit.linearizability.Verdict;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One seed: faults, in which nothing may become unsafe; then healing, after which a leader must commit soon and all must
 * catch up; then fresh operations, all of which must end while no term changes; then a look at what the disks hold.
 */
public final class ClusterRun {
    /** From healing to the first commit of a leader, at most. Invariant I29. */
    private static final long LEADER_WITHIN_NANOS = 10 * ClusterOptions.ELECTION_NANOS;

    private static final long CATCH_UP_WITHIN_NANOS = 100 * ClusterOptions.ELECTION_NANOS;
    private static final long SERVE_NANOS = 10 * ClusterOptions.ELECTION_NANOS;
    private static final long CHECKER_BUDGET = 100_000;
    private static final long MOST_EVENTS = 3_000_000;
    /** With learners that are added to cut a leader off with them; there are machines for all, and some more. */
    private static final int MOST_MEMBERS = 9;

    private static final long STEP_NANOS = ClusterOptions.TICK_NANOS / 10;

    private final RaftCluster cluster;
    private final ClusterOptions options;
    private final SeededRandom random;
    private final Violations violations;
    private @Nullable InvariantViolation violation;
    private String report = "";
    private double electionsUntilLeader;
    private boolean hadLeader;
    /** Up to where the leader of which term has to commit. */
    private long indexToCommit;

    private long termToCommit;
    private boolean gaveUp;
    private boolean isLockedOut;

    private ClusterRun(long seed, StorageKind storages, Violations violations, Consumer<ClusterOptions> change) {
        this.options = new ClusterOptions(new SeededRandom(seed).fork("options"), storages.faults());
        change.accept(options);
        this.violations = violations;
        this.cluster = new RaftCluster(seed, options, storages, violations);
        this.random = cluster.scheduler.random("run");
    }

    /** Runs a seed; the first violation ends it. */
    public static ClusterRun of(long seed) {
        return of(seed, Violations.allFatal());
    }

    /** Runs a seed until one of the violations comes that end it. */
    public static ClusterRun of(long seed, Violations violations) {
        return of(seed, violations, options -> {});
    }

    /** Runs a seed with other options than it draws. */
    static ClusterRun of(long seed, Violations violations, Consumer<ClusterOptions> change) {
        return of(seed, DiskStorage.KIND, violations, change);
    }

    /** Runs a seed on storages of a kind, until one of the violations comes that end it. */
    public static ClusterRun of(long seed, StorageKind storages, Violations violations) {
        return of(seed, storages, violations, options -> {});
    }

    private static ClusterRun of(
            long seed, StorageKind storages, Violations violations, Consumer<ClusterOptions> change) {
        ClusterRun run = new ClusterRun(seed, storages, violations, change);
        run.run();
        return run;
    }

    /**
     * Runs a seed until one of the named invariants does not hold, whatever else goes wrong before, and returns what was
     * seen; null if none of them was violated. For planted defects, each of which is to be found by its own invariants.
     */
    public static @Nullable String firstViolation(long seed, List<String> invariants) {
        return firstViolation(seed, DiskStorage.KIND, invariants);
    }

    /** The same on storages of a kind. */
    public static @Nullable String firstViolation(long seed, StorageKind storages, List<String> invariants) {
        Set<Invariant> named = EnumSet.noneOf(Invariant.class);
        invariants.forEach(name -> named.add(Invariant.valueOf(name)));
        InvariantViolation found =
                of(seed, storages, Violations.fatalOnly(named)).violation();
        return found == null || !named.contains(found.invariant()) ? null : found.getMessage();
    }

    private void run() {
        try {
            cluster.begin();
            cluster.disturb();
            runUntil(cluster.scheduler.nowNanos() + options.faultNanos);
            heal();
            awaitLeader();
            if (!isLockedOut) {
                goOn();
            }
            checkLinearizability();
            violations.check();
        } catch (SimulationFailure e) {
            if (!(e.getCause() instanceof InvariantViolation found)) {
                throw e;
            }
            violation = found;
            report = e.getMessage() == null ? "" : e.getMessage();
        } catch (InvariantViolation e) {
            violation = e;
            report = "seed " + seed() + " at " + cluster.scheduler.nowNanos() + " ns: " + e + "\n"
                    + cluster.scheduler.trace().last(40);
        } finally {
            cluster.foldState();
        }
    }

    /** What a cluster that has a leader again must be able to do. */
    private void goOn() {
        awaitAllCaughtUp();
        if (isLockedOut) {
            return;
        }
        serve();
        hideLeaderFromOne();
        isolateLeader();
        awaitAllCaughtUp();
        settle();
        new CalmWeather(cluster, random, this::runUntil).check(members());
        new DiskScan(cluster).check();
    }

    /** Runs up to a time. */
    private void runUntil(long nanos) {
        while (cluster.scheduler.nowNanos() < nanos) {
            cluster.scheduler.runUntil(Math.min(nanos, cluster.scheduler.nowNanos() + ClusterOptions.TICK_NANOS));
            violations.check();
            if (cluster.events > MOST_EVENTS) {
                throw new InvariantViolation(Invariant.I29, "it goes round in circles: " + views());
            }
        }
    }

    private void heal() {
        cluster.heal();
        stopRemoved();
        if (options.someStayDead) {
            leaveSomeDead();
        }
    }

    /** Who was removed and does not know it may raise terms for ever, unless both modes are on: thesis §4.2.3, §9.6. */
    private void stopRemoved() {
        Membership members = cluster.checks.ledger.membershipAt(Long.MAX_VALUE);
        for (RaftProcess process : cluster.processes()) {
            boolean removed = process.view.membership.voters() != 0 && !members.isMember(process.id);
            if (!(options.preVote && options.checkQuorum) && removed && !isNeeded(process.id, members)) {
                process.stop(null);
                process.lost = true;
            }
        }
    }

    /** Tells whether a member may not know yet that a replica was removed, and needs its vote to learn of it. */
    private boolean isNeeded(long id, Membership members) {
        for (RaftProcess process : cluster.processes()) {
            if (members.isMember(process.id) && process.view.membership.isMember(id)) {
                return true;
            }
        }
        return false;
    }

    /** Stops as many as no quorum of any configuration in use needs. */
    private void leaveSomeDead() {
        long alive = 0;
        Membership latest = cluster.checks.ledger.membershipAt(Long.MAX_VALUE);
        for (RaftProcess process : cluster.processes()) {
            if (process.view.lastChange() > process.applied() || !process.view.membership.equals(latest)) {
                return;
            }
            alive |= Membership.bit(process.id);
        }
        for (RaftProcess process : cluster.processes()) {
            long left = alive & ~Membership.bit(process.id);
            if (random.chance(0.4) && isQuorumEverywhere(left)) {
                process.stop(Survival.nothing());
                process.lost = true;
                alive = left;
            }
        }
    }

    private boolean isQuorumEverywhere(long alive) {
        for (RaftProcess process : cluster.processes()) {
            Membership membership = process.view.membership;
            if (membership.voters() != 0 && !membership.isQuorum(alive)) {
                return false;
            }
        }
        return cluster.checks.ledger.membershipAt(Long.MAX_VALUE).isQuorum(alive);
    }

    private void awaitLeader() {
        long healed = cluster.scheduler.nowNanos();
        boolean committed = hasLeaderCommittedAnew();
        while (!committed && cluster.scheduler.nowNanos() - healed <= LEADER_WITHIN_NANOS) {
            runUntil(cluster.scheduler.nowNanos() + STEP_NANOS);
            committed = hasLeaderCommittedAnew();
        }
        if (!committed && !bringsUpAQuorum(healed + CATCH_UP_WITHIN_NANOS)) {
            isLockedOut = cluster.hasAChangeLockedAllOut();
            if (!isLockedOut) {
                violations.report(Invariant.I29, "no leader has committed since the faults ended; " + views());
            }
            return;
        }
        electionsUntilLeader = (double) (cluster.scheduler.nowNanos() - healed) / ClusterOptions.ELECTION_NANOS;
        hadLeader = true;
    }

    /**
     * Waits while the leader that there is brings up whoever it needs to commit: a voter that is new, or lacks much, gets a few
     * entries at a time. Tells whether it commits; not if another is elected, or nothing more comes. Where nothing keeps one who was
     * removed from ending a leader's term (paper §6), there may be another election in between, which takes its time.
     */
    private boolean bringsUpAQuorum(long untilNanos) {
        boolean isDisrupted = !options.checkQuorum;
        long patience = (isDisrupted ? 4 : 1) * ClusterOptions.ELECTION_NANOS;
        long term = termToCommit;
        long most = 0;
        long cameAt = cluster.scheduler.nowNanos();
        while ((isDisrupted || cluster.term() == term) && cluster.scheduler.nowNanos() <= untilNanos) {
            if (hasLeaderCommittedAnew()) {
                return true;
            }
            long now = cluster.scheduler.nowNanos();
            long present = members().stream()
                    .mapToLong(member -> Math.min(indexToCommit, member.view.log.last()))
                    .sum();
            if (present > most) {
                most = present;
                cameAt = now;
            }
            if (now - cameAt > patience) {
                return false;
            }
            runUntil(now + STEP_NANOS);
        }
        return false;
    }

    /** Tells whether a change of the membership, and then faults, left nobody who can be elected: the run ended with that. */
    public boolean isLockedOut() {
        return isLockedOut;
    }

    /** Tells whether the leader has committed what it took first after the faults: it may be cut off, and not know it yet. */
    private boolean hasLeaderCommittedAnew() {
        RaftProcess leader = cluster.leader();
        if (leader == null) {
            return false;
        }
        if (leader.view.term != termToCommit) {
            ProposalResult result = leader.propose(new byte[0]);
            if (result == null || result.isDropped()) {
                return false;
            }
            termToCommit = leader.view.term;
            indexToCommit = leader.view.log.last();
        }
        return leader.view.commit >= indexToCommit;
    }

    private boolean isLed() {
        RaftProcess leader = cluster.leader();
        return leader != null && leader.view.log.term(leader.view.commit) == leader.view.term;
    }

    /** Waits until all members that run have applied what is committed, in one configuration that is not joint. */
    private void awaitAllCaughtUp() {
        long began = cluster.scheduler.nowNanos();
        long committed = cluster.checks.ledger.committed().last();
        while (!areAllAt(committed)) {
            if (cluster.scheduler.nowNanos() - began > CATCH_UP_WITHIN_NANOS) {
                // A leader that a change removed may have committed anew, and be gone since.
                isLockedOut = cluster.hasAChangeLockedAllOut();
                if (!isLockedOut) {
                    violations.report(Invariant.I29, "not all have caught up to " + committed + "; " + views());
                }
                return;
            }
            runUntil(cluster.scheduler.nowNanos() + STEP_NANOS);
        }
    }

    private boolean areAllAt(long index) {
        RaftProcess leader = cluster.leader();
        if (leader == null || leader.view.membership.isJoint() || !leader.view.membership.isVoter(leader.id)) {
            return false;
        }
        for (RaftProcess process : members()) {
            if (process.applied() < index || process.view.lead != leader.id) {
                return false;
            }
        }
        return leader.node().basicStatus().leadTransferee() == 0;
    }

    /** Returns the members in force, as far as they run. */
    private List<RaftProcess> members() {
        Membership membership = cluster.checks.ledger.membershipAt(Long.MAX_VALUE);
        List<RaftProcess> members = new ArrayList<>();
        for (RaftProcess process : cluster.processes()) {
            if (process.isRunning() && membership.isMember(process.id)) {
                members.add(process);
            }
        }
        return members;
    }

    private void serve() {
        // What happened in the last election timeout of the faults still counts when a leader looks for its quorum, and
        // a
        // transfer may be under way: only then the window without faults begins.
        runUntil(cluster.scheduler.nowNanos() + 3 * ClusterOptions.ELECTION_NANOS);
        awaitAllCaughtUp();
        stopRemoved();
        RaftProcess leader = cluster.leader();
        long term = leader == null ? 0 : leader.view.term;
        cluster.clients.mustEnd();
        runUntil(cluster.scheduler.nowNanos() + Clients.TIMEOUT_NANOS + SERVE_NANOS);
        if (options.preVote && options.checkQuorum) {
            for (RaftProcess process : members()) {
                if (process.view.term != term) {
                    violations.report(Invariant.I33, "term " + term + " is over though nothing was wrong; " + views());
                }
            }
        }
        if (leader != null
                && leader.view.role == StateType.LEADER
                && leader.view.term == term
                && !cluster.clients.areServed()) {
            violations.report(Invariant.I29, "no write goes through; " + views());
        }
        cluster.clients.stop();
        while (!cluster.clients.areIdle()) {
            runUntil(cluster.scheduler.nowNanos() + STEP_NANOS);
        }
    }

    /** A member that hears all but the leader must not disturb the others: thesis §4.2.3, §9.6. */
    private void hideLeaderFromOne() {
        RaftProcess leader = cluster.leader();
        List<RaftProcess> members = members();
        if (leader == null || !options.preVote || !options.checkQuorum || members.size() < 3) {
            return;
        }
        RaftProcess hidden = members.get(random.nextInt(members.size()));
        long term = leader.view.term;
        if (hidden == leader || !isQuorumWithout(hidden)) {
            return;
        }
        cluster.cut(leader, hidden);
        runUntil(cluster.scheduler.nowNanos() + 5 * ClusterOptions.ELECTION_NANOS);
        cluster.network.heal();
        runUntil(cluster.scheduler.nowNanos() + 2 * ClusterOptions.ELECTION_NANOS);
        if (leader.view.role != StateType.LEADER || leader.view.term != term) {
            violations.report(
                    Invariant.I33, "one that did not hear the leader ended its term " + term + "; " + views());
        }
    }

    /** The others go on without a leader that no voter hears, and it finds out itself: thesis §6.2. */
    private void isolateLeader() {
        RaftProcess leader = cluster.leader();
        if (leader == null || !isQuorumWithout(leader) || !random.chance(0.5)) {
            return;
        }
        if (options.checkQuorum && random.chance(0.5)) {
            addLearners(leader);
            awaitAllCaughtUp();
            if (cluster.leader() != leader || !isQuorumWithout(leader)) {
                return;
            }
        }
        cutOffFromVoters(leader);
        long term = leader.view.term;
        long began = cluster.scheduler.nowNanos();
        runUntil(began + 3 * ClusterOptions.ELECTION_NANOS);
        if (options.checkQuorum && leader.view.role == StateType.LEADER && leader.view.term == term) {
            violations.report(Invariant.I29, "a leader that hears no voter goes on: " + leader.view);
        }
        while (!isLedBeyond(term)) {
            if (cluster.scheduler.nowNanos() - began > LEADER_WITHIN_NANOS) {
                violations.report(Invariant.I29, "nobody takes the place of a leader that is gone; " + views());
                break;
            }
            runUntil(cluster.scheduler.nowNanos() + STEP_NANOS);
        }
        letBack(leader);
    }

    /** Makes the learners as many as the other voters: if they counted, the leader would have its quorum without any voter. */
    private void addLearners(RaftProcess leader) {
        Membership now = leader.view.membership;
        int missing = Long.bitCount(now.voters()) - 1 - Long.bitCount(now.learners());
        int room = MOST_MEMBERS - Long.bitCount(now.members());
        for (int i = 0; i < Math.min(missing, room) && cluster.hasUnusedIds(); i++) {
            leader.proposeChange(ConfChange.of(ConfChangeType.ADD_LEARNER_NODE, cluster.unusedId()));
            runUntil(cluster.scheduler.nowNanos() + ClusterOptions.TICK_NANOS);
        }
    }

    /** Lets the learners alone hear a leader, and nobody else: a new leader's term would end the old one's. */
    private void cutOffFromVoters(RaftProcess leader) {
        for (RaftProcess process : cluster.processes()) {
            if (process == leader || !leader.view.membership.isVoter(process.id)) {
                continue;
            }
            for (RaftProcess other : cluster.processes()) {
                if (other == leader || !leader.view.membership.isVoter(other.id)) {
                    cluster.cut(other, process);
                }
            }
        }
    }

    /** Who was cut off comes back, and must not end the term of the leader that the others have by now: thesis §9.6. */
    private void letBack(RaftProcess former) {
        runUntil(cluster.scheduler.nowNanos() + 3 * ClusterOptions.ELECTION_NANOS);
        long term = cluster.term();
        cluster.network.heal();
        runUntil(cluster.scheduler.nowNanos() + 2 * ClusterOptions.ELECTION_NANOS);
        if (options.preVote && options.checkQuorum && cluster.term() != term) {
            violations.report(Invariant.I33, former.id + " came back and ended term " + term + "; " + views());
        }
    }

    /** Tells whether the members that run are a quorum without one of them. */
    private boolean isQuorumWithout(RaftProcess one) {
        long others = 0;
        for (RaftProcess process : members()) {
            others |= process == one ? 0 : Membership.bit(process.id);
        }
        return cluster.checks.ledger.membershipAt(Long.MAX_VALUE).isQuorum(others);
    }

    private boolean isLedBeyond(long term) {
        RaftProcess leader = cluster.leader();
        return leader != null && leader.view.term > term && isLed();
    }

    private void settle() {
        cluster.operator.stop();
        RaftProcess leader = cluster.leader();
        if (leader != null) {
            // Who has everything already must come back to replication as well.
            for (RaftProcess member : members()) {
                if (member != leader) {
                    leader.act(() -> leader.node().reportUnreachable(member.id));
                }
            }
        }
        long began = cluster.scheduler.nowNanos();
        while (!cluster.clients.areIdle()
                || !areAllAt(cluster.checks.ledger.committed().last())
                || !areLogsEven()) {
            if (cluster.scheduler.nowNanos() - began > CATCH_UP_WITHIN_NANOS) {
                violations.report(Invariant.I29, "it does not come to rest; " + views());
                return;
            }
            runUntil(cluster.scheduler.nowNanos() + STEP_NANOS);
        }
        RaftProcess first = null;
        for (RaftProcess process : members()) {
            first = first == null ? process : first;
            if (!process.machine().isEqualTo(first.machine()) || process.view.appliedHash != first.view.appliedHash) {
                violations.report(Invariant.I32, "states differ: " + views());
            }
        }
    }

    private boolean areLogsEven() {
        RaftProcess leader = cluster.leader();
        if (leader == null) {
            return false;
        }
        long running = 0;
        for (RaftProcess process : members()) {
            if (process.view.durable.last() != leader.view.log.last()) {
                return false;
            }
            running |= Membership.bit(process.id);
        }
        long expected = running;
        boolean[] even = {true};
        leader.node().forEachProgress(p -> {
            boolean runs = (expected >>> p.id() & 1) == 1;
            even[0] &= !runs
                    || (p.state() == ProgressState.REPLICATE
                            && p.inflight() == 0
                            && p.match() == leader.view.log.last());
        });
        return even[0];
    }

    private void checkLinearizability() {
        CheckResult result =
                new LinearizabilityChecker<>(new Registers(), CHECKER_BUDGET).check(cluster.clients.operations());
        if (result.verdict() == Verdict.NOT_LINEARIZABLE) {
            violations.report(Invariant.I30, result.explanation());
        }
        gaveUp = result.verdict() == Verdict.GAVE_UP;
    }

    /** Tells whether the check for linearizability was too dear to be finished. */
    public boolean gaveUpOnLinearizability() {
        return gaveUp;
    }

    private String views() {
        StringBuilder out = new StringBuilder();
        for (RaftProcess process : cluster.processes()) {
            if (process.isRunning() || process.view.role == StateType.LEADER) {
                out.append("\n  ").append(process.view);
            }
            if (process.isRunning() && process.view.role == StateType.LEADER) {
                process.node().forEachProgress(p -> out.append("\n    ").append(p));
            }
        }
        return out.toString();
    }

    /** Returns the seed. */
    public long seed() {
        return cluster.scheduler.seed();
    }

    /** Returns what ended the run, null if nothing did. */
    public @Nullable InvariantViolation violation() {
        return violation;
    }

    /** Returns what ended the run and the last events before it; empty if nothing did. */
    public String report() {
        return report;
    }

    /** Returns how many events there were: messages, disk operations, operations of clients, ticks that did something. */
    public long events() {
        return cluster.events;
    }

    /** Returns the hash of everything that happened. */
    public long traceHash() {
        return cluster.scheduler.trace().hash();
    }

    /** Returns how the cores were configured, as far as liveness depends on it. */
    public String mode() {
        return options.mode();
    }

    /** Returns how long it took after the faults until a leader had committed, in election timeouts; -1 if it never did. */
    public double electionsUntilLeader() {
        return hadLeader ? electionsUntilLeader : -1;
    }

    FaultCoverage<Operation> coverage() {
        return cluster.coverage;
    }
}
