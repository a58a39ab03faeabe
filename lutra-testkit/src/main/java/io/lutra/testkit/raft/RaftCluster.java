package io.lutra.testkit.raft;

import io.lutra.raft.Message;
import io.lutra.raft.Peer;
import io.lutra.raft.StateType;
import io.lutra.testkit.Event;
import io.lutra.testkit.Fault;
import io.lutra.testkit.FaultCoverage;
import io.lutra.testkit.FaultInjector;
import io.lutra.testkit.FaultInjector.Done;
import io.lutra.testkit.Scheduler;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.disk.DiskFault;
import io.lutra.testkit.disk.DiskFaults;
import io.lutra.testkit.disk.DiskOperation;
import io.lutra.testkit.disk.Survival;
import io.lutra.testkit.invariants.LogView;
import io.lutra.testkit.invariants.Membership;
import io.lutra.testkit.invariants.Violations;
import io.lutra.testkit.network.Partition;
import io.lutra.testkit.network.SimulatedNetwork;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Machines, the replicas that live on them, their network, and what goes wrong. */
final class RaftCluster {
    private static final int MACHINES = 12;
    private static final int LAST_ID = 62;
    private static final long QUIET_NANOS = 30_000_000;
    private static final long SLOWEST_NANOS = 2 * ClusterOptions.ELECTION_NANOS;
    private static final Set<DiskOperation> MAY_FAIL = EnumSet.of(
            DiskOperation.CREATE,
            DiskOperation.WRITE,
            DiskOperation.SYNC,
            DiskOperation.RENAME,
            DiskOperation.DELETE,
            DiskOperation.SYNC_DIRECTORY);
    /** A few round trips and syncs: that long what is done at once takes effect. */
    private static final long EFFECT_NANOS = ClusterOptions.TICK_NANOS;

    final Scheduler scheduler;
    final ClusterOptions options;
    final StorageKind storages;
    final ClusterChecks checks;
    final SimulatedNetwork<Frame> network;
    final FaultCoverage<Operation> coverage = new FaultCoverage<>(Operation.class);
    final Clients clients;
    final Operator operator;
    final Inquirer inquirer;
    private final OtherLeader otherLeader;
    /** Delivered messages, finished disk operations, operations of clients, and ticks that do something. */
    long events;

    private final SeededRandom random;
    private final FaultInjector injector;
    /** By replica id. */
    private final @Nullable RaftProcess[] processes = new RaftProcess[64];
    /** By machine: the replica that lives there. */
    private final @Nullable RaftProcess[] machines = new RaftProcess[MACHINES];

    private int lastId;
    private long lost;
    private boolean disturbed;

    RaftCluster(long seed, ClusterOptions options, StorageKind storages, Violations violations) {
        this.scheduler = new Scheduler(seed);
        this.options = options;
        this.storages = storages;
        this.random = scheduler.random("cluster");
        this.checks = new ClusterChecks(violations, options);
        this.network = new SimulatedNetwork<>(scheduler, MACHINES, new FrameWire());
        network.listener(coverage);
        this.injector = new FaultInjector(scheduler, options.faults, coverage, options.faultGapNanos);
        this.clients = new Clients(this);
        this.operator = new Operator(this);
        this.inquirer = new Inquirer(this);
        this.otherLeader = new OtherLeader(this);
    }

    /** Starts the first members, and lets nothing go wrong before they have stored who they are. */
    void begin() {
        List<Peer> peers = new ArrayList<>();
        for (long id = 1; id <= options.voters; id++) {
            peers.add(Peer.of(id));
        }
        long voters = (1L << (options.voters + 1)) - 2;
        checks.ledger.membership(options.voters, new Membership(voters, 0, 0, 0, false));
        for (int i = 0; i < options.voters; i++) {
            create(++lastId, null).start(peers);
        }
        scheduler.runUntil(QUIET_NANOS);
        clients.start();
        operator.start();
    }

    private RaftProcess create(int id, @Nullable RaftProcess by) {
        int machine = freeMachine(by);
        RaftProcess process = new RaftProcess(this, id, machine);
        machines[machine] = process;
        processes[id] = process;
        if (disturbed) {
            disturb(process);
        }
        return process;
    }

    private int freeMachine(@Nullable RaftProcess by) {
        Membership members = checks.ledger.membershipAt(Long.MAX_VALUE);
        int candidate = -1;
        for (int i = 0; i < MACHINES; i++) {
            RaftProcess process = machines[i];
            if (process == null) {
                return i;
            }
            if (candidate < 0 && process != by && (process.lost || !members.isMember(process.id))) {
                candidate = i;
            }
        }
        RaftProcess retired = machines[Math.max(0, candidate)];
        if (retired != null) {
            lose(retired);
        }
        return Math.max(0, candidate);
    }

