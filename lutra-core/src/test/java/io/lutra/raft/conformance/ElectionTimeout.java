package io.lutra.raft.conformance;

import io.lutra.raft.StateType;
import io.lutra.raft.Status;
import io.lutra.raft.protocol.ElectionTimeoutAccess;
import io.lutra.raft.protocol.RawNode;
import org.jspecify.annotations.Nullable;

/**
 * The randomized election timeout of a node: in the scripts a function of id and term, unless a script sets it for as long
 * as term and role stay. FORMAT.md, section 5.
 */
final class ElectionTimeout {
    private record Fixed(int ticks, long term, StateType role) {}

    private final int electionTick;
    private @Nullable Fixed fixed;

    ElectionTimeout(int electionTick) {
        this.electionTick = electionTick;
    }

    static int jitter(long id, long term, int electionTick) {
        return (int) ((7 * id + 5 * term) % electionTick);
    }

    void fix(RawNode node, int ticks) {
        Status now = node.status();
        fixed = new Fixed(ticks, now.hardState().term(), now.softState().role());
    }

    void tick(RawNode node, int ticks) {
        for (int i = 0; i < ticks; i++) {
            prepare(node);
            node.tick();
        }
    }

    /** The node may have drawn anew since the last tick without leaving its term and role: set it before every tick. */
    private void prepare(RawNode node) {
        if (fixed == null) {
            return;
        }
        Status now = node.status();
        long term = now.hardState().term();
        if (fixed.term() == term && fixed.role() == now.softState().role()) {
            ElectionTimeoutAccess.set(node, fixed.ticks());
        } else {
            fixed = null;
            ElectionTimeoutAccess.set(node, electionTick + jitter(now.id(), term, electionTick));
        }
    }
}
