package io.lutra.testkit.network;

import io.lutra.testkit.Event;
import io.lutra.testkit.Fault;
import io.lutra.testkit.FaultInjector;
import io.lutra.testkit.FaultListener;
import io.lutra.testkit.FaultPlan;
import io.lutra.testkit.Scheduler;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.SimulatedProcess;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A network whose links delay, lose, reorder, repeat and change messages, each direction by itself, and that falls into
 * partitions of any shape. Every decision is drawn from the scheduler's seed.
 *
 * <p>Nodes are numbers from 0 on. Each is attached with the process that it runs in: while that is paused its messages
 * wait, when it is killed those under way to it are lost. A message belongs to the connection that was open when it was
 * sent: a {@link Link#reset} loses it. Sender and receiver share the message object, which must not change.
 *
 * @param <M> the messages
 */
public final class SimulatedNetwork<M> {
    private static final Delay SLOW = Delay.uniform(10_000_000, 100_000_000);
    private static final Delay OVERTAKEN = Delay.uniform(0, 20_000_000);
    private static final long SLOW_BYTES_PER_SECOND = 100_000;

    /** What a node does with a message. */
    public interface Receiver<M> {
        /** A message from another node has arrived. */
        void receive(int from, M message);
    }

    private static final class Count {
        long value;
    }

    /** What a fault of links does to one. */
    private interface OnLink {
        /** Does it; what undoes it is returned. */
        Runnable begin(Link link);
    }

    private final Scheduler scheduler;
    private final int nodes;
    private final Wire<M> wire;
    private final SeededRandom random;
    private final Link[] links;
    private final @Nullable SimulatedProcess[] processes;
    private final List<@Nullable Receiver<M>> receivers = new ArrayList<>();
    private final List<Partition> partitions = new ArrayList<>();
    private final Map<Fault, Count> faults = new EnumMap<>(Fault.class);
    private final ArrayDeque<Delivery> free = new ArrayDeque<>();
    private FaultListener listener = FaultListener.NONE;
    private long sent;
    private long delivered;
    private long lost;

    /** Creates a healthy network of so many nodes, none of which is attached. */
    public SimulatedNetwork(Scheduler scheduler, int nodes, Wire<M> wire) {
        this.scheduler = scheduler;
        this.nodes = nodes;
        this.wire = wire;
        this.random = scheduler.random("network");
        this.links = new Link[nodes * nodes];
        for (int i = 0; i < links.length; i++) {
            links[i] = new Link(scheduler);
        }
        this.processes = new SimulatedProcess[nodes];
        for (int i = 0; i < nodes; i++) {
            receivers.add(null);
        }
    }

    /** Sets who is told of every fault that strikes a message. */
    public void listener(FaultListener faultListener) {
        listener = faultListener;
    }

    /** Lets a node receive what is sent to it from now on. */
    public void attach(int node, SimulatedProcess process, Receiver<M> receiver) {
        processes[node] = process;
        receivers.set(node, receiver);
    }

    /** Lets what comes to a node be lost, as long as it is not attached again. */
    public void detach(int node) {
        receivers.set(node, null);
    }

    /** Returns one direction between two nodes. */
    public Link link(int from, int to) {
        return links[from * nodes + to];
    }

    /** Breaks the connection between two nodes, in both directions. */
    public void reset(int one, int other) {
        link(one, other).reset();
        link(other, one).reset();
    }

    /** Sends a message. It arrives when its link has it arrive, once, twice or never. */
    public void send(int from, int to, M message) {
        sent++;
        Link link = link(from, to);
        if (link.cut) {
            lose("cut", from, to, message);
            return;
        }
        if (random.chance(link.loss)) {
            strike(Fault.MESSAGE_LOSS, from, to);
            lose("loss", from, to, message);
            return;
        }
        M transmitted = message;
        if (random.chance(link.corruption)) {
            strike(Fault.MESSAGE_CORRUPT, from, to);
            M changed = wire.corrupt(message, random);
            if (changed == null) {
                lose("refused", from, to, message);
                return;
            }
            transmitted = changed;
        }
        long departure = link.departureNanos(wire.sizeBytes(transmitted));
        if (departure < 0) {
            lose("queue full", from, to, message);
            return;
        }
        long arrival = departure + link.delay.drawNanos(random);
        if (random.chance(link.duplication)) {
            strike(Fault.MESSAGE_DUPLICATE, from, to);
            deliver(from, to, transmitted, arrival + OVERTAKEN.drawNanos(random));
        }
        if (random.chance(link.reordering)) {
            strike(Fault.MESSAGE_REORDER, from, to);
            deliver(from, to, transmitted, arrival + OVERTAKEN.drawNanos(random));
            return;
        }
        if (random.chance(link.slowness)) {
            strike(Fault.MESSAGE_DELAY, from, to);
            arrival += SLOW.drawNanos(random);
        }
        deliver(from, to, transmitted, link.inOrder(arrival));
    }

    /** Lets the network fall into a partition, besides those it has: two nodes hear of each other if all of them agree. */
    public void partition(Partition partition) {
        if (partition.nodes() != nodes) {
            throw new IllegalArgumentException("a partition of " + partition.nodes() + " nodes, not " + nodes);
        }
        partitions.add(partition);
        cut();
    }

    /** Ends a partition. */
    public void mend(Partition partition) {
        partitions.remove(partition);
        cut();
    }

    /** Ends all partitions and makes all links as they were at first. */
    public void heal() {
        partitions.clear();
        cut();
        for (Link link : links) {
            link.heal();
        }
    }

    /** Gives every link its own share of the plan's faults that strike messages. */
    public void disturb(FaultPlan plan) {
        for (Link link : links) {
            link.loss(share(plan, Fault.MESSAGE_LOSS, 0.2))
                    .slowness(share(plan, Fault.MESSAGE_DELAY, 0.05))
                    .reordering(share(plan, Fault.MESSAGE_REORDER, 0.2))
                    .duplication(share(plan, Fault.MESSAGE_DUPLICATE, 0.2))
                    .corruption(share(plan, Fault.MESSAGE_CORRUPT, 0.05));
        }
    }

    /** Has an injector let partitions, stalls, resets and narrow links come and go, between any of the nodes. */
    public void addFaultsTo(FaultInjector injector, long meanDurationNanos) {
        int[] all = IntStream.range(0, nodes).toArray();
        addFaultsTo(injector, meanDurationNanos, () -> all);
    }

    /**
     * Has an injector let partitions, stalls, resets and narrow links come and go, between the nodes that are in use when one
     * comes: of a large network with few of them, what is drawn over all nodes would hardly ever cut anything.
     *
     * @param used the nodes in use, each once; with fewer than two nothing comes
     */
    public void addFaultsTo(FaultInjector injector, long meanDurationNanos, Supplier<int[]> used) {
        for (Fault kind : Partition.KINDS) {
            injector.add(kind, meanDurationNanos, draws -> {
                int[] places = used.get();
                if (places.length < 2) {
                    return null;
                }
                Partition partition = Partition.draw(kind, places.length, draws).among(nodes, places);
                partition(partition);
                return new FaultInjector.Done(partition.touched(), () -> mend(partition));
            });
        }
        addLinkFault(injector, Fault.CONNECTION_STALL, meanDurationNanos, used, link -> {
            link.stall();
            return link::flow;
        });
        addLinkFault(injector, Fault.BANDWIDTH, meanDurationNanos, used, link -> {
            link.bandwidth(SLOW_BYTES_PER_SECOND, SLOW_BYTES_PER_SECOND / 100, SLOW_BYTES_PER_SECOND);
            return () -> link.bandwidth(0, 0, 0);
        });
        injector.add(Fault.CONNECTION_RESET, 0, draws -> {
            List<int[]> busy = busyPairsOf(used.get());
            if (busy.isEmpty()) {
                return null;
            }
            int[] ends = busy.get(draws.nextInt(busy.size()));
            reset(ends[0], ends[1]);
            return new FaultInjector.Done(bit(ends[0]) | bit(ends[1]), () -> {});
        });
    }

    /** Returns between which two of these nodes messages are under way: a connection that breaks loses nothing else. */
    private List<int[]> busyPairsOf(int[] places) {
        List<int[]> busy = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            for (int j = 0; j < i; j++) {
                if (link(places[i], places[j]).isBusy()
                        || link(places[j], places[i]).isBusy()) {
                    busy.add(new int[] {places[i], places[j]});
                }
            }
        }
        return busy;
    }

    private void addLinkFault(
            FaultInjector injector, Fault fault, long meanDurationNanos, Supplier<int[]> used, OnLink onLink) {
        injector.add(fault, meanDurationNanos, draws -> {
            int[] ends = twoOf(used.get(), draws);
            return ends == null
                    ? null
                    : new FaultInjector.Done(bit(ends[0]) | bit(ends[1]), onLink.begin(link(ends[0], ends[1])));
        });
    }

    /** Returns two different ones of these nodes, null if there are none. */
    private static int @Nullable [] twoOf(int[] places, SeededRandom draws) {
        if (places.length < 2) {
            return null;
        }
        int from = draws.nextInt(places.length);
        int to = (from + draws.nextInt(1, places.length)) % places.length;
        return new int[] {places[from], places[to]};
    }

    /** Returns how many messages were sent. */
    public long sent() {
        return sent;
    }

    /** Returns how many messages arrived, those that arrived twice counted twice. */
    public long delivered() {
        return delivered;
    }

    /** Returns how many messages were lost, for any reason. */
    public long lost() {
        return lost;
    }

    /** Returns how often a fault struck a message. */
    public long faults(Fault fault) {
        Count count = faults.get(fault);
        return count == null ? 0 : count.value;
    }

    private double share(FaultPlan plan, Fault fault, double most) {
        return plan.has(fault) ? most * plan.intensity(fault) * random.nextDouble() : 0;
    }

    private void cut() {
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                boolean connected = true;
                for (Partition partition : partitions) {
                    connected &= partition.connects(from, to);
                }
                link(from, to).cut = !connected;
            }
        }
    }

    private void strike(Fault fault, int from, int to) {
        faults.computeIfAbsent(fault, key -> new Count()).value++;
        listener.onFault(fault, bit(from) | bit(to));
    }

    private static long bit(int node) {
        return 1L << node; // node % 64, as FaultCoverage has them
    }

    private void lose(String why, int from, int to, M message) {
        lost++;
        scheduler.trace().record(scheduler.nowNanos(), why, from, to, message);
    }

    private void deliver(int from, int to, M message, long arrivalNanos) {
        Delivery delivery = free.isEmpty() ? new Delivery() : free.pop();
        delivery.from = from;
        delivery.to = to;
        delivery.message = message;
        delivery.epoch = link(from, to).epoch();
        delivery.life = lifeOf(to);
        delivery.arriveIn(arrivalNanos - scheduler.nowNanos());
    }

    private int lifeOf(int node) {
        SimulatedProcess process = processes[node];
        return process == null ? 0 : process.life();
    }

    /** A message under way; used again for another when it has arrived. */
    final class Delivery extends Event {
        private int from;
        private int to;
        private int epoch;
        private int life;
        private @Nullable M message;

        void arriveIn(long nanos) {
            SimulatedProcess process = processes[to];
            if (process == null) {
                scheduler.after(nanos, this);
            } else {
                scheduler.after(nanos, process, this);
            }
        }

        /** Arrives after having been held; at the process that it was sent to, not at the next one. */
        void released() {
            if (lifeOf(to) == life) {
                arriveIn(0);
            } else {
                lost();
            }
        }

        @Override
        protected void run() {
            Link link = link(from, to);
            Receiver<M> receiver = receivers.get(to);
            M arrived = message;
            if (link.epoch() != epoch || link.cut || receiver == null || arrived == null) {
                lost();
                return;
            }
            if (link.holds()) {
                if (!link.hold(this)) {
                    lost();
                }
                return;
            }
            int sender = from;
            delivered++;
            scheduler.trace().record(scheduler.nowNanos(), "deliver", from, to, arrived);
            free();
            receiver.receive(sender, arrived);
        }

        @Override
        protected void dropped() {
            lost();
        }

        void lost() {
            lost++;
            scheduler.trace().record(scheduler.nowNanos(), "lost", from, to, message);
            free();
        }

        private void free() {
            message = null;
            free.push(this);
        }
    }
}