    /** A replica is gone for good. */
    void lose(RaftProcess process) {
        process.stop(Survival.nothing());
        process.lost = true;
        lost |= Membership.bit(process.id);
    }

    /** Returns the replicas that are gone for good. */
    long lost() {
        return lost;
    }

    boolean hasUnusedIds() {
        return lastId < LAST_ID;
    }

    /** Returns an id that no replica ever had. */
    long unusedId() {
        return ++lastId;
    }

    /** A membership is in force somewhere: new members come to life. */
    void membershipApplied(RaftProcess by, Membership membership) {
        for (long rest = membership.members(); rest != 0; rest &= rest - 1) {
            int id = Long.numberOfTrailingZeros(rest);
            if (processes[id] == null) {
                lastId = Math.max(lastId, id);
                create(id, by).start(List.of());
            }
        }
    }

    @Nullable
    RaftProcess process(long id) {
        return id > 0 && id < processes.length ? processes[(int) id] : null;
    }

    /** Returns all that were ever created and are not gone for good. */
    List<RaftProcess> processes() {
        List<RaftProcess> all = new ArrayList<>();
        for (RaftProcess process : processes) {
            if (process != null && !process.lost) {
                all.add(process);
            }
        }
        return all;
    }

    /** Returns who leads in the highest term, null if nobody does. */
    @Nullable
    RaftProcess leader() {
        RaftProcess leader = null;
        for (RaftProcess process : machines) {
            if (process != null
                    && process.isRunning()
                    && process.view.role == StateType.LEADER
                    && (leader == null || process.view.term > leader.view.term)) {
                leader = process;
            }
        }
        return leader;
    }

    /** Returns the highest term of a leader, 0 if nobody leads. */
    long term() {
        RaftProcess leader = leader();
        return leader == null ? 0 : leader.view.term;
    }

    /** Returns a running process, more often than not the leader; null if none was met. */
    @Nullable
    RaftProcess anyProcess(SeededRandom draws) {
        if (draws.chance(0.6)) {
            RaftProcess leader = leader();
            if (leader != null) {
                return leader;
            }
        }
        Membership members = checks.ledger.membershipAt(Long.MAX_VALUE);
        for (int attempts = 0; attempts < 8; attempts++) {
            RaftProcess process = machines[draws.nextInt(MACHINES)];
            boolean usable = process != null && process.isRunning() && !process.process.isPaused();
            if (usable && (disturbed || members.isMember(process.id))) {
                return process;
            }
        }
        return null;
    }

    void send(RaftProcess from, Message m) {
        RaftProcess to = process(m.to());
        if (to == null) {
            return;
        }
        network.send(from.slot, to.slot, new Frame(m.to(), m.data()));
    }

    /** Lets two replicas not hear of each other, until the network heals. */
    void cut(RaftProcess one, RaftProcess other) {
        network.partition(Partition.pair(MACHINES, one.slot, other.slot));
    }

    /** Counts an operation that is asked of a replica, and takes effect in the messages and writes that follow. */
    void operation(Operation operation, RaftProcess asked) {
        coverage.operationBegan(operation, asked.machineBit);
        scheduler.after(EFFECT_NANOS, Event.of(() -> coverage.operationEnded(operation, asked.machineBit)));
    }

    long spreadNanos(SeededRandom draws, long meanNanos) {
        return meanNanos / 2 + draws.nextLong(meanNanos);
    }

    /** Returns how long an operation on the disk of a replica takes that takes so long in the mean. */
    long diskNanos(RaftProcess process, SeededRandom draws, long meanNanos) {
        long nanos = spreadNanos(draws, meanNanos);
        if (disturbed && options.faults.has(Fault.DISK_SLOW)) {
            double rate = options.faults.intensity(Fault.DISK_SLOW) / 8;
            if (draws.chance(rate)) {
                coverage.onFault(Fault.DISK_SLOW, process.machineBit);
                return Math.min(SLOWEST_NANOS, nanos * draws.nextInt(5, 100));
            }
        }
        return nanos;
    }

    /** Lets everything go wrong that the plan has. */
    void disturb() {
        disturbed = true;
        network.disturb(options.faults);
        network.addFaultsTo(injector, options.faultDurationNanos, this::machinesInUse);
        for (RaftProcess process : processes()) {
            disturb(process);
        }
        for (int i = 0; i < 2; i++) {
            addProcessFaults();
        }
        if (options.slowMinorities) {
            injector.add(Fault.PARTITION_SPLIT, 6 * ClusterOptions.ELECTION_NANOS, this::cutOffSlowly);
        }
        if (options.extras) {
            inquirer.maybeStart();
            otherLeader.maybeStart();
        }
    }

