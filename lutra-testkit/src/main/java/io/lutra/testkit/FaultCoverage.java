package io.lutra.testkit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Counts which fault met which operation: what never met is not tested.
 *
 * <p>A fault and an operation meet when one of them begins, or strikes, while the other is under way, and they have a node
 * in common. Several of a kind can be under way at once. Nodes are the bits of a long, node {@code n} the bit {@code n % 64};
 * what does not say where it is, is {@link #EVERYWHERE}.
 *
 * @param <O> the kinds of operations of whatever is tested
 */
public final class FaultCoverage<O extends Enum<O>> implements FaultListener {
    /** All nodes. */
    public static final long EVERYWHERE = -1;

    private static final class Count {
        long value;
    }

    private final Class<O> operations;
    private final Map<Fault, Map<O, Count>> meetings = new EnumMap<>(Fault.class);
    private final Map<Fault, Count> faults = new EnumMap<>(Fault.class);
    /** Where faults of a kind are in force: the nodes of each. */
    private final Map<Fault, List<Long>> inForce = new EnumMap<>(Fault.class);
    /** Where operations of a kind are under way: the nodes of each. */
    private final Map<O, List<Long>> underWay;

    /** Creates counters of operations of these kinds. */
    public FaultCoverage(Class<O> operations) {
        this.operations = operations;
        this.underWay = new EnumMap<>(operations);
        for (Fault fault : Fault.values()) {
            Map<O, Count> counts = new EnumMap<>(operations);
            EnumSet.allOf(operations).forEach(operation -> counts.put(operation, new Count()));
            meetings.put(fault, counts);
            faults.put(fault, new Count());
        }
    }

    /** An operation met a fault, and with it all that are under way. */
    @Override
    public void onFault(Fault fault) {
        onFault(fault, EVERYWHERE);
    }

    /** Operations of these nodes met a fault: those that are under way. */
    @Override
    public void onFault(Fault fault, long nodes) {
        count(fault).value++;
        Map<O, Count> counts = meetingsOf(fault);
        underWay.forEach((operation, places) -> count(counts, operation).value += meet(places, nodes));
    }

    /** A fault is in force everywhere from now on. */
    public void faultBegan(Fault fault) {
        faultBegan(fault, EVERYWHERE);
    }

    /** A fault is in force on these nodes from now on. */
    public void faultBegan(Fault fault, long nodes) {
        inForce.computeIfAbsent(fault, key -> new ArrayList<>()).add(nodes);
        onFault(fault, nodes);
    }

    /** A fault that began everywhere is over. */
    public void faultEnded(Fault fault) {
        faultEnded(fault, EVERYWHERE);
    }

    /** A fault that began on these nodes is over. */
    public void faultEnded(Fault fault, long nodes) {
        remove(inForce.get(fault), nodes);
    }

    /** An operation is under way from now on, everywhere. */
    public void operationBegan(O operation) {
        operationBegan(operation, EVERYWHERE);
    }

    /** An operation is under way from now on, on these nodes. */
    public void operationBegan(O operation, long nodes) {
        underWay.computeIfAbsent(operation, key -> new ArrayList<>()).add(nodes);
        inForce.forEach((fault, places) -> count(meetingsOf(fault), operation).value += meet(places, nodes));
    }

    /** An operation that began everywhere is over. */
    public void operationEnded(O operation) {
        operationEnded(operation, EVERYWHERE);
    }

    /** An operation that began on these nodes is over. */
    public void operationEnded(O operation, long nodes) {
        remove(underWay.get(operation), nodes);
    }

    private static void remove(@Nullable List<Long> places, long nodes) {
        if (places != null) {
            places.remove(nodes);
        }
    }

    /** Returns 1 if any of the places has one of the nodes, else 0. */
    private static int meet(List<Long> places, long nodes) {
        for (int i = 0; i < places.size(); i++) {
            if ((places.get(i) & nodes) != 0) {
                return 1;
            }
        }
        return 0;
    }

    /** Returns how often a fault struck or began. */
    public long faults(Fault fault) {
        return count(fault).value;
    }

    /** Returns how often a fault met an operation. */
    public long meetings(Fault fault, O operation) {
        return count(meetingsOf(fault), operation).value;
    }

    /** Returns how many pairs of a fault and an operation have met. */
    public int pairsMet() {
        int pairs = 0;
        for (Map<O, Count> counts : meetings.values()) {
            pairs += (int)
                    counts.values().stream().filter(count -> count.value > 0).count();
        }
        return pairs;
    }

    /** Returns the pairs that never met, of these faults and all operations, as {@code "FAULT x OPERATION"}. */
    public Set<String> neverMet(Set<Fault> wanted) {
        return metLessThan(1, wanted);
    }

    /** Returns the pairs that met less often than that, of these faults and all operations, as {@code "FAULT x OPERATION"}. */
    public Set<String> metLessThan(long times, Set<Fault> wanted) {
        Set<String> missing = new TreeSet<>();
        for (Fault fault : wanted) {
            meetingsOf(fault).forEach((operation, count) -> {
                if (count.value < times) {
                    missing.add(fault + " x " + operation);
                }
            });
        }
        return missing;
    }

    /** Adds what another run counted. */
    public void add(FaultCoverage<O> other) {
        for (Fault fault : Fault.values()) {
            count(fault).value += other.faults(fault);
            meetingsOf(fault).forEach((operation, count) -> count.value += other.meetings(fault, operation));
        }
    }

    /** Returns a table, a line for each fault that was met: how often, and how often with each operation. */
    public String report() {
        StringBuilder table = new StringBuilder(String.format(Locale.ROOT, "%-18s %12s", "fault", "times"));
        Set<O> columns = EnumSet.allOf(operations);
        columns.forEach(operation -> table.append(String.format(Locale.ROOT, " %12s", operation)));
        table.append('\n');
        for (Fault fault : Fault.values()) {
            if (faults(fault) > 0) {
                table.append(String.format(Locale.ROOT, "%-18s %12d", fault, faults(fault)));
                columns.forEach(
                        operation -> table.append(String.format(Locale.ROOT, " %12d", meetings(fault, operation))));
                table.append('\n');
            }
        }
        return table.toString();
    }

    private Count count(Fault fault) {
        return Objects.requireNonNull(faults.get(fault));
    }

    private Map<O, Count> meetingsOf(Fault fault) {
        return Objects.requireNonNull(meetings.get(fault));
    }

    private Count count(Map<O, Count> counts, O operation) {
        return Objects.requireNonNull(counts.get(operation));
    }
}
