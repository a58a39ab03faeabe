package io.lutra.testkit.raft;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Peer;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.ReadState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.StateType;
import io.lutra.raft.StorageException;
import io.lutra.raft.protocol.RawNode;
import io.lutra.testkit.Event;
import io.lutra.testkit.Scheduler;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.SimulatedClock;
import io.lutra.testkit.SimulatedProcess;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.Survival;
import io.lutra.testkit.invariants.EntryHash;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.ReplicaView;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One replica: the core, its storage and its application, on a machine of the simulated world. It does what a careful
 * application does, and dies of every error of its disk.
 *
 * <p>{@link #node} is there while the process runs. Its parts that differ between the two storage modes are a {@link
 * Worker}.
 */
final class RaftProcess {
    /** More Readys without waiting, and more messages in one step, than any input leads to. */
    static final int ENDLESS = 100_000;

    /** A read that waits for the state machine. */
    private record WaitingRead(long operation, long index) {}

    /** How a Ready is carried out: one after the other, or by threads of the storage. */
    interface Worker {
        /** Tells whether inputs have to wait. */
        boolean isBusy();

        /** Takes what the core has to say. */
        void takeReady() throws IOException;

        /** The process ends: nothing of what is under way will happen. */
        void stop();
    }

    final long id;
    final int slot;
    /** Its machine, as {@link io.lutra.testkit.FaultCoverage} has nodes. */
    final long machineBit;

    final RaftCluster cluster;
    private final ClusterOptions.Own own;
    final ReplicaChecks checks;
    final ReplicaView view;
    final SimulatedProcess process;
    final SimulatedClock clock;
    final SimulatedDisk disk;
    final ReplicaHome home;
    final SeededRandom random;
    private final Scheduler scheduler;
    private final KeyValueMachine machine = new KeyValueMachine();
    private final ArrayDeque<Frame> inbox = new ArrayDeque<>();
    private final List<WaitingRead> waitingReads = new ArrayList<>();
    private final Event tick = Event.of(this::onTick);
    private final Event gather = Event.of(this::onGathered);

    private @Nullable RawNode node;
    private @Nullable ReplicaStorage storage;
    private @Nullable Worker worker;
    private ConfState confState = ConfState.EMPTY;
    private long applied;
    /** The last tick, by the own clock. */
    private long tickedNanos;
    /** When the tick event comes, by the own clock. */
    private long dueNanos;

    /** How many times longer its disk takes than others. */
    private long diskSlowness = 1;

    /** Its data is gone: it never comes back. */
    boolean lost;
    /** Its disk claims that it syncs, and does not: it does not come back either. */
    boolean lies;

