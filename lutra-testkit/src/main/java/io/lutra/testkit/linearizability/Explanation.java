package io.lutra.testkit.linearizability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Makes a history of one part that has no order small enough to be read.
 *
 * <p>It ends where it first becomes wrong: what had not returned by then is open. Of what is left as few operations as can
 * be are bound to their times and answers, and all others are loose: they may have taken effect at any time and any number
 * of times, and answered anything. The bound ones are wrong together, whatever the loose ones did.
 */
final class Explanation<S, I, R> {
    private static final int MAX_LINES = 16;
    private static final long LOOSE_BUDGET = 5_000;

    private final Model<S, I, R> model;
    private final long budget;
    private List<Set<S>> effects = List.of();

    Explanation(Model<S, I, R> model, long budget) {
        this.model = model;
        this.budget = budget;
    }

    String of(Object part, List<Operation<I, R>> operations, long guess) {
        List<Operation<I, R>> prefix = shortestPrefix(operations, guess);
        effects = effects(prefix);
        BitSet bound = bound(prefix);
        StringBuilder lines = new StringBuilder("no order explains these operations on part \"" + part + "\":\n");
        int skipped = Math.max(0, bound.cardinality() - MAX_LINES);
        if (skipped > 0) {
            lines.append("  ").append(skipped).append(" earlier ones, and\n");
        }
        bound.stream()
                .skip(skipped)
                .forEach(i -> lines.append("  ").append(prefix.get(i)).append('\n'));
        int loose = prefix.size() - bound.cardinality();
        if (loose > 0) {
            lines.append("  whatever the ").append(loose).append(" others did, at any time and any number of times\n");
        }
        return lines.toString();
    }

    /** Returns the operations up to the return that first makes them wrong; the guess is probably that. */
    private List<Operation<I, R>> shortestPrefix(List<Operation<I, R>> operations, long guess) {
        long[] returns = operations.stream()
                .filter(operation -> !operation.isOpen())
                .mapToLong(Operation::returned)
                .sorted()
                .toArray();
        int lo = 0;
        int hi = returns.length - 1;
        int middle = Math.max(0, Arrays.binarySearch(returns, guess));
        while (lo < hi) {
            if (isWrong(prefix(operations, returns[middle]))) {
                hi = middle;
                // Once the guess was right, probably nothing less is.
                middle = returns[middle] == guess ? Math.max(lo, middle - 1) : (lo + hi) >>> 1;
            } else {
                lo = middle + 1;
                middle = (lo + hi) >>> 1;
            }
        }
        return prefix(operations, returns[hi]);
    }

    private List<Operation<I, R>> prefix(List<Operation<I, R>> operations, long end) {
        List<Operation<I, R>> prefix = new ArrayList<>();
        for (Operation<I, R> operation : operations) {
            if (operation.invoked() <= end) {
                prefix.add(
                        operation.returned() <= end
                                ? operation
                                : Operation.open(operation.input(), operation.invoked()));
            }
        }
        prefix.sort(Comparator.comparingLong(Operation<I, R>::invoked));
        return prefix;
    }

    /**
     * Returns operations that are wrong together; if they are few, none of them can be let loose. The last one to return is one of
     * them. The next is found among the others, the last to return first: the first that makes it wrong together with
     * those before it; then the next among those before it, and so on.
     */
    private BitSet bound(List<Operation<I, R>> prefix) {
        int[] latestFirst = IntStream.range(0, prefix.size())
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> -lastKnown(prefix.get(i))))
                .mapToInt(i -> i)
                .toArray();
        BitSet bound = new BitSet();
        bound.set(latestFirst[0]);
        int candidates = latestFirst.length;
        while (candidates > 1 && !isWrong(prefix, bound)) {
            if (bound.cardinality() == MAX_LINES) {
                // Where what nobody did is wrong, all that was done explains it: not worth a search for less.
                return with(bound, latestFirst, candidates);
            }
            int needed = needed(prefix, bound, latestFirst, candidates);
            bound.set(latestFirst[needed - 1]);
            candidates = needed - 1;
        }
        return bound;
    }

    private static long lastKnown(Operation<?, ?> operation) {
        return operation.isOpen() ? operation.invoked() : operation.returned();
    }

    /** Returns how many of the first candidates must be bound, too; all of them are enough. */
    private int needed(List<Operation<I, R>> prefix, BitSet bound, int[] order, int candidates) {
        int tooFew = 1;
        int enough = candidates;
        // Doubling before halving: what is needed is mostly near, and few bound operations are checked fast.
        for (int guess = 2; guess < enough; guess = 2 * guess) {
            if (isWrong(prefix, with(bound, order, guess))) {
                enough = guess;
            } else {
                tooFew = guess;
            }
        }
        while (tooFew + 1 < enough) {
            int middle = (tooFew + enough) >>> 1;
            if (isWrong(prefix, with(bound, order, middle))) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return enough;
    }

    private static BitSet with(BitSet bound, int[] order, int count) {
        BitSet more = (BitSet) bound.clone();
        for (int i = 0; i < count; i++) {
            more.set(order[i]);
        }
        return more;
    }

    private boolean isWrong(List<Operation<I, R>> prefix, BitSet bound) {
        List<Operation<I, R>> operations = new ArrayList<>();
        Set<S> looseStates = new HashSet<>();
        for (int i = 0; i < prefix.size(); i++) {
            if (bound.get(i)) {
                operations.add(prefix.get(i));
            } else if (effects.isEmpty()) {
                return false;
            } else {
                looseStates.addAll(effects.get(i));
            }
        }
        return new LooseSearch<>(model, operations, looseStates, LOOSE_BUDGET).findsNone();
    }

    /**
     * Returns for each operation which states it can make of others, of all that any of them can make. If there are too
     * many of these, as where something is appended, nothing is returned.
     */
    private List<Set<S>> effects(List<Operation<I, R>> prefix) {
        Set<S> states = new HashSet<>();
        ArrayDeque<S> fresh = new ArrayDeque<>();
        states.add(model.initial());
        fresh.add(model.initial());
        List<Set<S>> found = new ArrayList<>();
        prefix.forEach(operation -> found.add(new HashSet<>()));
        while (!fresh.isEmpty()) {
            S state = fresh.remove();
            for (int i = 0; i < prefix.size(); i++) {
                S after = model.next(state, prefix.get(i).input());
                if (!after.equals(state)) {
                    found.get(i).add(after);
                }
                if (states.add(after)) {
                    fresh.add(after);
                }
            }
            if (states.size() > prefix.size() + 1) {
                return List.of();
            }
        }
        return found;
    }

    private boolean isWrong(List<Operation<I, R>> operations) {
        return new Search<>(model, operations, budget).run() == Verdict.NOT_LINEARIZABLE;
    }
}
