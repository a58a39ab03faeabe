package io.lutra.testkit.linearizability;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the operations on one part that explains every answer: depth first, remembering the
 * configurations (which operations took effect, and the state then) that lead nowhere.
 *
 * <p>Wing, Gong, "Testing and verifying concurrent objects", JPDC 1993; the memory is Lowe's, "Testing for
 * linearizability", CCPE 2017. What keeps open operations, which may come anywhere, from multiplying everything: those
 * that completed are tried first; an open one is tried only where what comes next depends on it, since an order in which
 * it could be left out is found without it; and a configuration leads nowhere if one does that differs only in having used
 * fewer open ones.
 */
final class Search<S, I, R> {
    private static final int HEAD = 0;

    /** Which completed operations took effect, from the first word on that is not full, and the state then. */
    private static final class Configuration {
        private final int firstWord;
        private final long[] words;
        private final Object state;

        Configuration(int firstWord, long[] words, Object state) {
            this.firstWord = firstWord;
            this.words = words;
            this.state = state;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Configuration that
                    && firstWord == that.firstWord
                    && Arrays.equals(words, that.words)
                    && state.equals(that.state);
        }

        @Override
        public int hashCode() {
            return (firstWord * 31 + Arrays.hashCode(words)) * 31 + state.hashCode();
        }
    }

    /** Open operations, ascending, that had taken effect when a configuration was met; others are behind it. */
    private static final class Used {
        private final int[] open;
        private final @Nullable Used other;

        Used(int[] open, @Nullable Used other) {
            this.open = open;
            this.other = other;
        }
    }

    /** A step of the order under way. */
    private record Step<S>(
            int operation,
            boolean open,
            S stateBefore,
            @Nullable S withoutOpenBefore) {}

    private final Model<S, I, R> model;
    private final List<Operation<I, R>> completed;
    private final List<Operation<I, R>> open;
    private final long budget;
    private final Map<Configuration, Used> seen = new HashMap<>();
    private long configurations;
    private long furthest = Long.MIN_VALUE;

    /** Calls ({@code 2i + 1}) and returns ({@code 2i + 2}) of completed operations that took no effect yet, by time. */
    private final int[] next;

    private final int[] previous;
    private final long[] completedDone;
    private int[] openDone = {};
    private int completedLeft;

    private final ArrayDeque<Step<S>> steps;
    private S state;
    /** The state without the open operation that took effect last, if nothing else did after it. */
    private @Nullable S withoutOpen;

    Search(Model<S, I, R> model, List<Operation<I, R>> operations, long budget) {
        this.model = model;
        this.budget = budget;
        this.completed = operations.stream()
                .filter(operation -> !operation.isOpen())
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList();
        this.open = operations.stream()
                .filter(operation -> operation.isOpen() && !model.isRead(operation.input()))
                .sorted(Comparator.comparingLong(Operation::invoked))
                .toList();
        this.completedLeft = completed.size();
        this.completedDone = new long[completed.size() / Long.SIZE + 1];
        this.steps = new ArrayDeque<>();
        this.state = model.initial();
        this.next = new int[2 * completed.size() + 1];
        this.previous = new int[2 * completed.size() + 1];
        linkEntries();
    }

    private void linkEntries() {
        Integer[] entries = new Integer[2 * completed.size()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = i + 1;
        }
        // Where times are equal calls come first: operations that touch are concurrent.
        Arrays.sort(
                entries,
                Comparator.<Integer>comparingLong(this::timeOf).thenComparing(entry -> isReturn(entry) ? 1 : 0));
        int last = HEAD;
        for (int entry : entries) {
            next[last] = entry;
            previous[entry] = last;
            last = entry;
        }
        next[last] = HEAD;
        previous[HEAD] = last;
    }

    private long timeOf(int entry) {
        Operation<I, R> operation = completed.get(operationOf(entry));
        return isReturn(entry) ? operation.returned() : operation.invoked();
    }

    private static boolean isReturn(int entry) {
        return (entry & 1) == 0;
    }

    private static int operationOf(int entry) {
        return (entry - 1) >> 1;
    }

    Verdict run() {
        int entry = next[HEAD];
        int candidate = 0;
        while (completedLeft > 0) {
            if (configurations >= budget) {
                return Verdict.GAVE_UP;
            }
            if (!isReturn(entry)) {
                int operation = operationOf(entry);
                if (takeCompleted(operation)) {
                    entry = next[HEAD];
                    candidate = 0;
                } else {
                    entry = next[entry];
                }
                continue;
            }
            // An operation returned without having taken effect: what completed does not come before it.
            while (candidate < open.size() && !takeOpen(candidate, timeOf(entry))) {
                candidate++;
            }
            if (candidate < open.size()) {
                entry = next[HEAD];
                candidate = 0;
                continue;
            }
            furthest = Math.max(furthest, timeOf(entry));
            if (steps.isEmpty()) {
                return Verdict.NOT_LINEARIZABLE;
            }
            Step<S> undone = stepBack();
            if (undone.open()) {
                entry = firstReturn();
                candidate = undone.operation() + 1;
            } else {
                entry = next[2 * undone.operation() + 1];
                candidate = 0;
            }
        }
        return Verdict.LINEARIZABLE;
    }