    /** Returns the machines of members, those included that do not know yet that they were removed. */
    private int[] machinesInUse() {
        Membership members = checks.ledger.membershipAt(Long.MAX_VALUE);
        return processes().stream()
                .filter(process -> members.isMember(process.id) || process.view.membership.isMember(process.id))
                .mapToInt(process -> process.slot)
                .toArray();
    }

    private void disturb(RaftProcess process) {
        if (options.extras && options.faults.has(Fault.DISK_SLOW)) {
            process.maybeSlowDisk();
        }
        double errors = options.faults.intensity(Fault.DISK_ERROR) / 200;
        DiskFaults faults = process.disk.faults();
        for (DiskOperation operation : MAY_FAIL) {
            faults.sometimes(operation, DiskFault.ERROR, errors);
        }
        faults.sometimes(DiskOperation.WRITE, DiskFault.SHORT, options.faults.intensity(Fault.DISK_SHORT) / 4);
        process.home.disturb(options.faults);
    }

    private void addProcessFaults() {
        addVictimFault(Fault.KILL, options.faultDurationNanos, (process, draws) -> die(process, null));
        injector.add(
                Fault.POWER_CUT,
                options.faultDurationNanos,
                draws -> draws.chance(0.1)
                        ? allDie(draws)
                        : strike(draws, (process, more) -> die(process, survival(more))));
        addVictimFault(Fault.PAUSE, options.faultDurationNanos, (process, draws) -> {
            process.process.pause();
            return () -> process.process.resume();
        });
        addVictimFault(Fault.SLOW_PROCESS, options.faultDurationNanos, (process, draws) -> {
            process.process.slowDown(draws.nextLong(100_000, 3_000_000));
            return () -> process.process.slowDown(0);
        });
        addVictimFault(Fault.CLOCK_DRIFT, 5 * options.faultDurationNanos, (process, draws) -> {
            process.clock.drift(draws.nextInt(-500_000, 1_000_000));
            return () -> process.clock.drift(0);
        });
        addVictimFault(Fault.CLOCK_JUMP, EFFECT_NANOS, (process, draws) -> {
            process.clock.jump(draws.nextLong(-500_000_000L, 2_000_000_000L));
            return () -> {};
        });
        addDiskFaults();
        addVictimFault(Fault.DATA_LOST, 0, (process, draws) -> {
            if (!canLose(process)) {
                return null;
            }
            lose(process);
            return () -> {};
        });
    }

    /** A disk that is full, and what a storage may survive that is more than a log in one file. */
    private void addDiskFaults() {
        addVictimFault(Fault.DISK_FULL, options.faultDurationNanos, (process, draws) -> {
            process.disk.capacityBytes(process.disk.usedBytes() + draws.nextInt(1 << draws.nextInt(17)));
            return () -> process.disk.capacityBytes(Long.MAX_VALUE);
        });
        addVictimFault(Fault.DISK_ROT, 0, (process, draws) -> {
            if (!canLose(process)) {
                return null;
            }
            process.stop(draws.chance(0.5) ? null : Survival.everything());
            process.home.damage(draws);
            if (process.home.isWhole()) {
                restartLater(process);
            } else {
                lose(process);
            }
            return () -> {};
        });
        addVictimFault(Fault.DISK_LOST, options.faultDurationNanos, (process, draws) -> {
            if (process.lies || !canLose(process)) {
                return null;
            }
            // Counted as lost from now on: what it acknowledges may be gone.
            process.lies = true;
            lost |= Membership.bit(process.id);
            process.home.lie();
            return () -> {
                process.stop(survival(draws));
                process.home.isWhole();
                lose(process);
            };
        });
    }

    /** A fault that comes to one process that runs. */
    private interface OnVictim {
        /** Does it; what undoes it is returned, null if this one is spared. */
        @Nullable
        Runnable begin(RaftProcess process, SeededRandom draws);
    }

    private void addVictimFault(Fault fault, long meanDurationNanos, OnVictim onVictim) {
        injector.add(fault, meanDurationNanos, draws -> strike(draws, onVictim));
    }

    private @Nullable Done strike(SeededRandom draws, OnVictim onVictim) {
        RaftProcess process = victim(draws);
        Runnable undo = process == null ? null : onVictim.begin(process, draws);
        return process == null || undo == null ? null : new Done(process.machineBit, undo);
    }

    /** The leader is cut off with another, whose disk has been slow for two election timeouts. */
    private @Nullable Done cutOffSlowly(SeededRandom draws) {
        RaftProcess leader = leader();
        RaftProcess slow = victim(draws);
        if (leader == null || slow == null) {
            return null;
        }
        slow.slowDisk();
        int[] sides = new int[MACHINES];
        sides[leader.slot] = 1;
        sides[slow.slot] = 1;
        Partition partition = Partition.split(sides);
        Event cut = Event.of(() -> network.partition(partition));
        scheduler.after(2 * ClusterOptions.ELECTION_NANOS, cut);
        return new Done(leader.machineBit | slow.machineBit, () -> {
            scheduler.cancel(cut);
            network.mend(partition);
            slow.healDisk();
        });
    }

