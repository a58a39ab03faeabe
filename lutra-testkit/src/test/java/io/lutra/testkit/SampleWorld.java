package io.lutra.testkit;

import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.SimulatedFile;
import io.lutra.testkit.disk.Survival;
import io.lutra.testkit.network.SimulatedNetwork;
import io.lutra.testkit.network.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.EnumSet;

/**
 * A world of talkative nodes with every kind of fault, to compare runs and to measure. Each node passes most of what it
 * hears on to another, logs some of it on its disk, and loses its power now and then.
 *
 * <p>Run as a program it prints the trace hash of each seed of {@code FROM TO}; with a third argument, that many events,
 * it prints how many it does in a second of the processor's time, without faults.
 */
final class SampleWorld {
    private static final int NODES = 5;
    private static final long TICK_NANOS = 10_000_000;

    private enum Operation {
        PASS_ON,
        LOG
    }

    private final Scheduler scheduler;
    private final SimulatedNetwork<Long> network;
    private final FaultCoverage<Operation> coverage = new FaultCoverage<>(Operation.class);
    private final Node[] nodes = new Node[NODES];

    private SampleWorld(long seed, boolean faults) {
        scheduler = new Scheduler(seed);
        network = new SimulatedNetwork<>(scheduler, NODES, Wire.opaque());
        for (int i = 0; i < NODES; i++) {
            nodes[i] = new Node(i);
        }
        if (faults) {
            FaultPlan plan = FaultPlan.draw(scheduler.random("plan"), EnumSet.allOf(Fault.class));
            network.listener(coverage);
            network.disturb(plan);
            FaultInjector injector = new FaultInjector(scheduler, plan, coverage, 5 * TICK_NANOS);
            network.addFaultsTo(injector, 5 * TICK_NANOS);
            injector.add(Fault.POWER_CUT, TICK_NANOS, random -> done(nodes[random.nextInt(NODES)]::restart));
            injector.add(Fault.PAUSE, 5 * TICK_NANOS, random -> {
                SimulatedProcess paused = nodes[random.nextInt(NODES)].process;
                paused.pause();
                return done(paused::resume);
            });
            injector.add(Fault.CLOCK_DRIFT, 50 * TICK_NANOS, random -> {
                SimulatedClock clock = nodes[random.nextInt(NODES)].clock;
                clock.drift(random.nextLong(-500_000, 500_000));
                return done(() -> clock.drift(0));
            });
        }
    }

    private static FaultInjector.Done done(Runnable undo) {
        return new FaultInjector.Done(FaultCoverage.EVERYWHERE, undo);
    }

    static long traceHash(long seed) {
        SampleWorld world = new SampleWorld(seed, true);
        world.scheduler.runUntil(100 * TICK_NANOS);
        for (Node node : world.nodes) {
            world.scheduler.trace().fold(node.diskHash());
        }
        return world.scheduler.trace().hash();
    }

    public static void main(String[] args) {
        if (args.length == 3) {
            measure(Long.parseLong(args[0]), Long.parseLong(args[2]));
            return;
        }
        for (long seed = Long.parseLong(args[0]); seed < Long.parseLong(args[1]); seed++) {
            System.out.println(traceHash(seed));
        }
    }

    private static void measure(long seed, long events) {
        for (int round = 0; round < 5; round++) {
            SampleWorld world = new SampleWorld(seed, false);
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            while (world.scheduler.events() < events) {
                world.scheduler.runNext();
            }
            double seconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e9;
            System.out.printf("%.2f million events per CPU second%n", events / seconds / 1e6);
        }
    }

    private final class Node {
        private final int id;
        private final SimulatedProcess process = new SimulatedProcess(scheduler);
        private final SimulatedClock clock = new SimulatedClock(scheduler, 0);
        private final SimulatedDisk disk;
        private final SeededRandom random;
        private SimulatedFile log;

        Node(int id) {
            this.id = id;
            random = scheduler.random("node").fork(id);
            disk = new SimulatedDisk(random.fork("disk").nextLong());
            start();
        }

        void restart() {
            process.kill();
            disk.crash(Survival.torn(random.nextLong()));
            start();
        }

        private void start() {
            network.attach(id, process, this::receive);
            try {
                log = disk.exists("log") ? disk.open("log") : disk.create("log");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Event tick = new Event() {
                @Override
                protected void run() {
                    network.send(id, random.nextInt(NODES), clock.nanos());
                    scheduler.after(clock.worldNanos(TICK_NANOS), process, this);
                }
            };
            scheduler.after(clock.worldNanos(TICK_NANOS), process, tick);
        }

        private void receive(int from, Long message) {
            coverage.operationBegan(Operation.PASS_ON);
            // A quarter ends here: more than duplication adds.
            if (random.nextInt(4) > 0) {
                network.send(id, random.nextInt(NODES), message + from);
            }
            coverage.operationEnded(Operation.PASS_ON);
            if (random.nextInt(64) == 0) {
                log(message);
            }
        }

        private void log(long message) {
            try {
                if (log.size() > 4096) {
                    log.truncate(0);
                    disk.syncDirectory("");
                }
                log.append(ByteBuffer.allocate(100).putLong(0, message));
                if (random.nextInt(4) == 0) {
                    log.sync();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        long diskHash() {
            try {
                long hash = 0;
                for (byte b : disk.exists("log") ? disk.contentOf("log") : new byte[0]) {
                    hash = hash * 31 + b;
                }
                return hash;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