    long configurations() {
        return configurations;
    }

    /** Returns the return that no order came past, if there is none: where it probably became wrong. */
    long furthest() {
        return furthest;
    }

    private boolean takeCompleted(int operation) {
        I input = completed.get(operation).input();
        R result = completed.get(operation).result();
        if (!Objects.equals(model.result(state, input), result)) {
            return false;
        }
        S after = model.next(state, input);
        if (withoutOpen != null
                && Objects.equals(model.result(withoutOpen, input), result)
                && model.next(withoutOpen, input).equals(after)) {
            return false;
        }
        completedDone[operation / Long.SIZE] |= 1L << operation;
        if (!isNew(after)) {
            completedDone[operation / Long.SIZE] &= ~(1L << operation);
            return false;
        }
        completedLeft--;
        unlink(2 * operation + 2);
        unlink(2 * operation + 1);
        stepTo(new Step<>(operation, false, state, withoutOpen), after, null);
        return true;
    }

    private boolean takeOpen(int operation, long before) {
        int slot = Arrays.binarySearch(openDone, operation);
        if (slot >= 0 || open.get(operation).invoked() > before) {
            return false;
        }
        I input = open.get(operation).input();
        S after = model.next(state, input);
        if (after.equals(state)
                || (withoutOpen != null && model.next(withoutOpen, input).equals(after))) {
            return false;
        }
        int[] usedBefore = openDone;
        openDone = with(usedBefore, operation, -slot - 1);
        if (!isNew(after)) {
            openDone = usedBefore;
            return false;
        }
        stepTo(new Step<>(operation, true, state, withoutOpen), after, state);
        return true;
    }

    private void stepTo(Step<S> step, S after, @Nullable S afterWithoutOpen) {
        steps.push(step);
        state = after;
        withoutOpen = afterWithoutOpen;
    }

    private Step<S> stepBack() {
        Step<S> step = steps.pop();
        state = step.stateBefore();
        withoutOpen = step.withoutOpenBefore();
        int operation = step.operation();
        if (step.open()) {
            openDone = without(openDone, operation);
        } else {
            completedDone[operation / Long.SIZE] &= ~(1L << operation);
            completedLeft++;
            // In the reverse order of unlinking: each finds its neighbours as they were.
            relink(2 * operation + 1);
            relink(2 * operation + 2);
        }
        return step;
    }

    private int firstReturn() {
        int entry = next[HEAD];
        while (!isReturn(entry)) {
            entry = next[entry];
        }
        return entry;
    }

    private void unlink(int entry) {
        next[previous[entry]] = next[entry];
        previous[next[entry]] = previous[entry];
    }

    private void relink(int entry) {
        next[previous[entry]] = entry;
        previous[next[entry]] = entry;
    }

    /** Remembers the configuration in which all is done that is done, and this is the state; tells whether it is new. */
    private boolean isNew(S after) {
        Configuration configuration = configuration(after);
        Used known = seen.get(configuration);
        for (Used used = known; used != null; used = used.other) {
            if (containsAll(openDone, used.open)) {
                return false;
            }
        }
        seen.put(configuration, new Used(openDone, known));
        configurations++;
        return true;
    }

    private Configuration configuration(S after) {
        int from = 0;
        while (completedDone[from] == -1) {
            from++;
        }
        int to = completedDone.length;
        while (to > from && completedDone[to - 1] == 0) {
            to--;
        }
        return new Configuration(from, Arrays.copyOfRange(completedDone, from, to), after);
    }

    private static boolean containsAll(int[] ascending, int[] wanted) {
        int at = 0;
        for (int operation : wanted) {
            while (at < ascending.length && ascending[at] < operation) {
                at++;
            }
            if (at == ascending.length || ascending[at] != operation) {
                return false;
            }
        }
        return true;
    }

    private static int[] with(int[] ascending, int operation, int slot) {
        int[] more = Arrays.copyOf(ascending, ascending.length + 1);
        System.arraycopy(ascending, slot, more, slot + 1, ascending.length - slot);
        more[slot] = operation;
        return more;
    }

    private static int[] without(int[] ascending, int operation) {
        int slot = Arrays.binarySearch(ascending, operation);
        int[] fewer = Arrays.copyOf(ascending, ascending.length - 1);
        System.arraycopy(ascending, slot + 1, fewer, slot, fewer.length - slot);
        return fewer;
    }
}
