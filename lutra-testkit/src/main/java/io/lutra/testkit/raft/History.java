package io.lutra.testkit.raft;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the clients saw, to be checked for linearizability. */
final class History {
    /** An operation on a register: a write of a value that no other writes, or a read. */
    static final class Action {
        final int client;
        final int key;
        final boolean write;
        final long value;
        final long calledNanos;
        /** When it returned; a write of which nobody knows what became never does. */
        long returnedNanos = Long.MAX_VALUE;

        Action(int client, int key, boolean write, long value, long calledNanos) {
            this.client = client;
            this.key = key;
            this.write = write;
            this.value = value;
            this.calledNanos = calledNanos;
        }
    }

    private final List<@Nullable Action> actions = new ArrayList<>();
    private final Map<Long, Integer> writesUnderWay = new HashMap<>();

    History() {}

    void writes(int client, int key, long write, long calledNanos) {
        writesUnderWay.put(write, actions.size());
        actions.add(new Action(client, key, true, write, calledNanos));
    }

    void written(long write, long nanos) {
        Integer at = writesUnderWay.remove(write);
        Action action = at == null ? null : actions.get(at);
        if (action != null) {
            action.returnedNanos = nanos;
        }
    }

    void neverWritten(long write) {
        Integer at = writesUnderWay.remove(write);
        if (at != null) {
            actions.set(at, null);
        }
    }

    void read(int client, int key, long value, long calledNanos, long returnedNanos) {
        Action action = new Action(client, key, false, value, calledNanos);
        action.returnedNanos = returnedNanos;
        actions.add(action);
    }

    List<@Nullable Action> actions() {
        return actions;
    }
}
