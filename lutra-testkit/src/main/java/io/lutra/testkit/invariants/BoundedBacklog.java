package io.lutra.testkit.invariants;

import io.lutra.raft.Entry;
import java.util.ArrayDeque;
import java.util.List;

/**
 * {@link Invariant#I25}: a leader takes no more proposals than its limit of uncommitted bytes allows; one that finds nothing
 * before it may be larger. What counts is the payload of what the leader has not applied, from when it had applied all: before,
 * what its predecessors left is taken off its own.
 */
public final class BoundedBacklog {
    private final Violations violations;
    private final long limit;
    private final ArrayDeque<Entry> backlog = new ArrayDeque<>();
    private long bytes;
    private boolean counts;

    /** Creates the checker of one replica; a {@code limit} of 0 is none. */
    public BoundedBacklog(Violations violations, long limit) {
        this.violations = violations;
        this.limit = limit == 0 ? Long.MAX_VALUE : limit;
    }

    /** The replica begins to lead. */
    public void elected() {
        backlog.clear();
        bytes = 0;
        counts = false;
    }

    /** A leader takes entries, one at least; {@code applied} is what its core may know to be applied. */
    public void appends(ReplicaView leader, List<Entry> entries, long applied) {
        while (!backlog.isEmpty() && backlog.peek().index() <= applied) {
            bytes -= backlog.remove().payloadSize();
        }
        counts |= applied == entries.get(0).index() - 1;
        if (!counts) {
            return;
        }
        long more = 0;
        for (int i = 0; i < entries.size(); i++) {
            backlog.add(entries.get(i));
            more += entries.get(i).payloadSize();
        }
        if (bytes > 0 && more > 0 && bytes + more > limit) {
            violations.report(
                    Invariant.I25,
                    more + " bytes more are taken with " + bytes + " of " + limit + " not applied by " + leader);
        }
        bytes += more;
    }
}
