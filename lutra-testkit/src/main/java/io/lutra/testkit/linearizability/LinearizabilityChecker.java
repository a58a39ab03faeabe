package io.lutra.testkit.linearizability;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells whether a history is linearizable: whether one copy of the object, asked one operation after another, each
 * between its invocation and its return, could have given all the answers.
 *
 * <p>Parts of the object are checked apart, which is the same (Herlihy and Wing, theorem 1) and much cheaper. The problem
 * is NP-complete, so a check has a budget of configurations, each of which takes about 200 bytes while a part is checked.
 *
 * @param <S> the model's states
 * @param <I> what operations ask for
 * @param <R> what they answer
 */
public final class LinearizabilityChecker<S, I, R> {
    /** How many configurations are looked at for a part if nothing else is said. */
    public static final long DEFAULT_BUDGET = 500_000;

    private final Model<S, I, R> model;
    private final long budget;

    /** Creates a checker with the default budget. */
    public LinearizabilityChecker(Model<S, I, R> model) {
        this(model, DEFAULT_BUDGET);
    }

    /** Creates a checker that looks at no more than so many configurations for each part. */
    public LinearizabilityChecker(Model<S, I, R> model, long budget) {
        this.model = model;
        this.budget = budget;
    }

    /** Checks a history; the order of the list does not matter. */
    public CheckResult check(List<Operation<I, R>> history) {
        Map<Object, List<Operation<I, R>>> parts = new LinkedHashMap<>();
        for (Operation<I, R> operation : history) {
            parts.computeIfAbsent(model.partOf(operation.input()), part -> new ArrayList<>())
                    .add(operation);
        }
        Verdict verdict = Verdict.LINEARIZABLE;
        long configurations = 0;
        for (Map.Entry<Object, List<Operation<I, R>>> part : parts.entrySet()) {
            Search<S, I, R> search = new Search<>(model, part.getValue(), budget);
            Verdict ofPart = search.run();
            configurations += search.configurations();
            if (ofPart == Verdict.NOT_LINEARIZABLE) {
                return new CheckResult(
                        ofPart,
                        configurations,
                        new Explanation<>(model, budget).of(part.getKey(), part.getValue(), search.furthest()));
            }
            if (ofPart == Verdict.GAVE_UP) {
                verdict = ofPart;
            }
        }
        return new CheckResult(verdict, configurations, "");
    }
}
