package io.lutra.testkit.disk;

import io.lutra.testkit.FaultListener;
import io.lutra.testkit.FaultPlan;
import io.lutra.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The faults that a {@link SimulatedDisk} is to meet: at one operation, at every one, or by chance. None at first. */
public final class DiskFaults {
    /** Of the operations that a plan disturbs at full intensity, so many meet one of its faults. */
    private static final double MOST = 0.02;

    /** What one kind of operation is to meet, and has met. */
    private static final class Plan {
        @Nullable
        DiskFault always;

        final Map<DiskFault, Double> rates = new EnumMap<>(DiskFault.class);
        final Map<DiskFault, Long> met = new EnumMap<>(DiskFault.class);
    }

    private static final class Script {
        final @Nullable DiskOperation operation;
        final DiskFault fault;
        long left;

        Script(@Nullable DiskOperation operation, long nth, DiskFault fault) {
            this.operation = operation;
            this.fault = fault;
            this.left = nth;
        }
    }

    private final SeededRandom random;
    private final List<Script> scripts = new ArrayList<>();
    private final Map<DiskOperation, Plan> plans = new EnumMap<>(DiskOperation.class);

    private FaultListener listener = FaultListener.NONE;

    DiskFaults(SeededRandom random) {
        this.random = random;
        for (DiskOperation operation : DiskOperation.values()) {
            plans.put(operation, new Plan());
        }
    }

    /** The next operation of this kind meets the fault. */
    public void once(DiskOperation operation, DiskFault fault) {
        onceAt(operation, 1, fault);
    }

    /** The {@code nth} operation of this kind from now, counted from 1, meets the fault. */
    public void onceAt(DiskOperation operation, long nth, DiskFault fault) {
        scripts.add(new Script(operation, nth, checked(operation, fault)));
    }

    /** The {@code nth} operation of any kind from now, counted from 1, meets the fault if it can. */
    public void onceAt(long nth, DiskFault fault) {
        scripts.add(new Script(null, nth, fault));
    }

    /** Every operation of this kind meets the fault. */
    public void always(DiskOperation operation, DiskFault fault) {
        plan(operation).always = checked(operation, fault);
    }

    /** Each operation of this kind meets the fault with a probability. */
    public void sometimes(DiskOperation operation, DiskFault fault, double probability) {
        plan(operation).rates.put(checked(operation, fault), probability);
    }

    /** Every operation meets the plan's faults of the disk that strike by chance, besides what else was asked for. */
    public void disturb(FaultPlan plan) {
        for (DiskFault fault : DiskFault.values()) {
            double probability = MOST * plan.intensity(fault.kind());
            for (DiskOperation operation : DiskOperation.values()) {
                if (probability > 0 && fault.kind().strikes() && fault.canMeet(operation)) {
                    sometimes(operation, fault, probability);
                }
            }
        }
    }

    /** Sets who is told of every fault that an operation meets. */
    public void listener(FaultListener faultListener) {
        listener = faultListener;
    }

    /** From now on nothing goes wrong. What was met stays counted. */
    public void none() {
        scripts.clear();
        for (Plan plan : plans.values()) {
            plan.always = null;
            plan.rates.clear();
        }
    }

    /** Returns how often operations of this kind met this fault. */
    public long met(DiskOperation operation, DiskFault fault) {
        return plan(operation).met.getOrDefault(fault, 0L);
    }

    /** Returns how often each fault was met, by any operation; only those that were. */
    public Map<DiskFault, Long> met() {
        Map<DiskFault, Long> sums = new EnumMap<>(DiskFault.class);
        for (Plan plan : plans.values()) {
            plan.met.forEach((fault, times) -> sums.merge(fault, times, Long::sum));
        }
        return sums;
    }

    @Nullable
    DiskFault next(DiskOperation operation) {
        Plan plan = plan(operation);
        DiskFault fault = scripts.isEmpty() ? null : scripted(operation);
        if (fault == null) {
            fault = plan.always;
        }
        if (fault == null && !plan.rates.isEmpty()) {
            fault = drawn(plan.rates);
        }
        if (fault != null) {
            plan.met.merge(fault, 1L, Long::sum);
            listener.onFault(fault.kind());
        }
        return fault;
    }

    private @Nullable DiskFault scripted(DiskOperation operation) {
        DiskFault found = null;
        for (int i = 0; i < scripts.size(); i++) {
            Script script = scripts.get(i);
            if ((script.operation == null || script.operation == operation) && --script.left == 0) {
                scripts.remove(i--);
                if (found == null && script.fault.canMeet(operation)) {
                    found = script.fault;
                }
            }
        }
        return found;
    }

    private @Nullable DiskFault drawn(Map<DiskFault, Double> rates) {
        double left = random.nextDouble();
        for (Map.Entry<DiskFault, Double> rate : rates.entrySet()) {
            left -= rate.getValue();
            if (left < 0) {
                return rate.getKey();
            }
        }
        return null;
    }

    private Plan plan(DiskOperation operation) {
        return Objects.requireNonNull(plans.get(operation));
    }

    private static DiskFault checked(DiskOperation operation, DiskFault fault) {
        if (!fault.canMeet(operation)) {
            throw new IllegalArgumentException(operation + " cannot meet " + fault);
        }
        return fault;
    }
}
