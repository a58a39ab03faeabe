package io.lutra.testkit.linearizability;

import java.util.List;

/**
 * Decides linearizability by trying every order of every subset of the open operations, straight from the definition. It
 * shares nothing with the checker but the model, and is good for a handful of operations.
 */
final class BruteForce<S, I, R> {
    private final Model<S, I, R> model;

    BruteForce(Model<S, I, R> model) {
        this.model = model;
    }

    boolean isLinearizable(List<Operation<I, R>> history) {
        return extend(history, new boolean[history.size()], model.initial());
    }

    private boolean extend(List<Operation<I, R>> history, boolean[] done, S state) {
        boolean complete = true;
        for (int i = 0; i < done.length; i++) {
            complete &= done[i] || history.get(i).isOpen();
        }
        if (complete) {
            return true;
        }
        for (int i = 0; i < done.length; i++) {
            Operation<I, R> operation = history.get(i);
            if (done[i] || !mayBeNext(history, done, operation)) {
                continue;
            }
            R expected = model.result(state, operation.input());
            if (operation.isOpen() || expected.equals(operation.result())) {
                done[i] = true;
                boolean found = extend(history, done, model.next(state, operation.input()));
                done[i] = false;
                if (found) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean mayBeNext(List<Operation<I, R>> history, boolean[] done, Operation<I, R> operation) {
        for (int j = 0; j < done.length; j++) {
            if (!done[j] && history.get(j).returned() < operation.invoked()) {
                return false;
            }
        }
        return true;
    }
}