    RaftProcess(RaftCluster cluster, long id, int slot) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler;
        this.id = id;
        this.slot = slot;
        this.machineBit = 1L << slot;
        this.own = cluster.options.own(scheduler.random("own options").fork(id));
        this.checks = new ReplicaChecks(cluster.checks, id, own, cluster.options);
        this.view = checks.view();
        this.process = new SimulatedProcess(scheduler);
        this.random = scheduler.random("process").fork(id);
        this.clock = new SimulatedClock(scheduler, random.nextLong(ClusterOptions.ELECTION_NANOS));
        this.disk = new SimulatedDisk(random.nextLong());
        disk.faults().listener(fault -> cluster.coverage.onFault(fault, machineBit));
        this.home = cluster.storages.on(disk, random.fork("home").seed(), cluster.checks.violations);
        cluster.network.attach(slot, process, this::receive);
    }

    boolean isRunning() {
        return node != null;
    }

    RawNode node() {
        return present(node);
    }

    ReplicaStorage storage() {
        return present(storage);
    }

    private Worker worker() {
        return present(worker);
    }

    private static <T> T present(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the process does not run");
        }
        return part;
    }

    long applied() {
        return applied;
    }

    KeyValueMachine machine() {
        return machine;
    }

    /** Starts with what is on the disk; as a first member of the group if there is nothing and {@code peers} are given. */
    void start(List<Peer> peers) {
        if (isRunning() || lost) {
            return;
        }
        if (lies) {
            cluster.lose(this);
            return;
        }
        try {
            ReplicaStorage opened = home.open();
            storage = opened;
            checks.restarted(opened);
            SnapshotMetadata snapshot = opened.snapshot().metadata();
            machine.clear();
            if (snapshot.index() > 0) {
                machine.restore(opened.snapshot().data());
            }
            applied = snapshot.index();
            view.givenSnapshot = applied;
            confState = snapshot.confState();
            RawNode started = new RawNode(config(opened));
            node = started;
            checks.started(started.status().confState(), confState);
            worker = cluster.options.async ? new StorageThreads(this) : new SerialWorker(this);
            if (!peers.isEmpty() && opened.lastIndex() == 0) {
                started.bootstrap(peers);
            }
            stepped();
            tickedNanos = clock.nanos() - random.nextLong(ClusterOptions.TICK_NANOS);
            dueNanos = Long.MAX_VALUE;
            settle();
        } catch (IOException e) {
            dieOf(e);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private Config config(ReplicaStorage opened) {
        ClusterOptions options = cluster.options;
        return Config.builder()
                .id(id)
                .electionTick(ClusterOptions.ELECTION_TICK)
                .heartbeatTick(own.heartbeatTick())
                .storage(opened)
                .applied(applied)
                .maxSizePerMsg(options.maxSizePerMsg)
                .maxCommittedSizePerReady(own.maxCommittedSize())
                .maxUncommittedEntriesSize(options.maxUncommitted)
                .maxInflightMsgs(options.maxInflight)
                .maxInflightBytes(options.maxInflightBytes)
                .asyncStorageWrites(options.async)
                .unsafeAsEtcd(options.earlyVoteRequests)
                .preVote(own.preVote())
                .checkQuorum(options.checkQuorum)
                .stepDownOnRemoval(options.stepDownOnRemoval)
                .disableProposalForwarding(!options.forwarding)
                .readOnlyOption(options.readOnly)
                .electionJitter((self, term, electionTick) -> random.nextInt(electionTick))
                .traceListener(checks)
                .build();
    }

    /** Ends: by a kill, or with what survives a power cut. */
    void stop(@Nullable Survival powerCut) {
        if (isRunning()) {
            worker().stop();
        }
        process.kill();
        scheduler.cancel(tick);
        scheduler.cancel(gather);
        inbox.clear();
        waitingReads.clear();
        node = null;
        storage = null;
        worker = null;
        view.role = StateType.FOLLOWER;
        if (powerCut == null) {
            disk.kill();
        } else {
            disk.crash(powerCut);
        }
    }

    /** An operation on the disk failed: what it was to write may be there or not, and nothing more is promised. */
    void dieOf(IOException e) {
        scheduler.trace().record(scheduler.nowNanos(), "disk error", id, 0, e.getMessage());
        stop(Survival.torn(random.nextLong()));
        cluster.restartLater(this);
    }

    /** The core threw something: no input may lead to that, but its storage may have met an error of the disk. */
    void fail(RuntimeException e) {
        if (e instanceof StorageException && e.getCause() instanceof IOException ofDisk) {
            dieOf(ofDisk);
            return;
        }
        cluster.checks.violations.check();
        cluster.checks.violations.report(Invariant.I27, e + " at " + origin(e) + " in " + view);
        cluster.checks.violations.check();
        stop(null);
        cluster.restartLater(this);
    }

    private static String origin(Throwable e) {
        StackTraceElement[] trace = e.getStackTrace();
        return trace.length == 0 ? "an unknown place" : trace[0].toString();
    }

    private void receive(int from, Frame frame) {
        cluster.events++;
        scheduler.trace().fold(EntryHash.of(frame.bytes));
        if (!isRunning() || frame.to != id) {
            return;
        }
        if (worker().isBusy()) {
            inbox.add(frame);
            return;
        }
        try {
            catchUp();
            step(Message.parse(frame.bytes));
            settle();
        } catch (IOException e) {
            dieOf(e);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Gives the core a message. */
    void step(Message m) {
        if (m.type() != MessageType.PRE_VOTE) {
            node().step(m);
            stepped();
            return;
        }
        BasicStatus before = node().basicStatus();
        int due = node().ticksUntilDue();
        node().step(m);
        stepped();
        cluster.checks.harmlessPreVote.asked(before, due, node().basicStatus(), node().ticksUntilDue());
    }

    void stepped() {
        checks.stepped(node(), storage().snapshotIndex());
    }

    /** Takes what the core has to say: now, or together with what follows. */
    void settle() throws IOException {
        if (cluster.options.gatherNanos == 0) {
            drain();
        } else if (!gather.isWaiting()) {
            scheduler.after(random.nextLong(cluster.options.gatherNanos), process, gather);
        }
        scheduleTick();
    }

    private void onGathered() {
        try {
            drain();
            scheduleTick();
        } catch (IOException e) {
            dieOf(e);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Takes up what waited, and one Ready after the other, until there is nothing to do or the storage is busy. */
    void drain() throws IOException {
        for (int readys = 0; isRunning() && !worker().isBusy(); readys++) {
            if (readys == ENDLESS) {
                cluster.checks.violations.report(Invariant.I29, "there is always one Ready more of " + view);
                throw new IllegalStateException("endless Readys");
            }
            if (!inbox.isEmpty()) {
                catchUp();
                while (!inbox.isEmpty()) {
                    step(Message.parse(inbox.poll().bytes));
                }
            }
            if (!node().hasReady()) {
                return;
            }
            worker().takeReady();
        }
    }

    private void onTick() {
        if (worker().isBusy()) {
            // The thread that would tick waits for its disk; it makes up for the ticks afterwards.
            dueNanos = Long.MAX_VALUE;
            return;
        }
        try {
            dueNanos = Long.MAX_VALUE;
            catchUp();
            settle();
        } catch (IOException e) {
            dieOf(e);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Lets the ticks pass that the own clock has seen. */
    void catchUp() {
        long nanos = clock.nanos();
        // A clock that went back is followed: what matters is how fast it goes.
        tickedNanos = Math.min(tickedNanos, nanos);
        long passed = (nanos - tickedNanos) / ClusterOptions.TICK_NANOS;
        if (passed == 0) {
            return;
        }
        tickedNanos += passed * ClusterOptions.TICK_NANOS;
        int due = node().ticksUntilDue();
        int ticks = (int) Math.min(passed, (long) due + cluster.options.catchUpTicks);
        if (ticks < due) {
            node().tick(ticks);
            return;
        }
        cluster.events++;
        if (cluster.options.ticksOneByOne) {
            for (int i = 0; i < ticks; i++) {
                node().tick();
                stepped();
            }
        } else {
            node().tick(ticks);
            stepped();
        }
    }

    /** Makes sure that the tick event comes when the core has something to do. */
    void scheduleTick() {
        if (!isRunning() || worker().isBusy()) {
            return;
        }
        int ticks = node().ticksUntilDue();
        if (ticks == RawNode.NEVER) {
            return;
        }
        long due = tickedNanos + ticks * ClusterOptions.TICK_NANOS;
        if (tick.isWaiting()) {
            if (due >= dueNanos) {
                return;
            }
            scheduler.cancel(tick);
        }
        dueNanos = due;
        scheduler.after(Math.max(0, clock.worldNanos(due - clock.nanos())), process, tick);
    }

    /** Lets its disk be slow in some runs: what is written then stays under way for long. */
    void maybeSlowDisk() {
        SeededRandom draws = scheduler.random("slow disks").fork(id);
        if (draws.chance(0.3)) {
            diskSlowness = draws.nextInt(10, 200);
        }
    }

    /** Lets each write take as long as elections do, until the disk is healed. */
    void slowDisk() {
        diskSlowness = 5000;
    }

    void healDisk() {
        diskSlowness = 1;
        disk.faults().none();
    }

    /** The clock goes at another speed now. */
    void recheckClock() {
        scheduler.cancel(tick);
        dueNanos = Long.MAX_VALUE;
        tickedNanos = Math.min(tickedNanos, clock.nanos());
        scheduleTick();
    }

    /** A message leaves. What is for the replica itself is taken up at once. */
    void release(Message m) {
        checks.released(m);
        if (m.to() == id) {
            step(m);
            return;
        }
        cluster.send(this, m);
        if (m.type() == MessageType.SNAP) {
            reportSnapshotLater(m.to());
        }
    }

    private void reportSnapshotLater(long to) {
        SnapshotStatus status = random.chance(0.2) ? SnapshotStatus.FAILURE : SnapshotStatus.FINISH;
        scheduler.after(random.nextLong(1_000_000, 50_000_000), process, Event.of(() -> {
            if (isRunning()) {
                act(() -> node().reportSnapshot(to, status));
            }
        }));
    }

    /** Something is asked of the core by its application or operator. */
    void act(Runnable call) {
        try {
            catchUp();
            call.run();
            stepped();
            if (!worker().isBusy()) {
                settle();
            }
        } catch (IOException e) {
            dieOf(e);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    @Nullable
    ProposalResult proposed;

    /** Proposes a command; null if the process died of it. */
    @Nullable
    ProposalResult propose(byte[] command) {
        proposed = null;
        act(() -> proposed = node().propose(command));
        return proposed;
    }

    void readIndex(byte[] context) {
        act(() -> {
            if (node().readIndex(context) == null) {
                checks.readTaken();
            }
        });
    }

    void proposeChange(MembershipChange change) {
        act(() -> node().proposeConfChange(change));
    }

    /** Writes what is to be stored: not durably. */
    void write(HardState hardState, @Nullable Snapshot snapshot, List<Entry> entries) throws IOException {
        checks.writes(snapshot, entries);
        storage().write(hardState, snapshot, entries);
    }

    /** Makes durable what was written. */
    void sync(HardState hardState, @Nullable Snapshot snapshot, List<Entry> entries) throws IOException {
        storage().sync();
        checks.persisted(hardState, snapshot, entries);
    }

    long syncNanos() {
        return cluster.diskNanos(
                this, random, Math.min(cluster.options.slowestNanos, diskSlowness * cluster.options.syncNanos));
    }

    /** A snapshot is being stored: what it covers is not applied any more, since its configuration is in force already. */
    void expect(Snapshot snapshot) {
        view.givenSnapshot = snapshot.metadata().index();
        cluster.operation(Operation.INSTALL, this);
    }

    /** The application begins anew with a snapshot, unless it is further. */
    void install(Snapshot snapshot) {
        if (snapshot.metadata().index() > applied) {
            checks.installed(snapshot);
            machine.restore(snapshot.data());
            applied = snapshot.metadata().index();
            confState = snapshot.metadata().confState();
            serveReads();
        }
    }

    /** The application applies entries; those that a snapshot has brought meanwhile are left out. */
    void apply(List<Entry> entries) throws IOException {
        boolean changed = false;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() <= Math.max(applied, view.givenSnapshot)) {
                continue;
            }
            if (entry.type().isConfChange()) {
                changed = true;
                checks.applies(entry);
                confState = node().applyConfChange(MembershipChange.of(entry));
                stepped();
                cluster.membershipApplied(this, view.membership);
            }
            checks.applied(entry);
            long write = machine.apply(entry);
            applied = entry.index();
            if (write != 0) {
                cluster.clients.applied(this, write, applied);
            }
        }
        serveReads();
        // A new member refuses a snapshot that does not know it yet: where the log is cut, it needs a newer one.
        boolean needed = changed && storage().firstIndex() > 1;
        boolean due = applied - storage().snapshotIndex() >= cluster.options.snapshotEvery;
        // Not while the entries of the bootstrap come one by one: the membership that they lead to is in force already.
        // Nor behind a snapshot of the leader that is being stored.
        boolean behind = applied < storage().firstIndex();
        if ((needed || due) && !behind && applied >= cluster.options.voters) {
            makeSnapshot();
        }
    }

    private void makeSnapshot() throws IOException {
        ReplicaStorage log = storage();
        SnapshotMetadata metadata = SnapshotMetadata.of(confState, applied, log.term(applied));
        Snapshot snapshot = Snapshot.of(machine.snapshot(view.appliedHash), metadata);
        checks.made(snapshot);
        cluster.operation(Operation.COMPACT, this);
        log.compact(snapshot, applied - cluster.options.keptEntries);
    }

    void confirmReads(List<ReadState> readStates) {
        for (int i = 0; i < readStates.size(); i++) {
            ReadState read = readStates.get(i);
            checks.readAnswered();
            byte[] context = read.requestContext();
            long operation = Clients.operationOf(context);
            if (!cluster.inquirer.answered(this, context, read.index())
                    && cluster.clients.confirmed(this, operation, read.index())) {
                waitingReads.add(new WaitingRead(operation, read.index()));
            }
        }
        checks.readsConfirmed();
        serveReads();
    }

    private void serveReads() {
        if (waitingReads.isEmpty()) {
            return;
        }
        for (Iterator<WaitingRead> all = waitingReads.iterator(); all.hasNext(); ) {
            WaitingRead read = all.next();
            if (read.index <= applied) {
                all.remove();
                cluster.clients.served(this, read.operation, read.index);
            }
        }
    }
}
