package io.lutra.testkit.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.Event;
import io.lutra.testkit.Fault;
import io.lutra.testkit.FaultCoverage;
import io.lutra.testkit.FaultInjector;
import io.lutra.testkit.FaultPlan;
import io.lutra.testkit.Scheduler;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.SimulatedProcess;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedNetworkTest {
    private static final int NODES = 3;
    private static final long MILLI = 1_000_000;

    private enum Operation {
        SEND
    }

    private enum Node {
        USED,
        UNUSED
    }

    private static final Wire<Long> WIRE = new Wire<>() {
        @Override
        public int sizeBytes(Long message) {
            return 100;
        }

        @Override
        public Long corrupt(Long message, SeededRandom random) {
            return random.chance(0.5) ? null : -message;
        }
    };

    private final Scheduler scheduler = new Scheduler(1);
    private final SimulatedNetwork<Long> network = new SimulatedNetwork<>(scheduler, NODES, WIRE);
    private final List<SimulatedProcess> processes = new ArrayList<>();
    private final List<Long> received = new ArrayList<>();
    private final List<Long> receivedAt = new ArrayList<>();

    @BeforeEach
    void attachAll() {
        for (int node = 0; node < NODES; node++) {
            processes.add(new SimulatedProcess(scheduler));
            attach(node);
        }
    }

    @Test
    void aHealthyLinkDeliversAllInOrder() {
        send(1000);
        run();
        assertThat(received).isEqualTo(numbers(1000));
        assertThat(receivedAt).allMatch(at -> at >= MILLI / 2 && at < MILLI);
        assertThat(network.sent()).isEqualTo(1000);
        assertThat(network.delivered()).isEqualTo(1000);
        assertThat(network.lost()).isZero();
    }

    @Test
    void losesAsManyAsItShould() {
        network.link(0, 1).loss(0.3);
        send(10_000);
        run();
        assertThat(received).hasSizeBetween(6_800, 7_200).isSorted();
        assertThat(network.faults(Fault.MESSAGE_LOSS)).isEqualTo(10_000 - received.size());
        assertThat(network.lost()).isEqualTo(10_000 - received.size());
    }

    @Test
    void directionsAreApart() {
        network.link(0, 1).loss(1);
        network.send(0, 1, 1L);
        network.send(1, 0, 2L);
        run();
        assertThat(received).containsExactly(2L);
    }

    @Test
    void slowMessagesHoldUpThoseBehindThem() {
        network.link(0, 1).slowness(0.01);
        send(1000);
        run();
        assertThat(received).isEqualTo(numbers(1000));
        assertThat(receivedAt.get(999)).isBetween(10 * MILLI, 110 * MILLI);
        assertThat(network.faults(Fault.MESSAGE_DELAY)).isBetween(3L, 30L);
    }

    @Test
    void reorderedMessagesAreOvertaken() {
        network.link(0, 1).reordering(0.1);
        send(1000);
        run();
        assertThat(received).containsExactlyInAnyOrderElementsOf(numbers(1000));
        assertThat(received).isNotEqualTo(numbers(1000));
        assertThat(network.faults(Fault.MESSAGE_REORDER)).isBetween(70L, 130L);
    }

    @Test
    void repeatsMessages() {
        network.link(0, 1).duplication(0.1);
        send(1000);
        run();
        assertThat(new HashSet<>(received)).hasSize(1000);
        assertThat(received).hasSize(1000 + (int) network.faults(Fault.MESSAGE_DUPLICATE));
        assertThat(received).hasSizeBetween(1070, 1130);
    }

    @Test
    void changesMessagesOrHasThemRefused() {
        network.link(0, 1).corruption(0.1);
        send(1000);
        run();
        long changed = received.stream().filter(message -> message < 0).count();
        assertThat(changed).isPositive();
        assertThat(network.lost()).isPositive();
        assertThat(changed + network.lost()).isEqualTo(network.faults(Fault.MESSAGE_CORRUPT));
        assertThat(received).hasSize(1000 - (int) network.lost());
    }

    @Test
    void delaysComeFromTheDistribution() {
        SeededRandom random = new SeededRandom(1);
        assertThat(Delay.constant(5).drawNanos(random)).isEqualTo(5);
        List<Long> draws = LongStream.range(0, 10_000)
                .map(i -> Delay.longTail(100, 1_100).drawNanos(random))
                .boxed()
                .sorted()
                .toList();
        assertThat(draws.get(0)).isBetween(100L, 101L);
        assertThat(draws.get(5_000)).isBetween(210L, 240L);
        assertThat(draws.get(9_999)).isBetween(1_050L, 1_100L);
    }

    @Test
    void aNarrowLinkCarriesItsBytesPerSecondAfterABurst() {
        network.link(0, 1).delay(Delay.constant(0)).bandwidth(100_000, 1_000, 1_000_000);
        scheduler.runUntil(1_000 * MILLI);
        send(110);
        run();
        assertThat(received).isEqualTo(numbers(110));
        assertThat(receivedAt.subList(0, 10)).containsOnly(1_000 * MILLI);
        assertThat(receivedAt.get(10)).isEqualTo(1_001 * MILLI);
        assertThat(receivedAt.get(109)).isEqualTo(1_100 * MILLI);
    }

    @Test
    void aNarrowLinkLosesWhatCannotWait() {
        network.link(0, 1).bandwidth(100_000, 0, 2_000);
        send(100);
        run();
        assertThat(received).isEqualTo(numbers(20));
        assertThat(network.lost()).isEqualTo(80);
    }

    @Test
    void aResetLosesWhatIsUnderWay() {
        send(10);
        network.reset(0, 1);
        network.send(0, 1, 100L);
        run();
        assertThat(received).containsExactly(100L);
        assertThat(network.lost()).isEqualTo(10);
    }

    @Test
    void aStalledLinkHoldsMessagesUntilItFlows() {
        network.link(0, 1).stall();
        send(10);
        scheduler.runUntil(50 * MILLI);
        assertThat(received).isEmpty();
        network.send(0, 1, 10L);
        scheduler.after(10 * MILLI, Event.of(() -> network.link(0, 1).flow()));
        run();
        assertThat(received).isEqualTo(numbers(11));
        assertThat(receivedAt).containsOnly(60 * MILLI);
    }

    @Test
    void whatAStalledLinkHoldsIsBoundedAndLostByAReset() {
        network.link(0, 1).stall();
        send(Link.MAX_HELD + 5);
        run();
        assertThat(network.lost()).isEqualTo(5);
        network.link(0, 1).reset();
        network.link(0, 1).flow();
        run();
        assertThat(received).isEmpty();
        assertThat(network.lost()).isEqualTo(Link.MAX_HELD + 5);
    }

    @Test
    void messagesToAPausedProcessWait() {
        processes.get(1).pause();
        send(10);
        scheduler.runUntil(50 * MILLI);
        assertThat(received).isEmpty();
        processes.get(1).resume();
        run();
        assertThat(received).isEqualTo(numbers(10));
        assertThat(receivedAt).containsOnly(50 * MILLI);
    }

    @Test
    void messagesToAKilledProcessAreLostEvenIfItStartsAgainOrTheLinkHeldThem() {
        send(10);
        network.link(2, 1).stall();
        network.send(2, 1, 50L);
        scheduler.runUntil(MILLI / 4);
        processes.get(1).kill();
        attach(1);
        run();
        network.link(2, 1).flow();
        run();
        assertThat(received).isEmpty();
        assertThat(network.lost()).isEqualTo(11);
        send(3);
        run();
        assertThat(received).isEqualTo(numbers(3));
    }

    @Test
    void messagesToADetachedNodeAreLost() {
        network.detach(1);
        send(10);
        run();
        assertThat(network.lost()).isEqualTo(10);
    }

    @Test
    void aPartitionLosesWhatIsSentAndWhatIsUnderWay() {
        network.send(0, 1, 1L);
        Partition partition = Partition.isolated(NODES, 1);
        network.partition(partition);
        network.send(0, 1, 2L);
        network.send(1, 0, 3L);
        network.send(0, 2, 4L);
        run();
        assertThat(received).containsExactly(4L);
        network.mend(partition);
        network.send(0, 1, 5L);
        run();
        assertThat(received).containsExactly(4L, 5L);
    }

    @Test
    void partitionsAddUpUntilTheNetworkHeals() {
        network.partition(Partition.isolated(NODES, 1));
        network.partition(Partition.isolated(NODES, 2));
        network.link(0, 1).loss(1).duplication(1).bandwidth(1, 1, 1);
        network.send(0, 1, 1L);
        network.send(0, 2, 1L);
        run();
        assertThat(received).isEmpty();
        network.heal();
        send(100);
        run();
        assertThat(received).isEqualTo(numbers(100));
    }

    @Test
    void aPlanDisturbsEveryLinkAndTellsOfEachFault() {
        FaultCoverage<Operation> coverage = new FaultCoverage<>(Operation.class);
        network.listener(coverage);
        network.disturb(FaultPlan.of(EnumSet.of(
                        Fault.MESSAGE_LOSS,
                        Fault.MESSAGE_DELAY,
                        Fault.MESSAGE_REORDER,
                        Fault.MESSAGE_DUPLICATE,
                        Fault.MESSAGE_CORRUPT)
                .stream()
                .collect(Collectors.toMap(fault -> fault, fault -> 1.0))));
        send(10_000);
        run();
        for (Fault fault : Fault.values()) {
            boolean planned = fault.name().startsWith("MESSAGE");
            assertThat(coverage.faults(fault)).as(fault.name()).isEqualTo(network.faults(fault));
            assertThat(network.faults(fault) > 0).as(fault.name()).isEqualTo(planned);
        }
    }

    @Test
    void anInjectorLetsEveryLastingFaultComeAndGo() {
        FaultCoverage<Operation> coverage = new FaultCoverage<>(Operation.class);
        EnumSet<Fault> lasting = EnumSet.range(Fault.PARTITION_SPLIT, Fault.PARTITION_RING);
        lasting.addAll(EnumSet.of(Fault.BANDWIDTH, Fault.CONNECTION_RESET, Fault.CONNECTION_STALL));
        FaultPlan plan = FaultPlan.of(lasting.stream().collect(Collectors.toMap(fault -> fault, fault -> 0.5)));
        FaultInjector injector = new FaultInjector(scheduler, plan, coverage, 50 * MILLI);
        network.addFaultsTo(injector, 20 * MILLI);
        Event talk = new Event() {
            @Override
            protected void run() {
                coverage.operationBegan(Operation.SEND);
                for (int from = 0; from < NODES; from++) {
                    network.send(from, (from + 1) % NODES, 1L);
                }
                coverage.operationEnded(Operation.SEND);
                scheduler.after(MILLI, this);
            }
        };
        scheduler.after(0, talk);
        scheduler.runUntil(10_000 * MILLI);
        assertThat(coverage.neverMet(new HashSet<>(lasting))).containsExactly("CONNECTION_RESET x SEND");
        assertThat(coverage.faults(Fault.CONNECTION_RESET)).isGreaterThan(20);
        assertThat(network.lost()).isGreaterThan(1_000);
        injector.stop();
        scheduler.runUntil(10_200 * MILLI);
        long lost = network.lost();
        long delivered = network.delivered();
        scheduler.runUntil(10_300 * MILLI);
        assertThat(network.lost()).isEqualTo(lost);
        assertThat(network.delivered() - delivered).isBetween(290L, 310L);
    }

    @Test
    void faultsComeBetweenTheNodesInUseAlone() {
        FaultCoverage<Node> coverage = new FaultCoverage<>(Node.class);
        EnumSet<Fault> lasting = EnumSet.range(Fault.PARTITION_SPLIT, Fault.PARTITION_RING);
        lasting.addAll(EnumSet.of(Fault.BANDWIDTH, Fault.CONNECTION_RESET, Fault.CONNECTION_STALL));
        FaultPlan plan = FaultPlan.of(lasting.stream().collect(Collectors.toMap(fault -> fault, fault -> 1.0)));
        FaultInjector injector = new FaultInjector(scheduler, plan, coverage, 50 * MILLI);
        int[][] used = {{}};
        network.addFaultsTo(injector, 20 * MILLI, () -> used[0]);
        scheduler.runUntil(1_000 * MILLI);
        used[0] = new int[] {2};
        scheduler.runUntil(2_000 * MILLI);
        assertThat(lasting).allMatch(fault -> coverage.faults(fault) == 0);
        used[0] = new int[] {2, 0};
        coverage.operationBegan(Node.UNUSED, 1 << 1);
        coverage.operationBegan(Node.USED, 1 << 2);
        scheduler.runUntil(10_000 * MILLI);
        lasting.remove(Fault.CONNECTION_RESET); // Nothing was under way.
        assertThat(lasting).allMatch(fault -> coverage.faults(fault) > 20);
        assertThat(lasting).allMatch(fault -> coverage.meetings(fault, Node.UNUSED) == 0);
        assertThat(lasting).allMatch(fault -> coverage.meetings(fault, Node.USED) == coverage.faults(fault));
        assertThat(coverage.faults(Fault.CONNECTION_RESET)).isZero();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        assertThat(hashOf(5)).isEqualTo(hashOf(5)).isNotEqualTo(hashOf(6));
    }

    private static long hashOf(long seed) {
        Scheduler world = new Scheduler(seed);
        SimulatedNetwork<Long> net = new SimulatedNetwork<>(world, NODES, WIRE);
        net.disturb(FaultPlan.of(Map.of(Fault.MESSAGE_LOSS, 1.0, Fault.MESSAGE_REORDER, 1.0)));
        for (int node = 0; node < NODES; node++) {
            net.attach(node, new SimulatedProcess(world), (from, message) -> {});
        }
        for (long i = 0; i < 1000; i++) {
            net.send(0, 1, i);
            net.send(1, 2, i);
        }
        world.runUntil(1_000 * MILLI);
        return world.trace().hash();
    }

    private void attach(int node) {
        network.attach(node, processes.get(node), (from, message) -> {
            received.add(message);
            receivedAt.add(scheduler.nowNanos());
        });
    }

    /** Sends 0, 1, 2, ... from node 0 to node 1, all at once. */
    private void send(int count) {
        for (long i = 0; i < count; i++) {
            network.send(0, 1, i);
        }
    }

    private void run() {
        scheduler.runUntil(scheduler.nowNanos() + 10_000 * MILLI);
    }

    private static List<Long> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Long::valueOf).toList();
    }
}