    private static Survival survival(SeededRandom draws) {
        return switch (draws.nextInt(4)) {
            case 0 -> Survival.nothing();
            case 1 -> Survival.subset(draws.nextLong());
            case 2 -> Survival.everything();
            default -> Survival.torn(draws.nextLong());
        };
    }

    /** Returns a process that runs, null if none does; the leader is met more often than others. */
    private @Nullable RaftProcess victim(SeededRandom draws) {
        RaftProcess leader = draws.chance(0.3) ? leader() : null;
        if (leader != null) {
            return leader;
        }
        List<RaftProcess> running = running();
        return running.isEmpty() ? null : running.get(draws.nextInt(running.size()));
    }

    private List<RaftProcess> running() {
        return processes().stream().filter(RaftProcess::isRunning).toList();
    }

    private Runnable die(RaftProcess process, @Nullable Survival powerCut) {
        process.stop(powerCut);
        return () -> restart(process);
    }

    private @Nullable Done allDie(SeededRandom draws) {
        if (running().isEmpty()) {
            return null;
        }
        List<RaftProcess> all = processes();
        for (RaftProcess process : all) {
            process.stop(survival(draws));
        }
        return new Done(FaultCoverage.EVERYWHERE, () -> all.forEach(this::restart));
    }

    private void restart(RaftProcess process) {
        operation(Operation.RESTART, process);
        process.start(List.of());
    }

    /** Brings a process back that died of an error. */
    void restartLater(RaftProcess process) {
        scheduler.after(random.nextLong(300_000_000), Event.of(() -> restart(process)));
    }

    /**
     * Tells whether a quorum keeps its data without a replica, in every configuration that may be in force. A commit index
     * need not be durable: who restarts may be back in a configuration that it had left.
     */
    private boolean canLose(RaftProcess victim) {
        long left = ~(lost | Membership.bit(victim.id));
        for (RaftProcess process : processes()) {
            if (!process.isRunning()
                    || process.view.lastChange() > process.applied()
                    || !checks.ledger.areQuorumSince(process.view.durableCommit, left)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Tells whether nobody can be elected because a change left fewer voters, those that have their data, than a quorum of the
     * configuration before it.
     * Those who stay may not have heard that it is committed, and need the votes of those who left, who may have later
     * entries. A configuration is in force once it is applied, in etcd's raft as here: its documentation says of two members
     * that one of them cannot be removed any more if the other dies before it hears of the commit.
     */
    boolean hasAChangeLockedAllOut() {
        long staying = checks.ledger.membershipAt(Long.MAX_VALUE).voters() & ~lost;
        boolean leftTooFew = false;
        for (RaftProcess candidate : processes()) {
            Membership membership = candidate.view.membership;
            if (candidate.isRunning() && membership.isVoter(candidate.id)) {
                if (membership.isQuorum(votersFor(candidate.view.log))) {
                    return false;
                }
                leftTooFew |= !membership.isQuorum(staying);
            }
        }
        return leftTooFew;
    }

    /** Returns who runs and has no later entry than a candidate. Paper §5.4.1. */
    private long votersFor(LogView candidate) {
        long voters = 0;
        for (RaftProcess process : processes()) {
            LogView log = process.view.log;
            boolean later = log.lastTerm() > candidate.lastTerm()
                    || (log.lastTerm() == candidate.lastTerm() && log.last() > candidate.last());
            voters |= process.isRunning() && !later ? Membership.bit(process.id) : 0;
        }
        return voters;
    }

    /** Lets what all replicas have applied, and what their disks hold, be part of the hash of the run. */
    void foldState() {
        for (RaftProcess process : processes) {
            if (process != null) {
                scheduler.trace().fold(process.view.appliedHash);
                scheduler.trace().fold(process.disk.contentHash());
            }
        }
    }

    /** Ends all faults, and brings everything back that is not gone for good. */
    void heal() {
        injector.stop();
        inquirer.stop();
        otherLeader.stop();
        network.heal();
        disturbed = false;
        options.syncNanos = Math.min(options.syncNanos, 200_000);
        options.applyNanos = Math.min(options.applyNanos, 50_000);
        options.gatherNanos = Math.min(options.gatherNanos, 100_000);
        for (RaftProcess process : processes()) {
            process.healDisk();
            process.home.heal();
            process.process.slowDown(0);
            process.process.resume();
            process.clock.drift(0);
            process.start(List.of());
            process.recheckClock();
        }
        operator.mend();
    }
}
