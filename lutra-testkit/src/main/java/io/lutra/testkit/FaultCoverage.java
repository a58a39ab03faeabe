package io.lutra.testkit;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Counts which fault met which operation: what never met is not tested.
 *
 * <p>A fault and an operation meet when one of them begins, or strikes, while the other is under way. Several of a kind
 * can be under way at once.
 *
 * @param <O> the kinds of operations of whatever is tested
 */
public final class FaultCoverage<O extends Enum<O>> implements FaultListener {
    private static final class Count {
        long value;
    }

    private final Class<O> operations;
    private final Map<Fault, Map<O, Count>> meetings = new EnumMap<>(Fault.class);
    private final Map<Fault, Count> faults = new EnumMap<>(Fault.class);
    private final Map<Fault, Integer> inForce = new EnumMap<>(Fault.class);
    private final Map<O, Integer> underWay;

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
        count(fault).value++;
        Map<O, Count> counts = meetingsOf(fault);
        for (O operation : underWay.keySet()) {
            count(counts, operation).value++;
        }
    }

    /** A fault is in force from now on. */
    public void faultBegan(Fault fault) {
        inForce.merge(fault, 1, Integer::sum);
        onFault(fault);
    }

    /** A fault is over. */
    public void faultEnded(Fault fault) {
        inForce.computeIfPresent(fault, (key, count) -> count == 1 ? null : count - 1);
    }

    /** An operation is under way from now on. */
    public void operationBegan(O operation) {
        underWay.merge(operation, 1, Integer::sum);
        for (Fault fault : inForce.keySet()) {
            count(meetingsOf(fault), operation).value++;
        }
    }

    /** An operation is over. */
    public void operationEnded(O operation) {
        underWay.computeIfPresent(operation, (key, count) -> count == 1 ? null : count - 1);
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
        Set<String> missing = new TreeSet<>();
        for (Fault fault : wanted) {
            meetingsOf(fault).forEach((operation, count) -> {
                if (count.value == 0) {
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
