package io.lutra.testkit.raft;

import io.lutra.raft.ProposalResult;
import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.StateType;
import io.lutra.testkit.Event;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.linearizability.History;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The clients of a cluster: each writes and reads, one operation after the other, at whichever replica it likes. What
 * does not end in time is given up: nobody knows whether that write happened.
 */
final class Clients {
    /** At most so many. */
    static final int MAX = 16;

    static final long TIMEOUT_NANOS = 2_000_000_000;
    /** So many writes of a leader that stays are not dropped all. */
    private static final long MANY_WRITES = 20;

    private static final long RETRY_NANOS = 20_000_000;

    private final RaftCluster cluster;
    private final SeededRandom random;
    private final History<Registers.Access, Long> history = new History<>();
    private final Client[] clients;
    private long operations;
    private boolean stopped;
    /** How many writes were proposed since every operation has to end, and how many of them were acknowledged. */
    private long proposed;

    private long acknowledged;
    /** Every operation that begins after this has to end in time. */
    private long mustEndFromNanos = Long.MAX_VALUE;

    Clients(RaftCluster cluster) {
        this.cluster = cluster;
        this.random = cluster.scheduler.random("clients");
        this.clients = new Client[cluster.options.clients];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new Client(i);
        }
    }

    static int clientOf(long operation) {
        return (int) (operation & (MAX - 1));
    }

    static long operationOf(byte[] context) {
        return ByteBuffer.wrap(context).getLong();
    }

    void start() {
        for (Client client : clients) {
            client.next(random.nextLong(ClusterOptions.ELECTION_NANOS));
        }
    }

    /** No operation begins from now on. */
    void stop() {
        stopped = true;
    }

    /** From now on every operation has to end in time. */
    void mustEnd() {
        mustEndFromNanos = cluster.scheduler.nowNanos();
    }

    /** Tells whether writes go through: some are acknowledged, if any number of them was proposed. */
    boolean areServed() {
        return acknowledged > 0 || proposed < MANY_WRITES;
    }

    boolean areIdle() {
        for (Client client : clients) {
            if (client.operation != 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns what the clients saw. */
    List<io.lutra.testkit.linearizability.Operation<Registers.Access, Long>> operations() {
        return history.operations();
    }

    /** A replica applied a write. */
    void applied(RaftProcess process, long write, long index) {
        Client client = clients[clientOf(write)];
        if (client.operation == write && client.replica == process.id) {
            cluster.checks.acknowledgedWrites.acknowledged(process.view, index);
            history.completed(client.recorded, 0L);
            acknowledged += client.beganNanos >= mustEndFromNanos ? 1 : 0;
            client.done(Operation.WRITE);
        }
    }

    /** A read may be served once an index is applied; tells whether anybody still waits for it. */
    boolean confirmed(RaftProcess process, long operation, long index) {
        Client client = clients[clientOf(operation)];
        if (client.operation != operation || client.replica != process.id) {
            return false;
        }
        if (cluster.options.readOnly == ReadOnlyOption.SAFE) {
            cluster.checks.freshReads.confirmed(process.view, client.acknowledgedBefore, index);
        }
        return true;
    }

    /** A replica has applied what a read waited for. */
    void served(RaftProcess process, long operation, long index) {
        Client client = clients[clientOf(operation)];
        if (client.operation != operation) {
            return;
        }
        if (cluster.options.readOnly == ReadOnlyOption.SAFE) {
            cluster.checks.freshReads.served(process.view, client.acknowledgedBefore, index);
            history.completed(client.recorded, process.machine().value(client.key));
        } else {
            history.failed(client.recorded);
        }
        client.done(Operation.READ);
    }

    private final class Client extends Event {
        private final int number;
        /** The operation under way, 0 if there is none. */
        private long operation;

        private boolean reads;
        private int key;
        private long replica;
        /** Those of the replica and of the leader at that time. */
        private long machines;

        private long beganNanos;
        private long acknowledgedBefore;
        private long termBefore;
        /** The number of the operation in the history. */
        private int recorded;

        Client(int number) {
            this.number = number;
        }

        void next(long delayNanos) {
            cluster.scheduler.after(delayNanos, this);
        }

        void done(Operation kind) {
            operation = 0;
            cluster.coverage.operationEnded(kind, machines);
            cluster.scheduler.cancel(this);
            next(cluster.options.thinkNanos == 0 ? 0 : random.nextLong(2 * cluster.options.thinkNanos));
        }

        @Override
        protected void run() {
            if (operation != 0) {
                giveUp();
            }
            if (stopped) {
                return;
            }
            RaftProcess process = cluster.anyProcess(random);
            if (process == null) {
                next(RETRY_NANOS);
                return;
            }
            cluster.events++;
            operation = ++operations * MAX + number;
            reads = random.chance(cluster.options.readShare);
            if (!reads && mustEndFromNanos != Long.MAX_VALUE && process.view.role != StateType.LEADER) {
                // Nobody hears what became of a proposal that a follower passed on: it need not end.
                operation = 0;
                next(RETRY_NANOS);
                return;
            }
            key = random.nextInt(KeyValueMachine.KEYS);
            replica = process.id;
            RaftProcess leader = cluster.leader();
            machines = process.machineBit | (leader == null ? 0 : leader.machineBit);
            beganNanos = cluster.scheduler.nowNanos();
            termBefore = cluster.term();
            acknowledgedBefore = cluster.checks.acknowledgedWrites.highest();
            recorded = history.invoked(new Registers.Access(key, reads ? 0 : operation));
            next(TIMEOUT_NANOS);
            if (reads) {
                read(process);
            } else {
                write(process);
            }
        }

        private void giveUp() {
            // An election ends what is under way: without pre-vote and check-quorum there may be one at any time.
            if (beganNanos >= mustEndFromNanos && termBefore != 0 && termBefore == cluster.term()) {
                cluster.checks.violations.report(
                        Invariant.I29,
                        (reads ? "a read" : "a write") + " that began at " + beganNanos + " at replica " + replica
                                + " did not end");
            }
            if (reads) {
                history.failed(recorded);
            }
            cluster.coverage.operationEnded(reads ? Operation.READ : Operation.WRITE, machines);
            operation = 0;
        }

        private void read(RaftProcess process) {
            cluster.coverage.operationBegan(Operation.READ, machines);
            byte[] context = ByteBuffer.allocate(Long.BYTES).putLong(operation).array();
            process.readIndex(context);
            retryUnlessLed(process);
        }

        /** A read that is asked of a replica without a leader is lost: ask again soon, and not after a timeout. */
        private void retryUnlessLed(RaftProcess process) {
            if (operation != 0 && process.view.lead == 0) {
                operation = 0;
                history.failed(recorded);
                cluster.coverage.operationEnded(Operation.READ, machines);
                cluster.scheduler.cancel(this);
                next(RETRY_NANOS);
            }
        }

        private void write(RaftProcess process) {
            cluster.coverage.operationBegan(Operation.WRITE, machines);
            long mine = operation;
            proposed += beganNanos >= mustEndFromNanos ? 1 : 0;
            int padding = cluster.options.padding == 0 ? 0 : random.nextInt(cluster.options.padding);
            ProposalResult result =
                    process.propose(KeyValueMachine.command(key, operation, padding, cluster.options.paddingByte));
            if (result != null && result.isDropped() && operation == mine) {
                history.failed(recorded);
                operation = 0;
                cluster.coverage.operationEnded(Operation.WRITE, machines);
                cluster.scheduler.cancel(this);
                next(RETRY_NANOS);
            }
        }
    }
}
