package io.lutra.testkit.linearizability;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of some operations while the state may at any moment become one of a set: what other operations,
 * which are loose, can make of it. All states of the set are one here, {@code null}.
 */
final class LooseSearch<S, I, R> {
    private static final int MAX_DEPTH = 1_000;

    /** Which operations took effect, and the state then, if it is not one of the loose ones. */
    private record Configuration(BitSet done, @Nullable Object state) {}

    private final Model<S, I, R> model;
    private final List<Operation<I, R>> bound;
    private final Set<S> looseStates;
    private final long budget;
    private final Set<Configuration> seen = new HashSet<>();
    private final BitSet done = new BitSet();
    private final BitSet completed = new BitSet();

    LooseSearch(Model<S, I, R> model, List<Operation<I, R>> bound, Set<S> looseStates, long budget) {
        this.model = model;
        this.bound = new ArrayList<>(bound);
        this.bound.sort(Comparator.comparingLong(Operation<I, R>::invoked));
        this.looseStates = looseStates;
        this.budget = budget;
        for (int i = 0; i < bound.size(); i++) {
            completed.set(i, !this.bound.get(i).isOpen());
        }
    }

    /** Tells whether there certainly is no order. */
    boolean findsNone() {
        return completed.cardinality() <= MAX_DEPTH && !extend(merged(model.initial()));
    }

    private @Nullable S merged(S state) {
        return looseStates.contains(state) ? null : state;
    }

    /** Tells whether an order was found from here, or the budget was used up. */
    private boolean extend(@Nullable S state) {
        BitSet left = (BitSet) completed.clone();
        left.andNot(done);
        if (left.isEmpty() || seen.size() >= budget) {
            return true;
        }
        if (!seen.add(new Configuration((BitSet) done.clone(), state))) {
            return false;
        }
        long firstReturn =
                left.stream().mapToLong(i -> bound.get(i).returned()).min().orElseThrow();
        for (int i = done.nextClearBit(0); i < bound.size() && bound.get(i).invoked() <= firstReturn; ) {
            done.set(i);
            for (S after : after(state, bound.get(i))) {
                if (extend(merged(after))) {
                    return true;
                }
            }
            done.clear(i);
            i = done.nextClearBit(i + 1);
        }
        return false;
    }

    /** Returns the states in which an operation can end that begins in this one or a loose one. */
    private Set<S> after(@Nullable S state, Operation<I, R> operation) {
        Set<S> states = new HashSet<>();
        if (state != null && mayBeginIn(state, operation)) {
            states.add(model.next(state, operation.input()));
        }
        boolean endsLoose = false;
        for (S loose : looseStates) {
            if (mayBeginIn(loose, operation)) {
                S after = model.next(loose, operation.input());
                // The loose ones are one: the first is enough.
                if (!looseStates.contains(after) || !endsLoose) {
                    states.add(after);
                }
                endsLoose |= looseStates.contains(after);
            }
        }
        return states;
    }

    private boolean mayBeginIn(S state, Operation<I, R> operation) {
        return operation.isOpen() || Objects.equals(model.result(state, operation.input()), operation.result());
    }
}
