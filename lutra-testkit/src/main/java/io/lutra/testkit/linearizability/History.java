package io.lutra.testkit.linearizability;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records what clients do, in the order in which it is told. Not safe for use by many threads.
 *
 * @param <I> what operations ask for
 * @param <R> what they answer
 */
public final class History<I, R> {
    private final List<@Nullable Operation<I, R>> operations = new ArrayList<>();
    private long clock;

    /** Creates an empty history. */
    public History() {}

    /** An operation is invoked; returns its number. It is open until it returns. */
    public int invoked(I input) {
        operations.add(Operation.open(input, clock++));
        return operations.size() - 1;
    }

    /** An operation returned with a result. */
    public void completed(int number, R result) {
        Operation<I, R> open = open(number);
        operations.set(number, Operation.completed(open.input(), result, open.invoked(), clock++));
    }

    /** An operation certainly took no effect and never will: it is left out. */
    public void failed(int number) {
        open(number);
        operations.set(number, null);
    }

    /** Returns what was recorded, by invocation. */
    public List<Operation<I, R>> operations() {
        List<Operation<I, R>> recorded = new ArrayList<>(operations.size());
        for (Operation<I, R> operation : operations) {
            if (operation != null) {
                recorded.add(operation);
            }
        }
        return recorded;
    }

    private Operation<I, R> open(int number) {
        Operation<I, R> operation = operations.get(number);
        if (operation == null || !operation.isOpen()) {
            throw new IllegalStateException("operation " + number + " has ended");
        }
        return operation;
    }
}
