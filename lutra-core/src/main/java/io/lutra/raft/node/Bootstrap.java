package io.lutra.raft.node;

import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Peer;
import io.lutra.raft.Ready;
import io.lutra.raft.TraceListener;
import io.lutra.raft.log.RaftLog;
import io.lutra.raft.protocol.RawNode;
import java.util.List;

/**
 * How a new group begins: its first entries add the peers in order, and are committed without a vote, since every member is
 * told the same.
 *
 * <p>The node stores them itself, rather than to have the application append them from a Ready: only once all are there, and
 * known to be committed, may the group run. Were they appended and the commit index not stored, the members would have no
 * configuration, and none would ever campaign. Were only some appended, a member might believe that they are all.
 *
 * <p>A crash may leave the entries, or some of them, and not the commit index, which is stored last. Then the same peers bring
 * it to its end, and with others, or none, the node does not start.
 */
final class Bootstrap {
    private final List<Entry> entries;
    private final long term;

    /**
     * Finds out what a group of these peers begins with.
     *
     * @throws io.lutra.raft.InvalidConfigException if the peers repeat an id, or one is none
     */
    Bootstrap(Config config, List<Peer> peers) {
        RawNode newborn = new RawNode(Config.builder(config)
                .storage(new MemoryStorage())
                .applied(0)
                .traceListener(TraceListener.NONE)
                .build());
        newborn.bootstrap(peers);
        Ready first = newborn.ready();
        this.entries = first.entries();
        this.term = first.hardState().term();
    }

    /** Stores it if the storage is empty, or holds the beginning of it. */
    void maybeStore(HardStateStorage storage) {
        HardState found = storage.initialState().hardState();
        if (found.commit() == 0 && holdsNothingElse(storage)) {
            // A term and a vote that are there stay: the node may have voted before it crashed.
            HardState begun = HardState.of(Math.max(found.term(), term), found.vote(), 0);
            storage.setHardState(begun);
            storage.append(entries);
            storage.setHardState(HardState.of(begun.term(), begun.vote(), entries.size()));
        }
    }

    private boolean holdsNothingElse(HardStateStorage storage) {
        long last = storage.lastIndex();
        if (last == 0) {
            return true;
        }
        if (storage.firstIndex() != 1 || last > entries.size()) {
            return false;
        }
        RaftLog log = new RaftLog(storage);
        for (long next = 1; next <= last; ) {
            List<Entry> page = log.slice(next, last + 1, Config.NO_LIMIT);
            if (!page.equals(entries.subList((int) next - 1, (int) next - 1 + page.size()))) {
                return false;
            }
            next += page.size();
        }
        return true;
    }

    /**
     * Refuses the beginning of a bootstrap. It shows by its term: when a group has bootstrapped, its first leader is of the
     * second term, and no one else appends entries.
     *
     * @throws InvalidConfigException if the storage holds such a beginning
     */
    static void requireFinished(HardStateStorage storage) {
        HardState found = storage.initialState().hardState();
        if (found.commit() != 0 || found.term() != 1 || storage.firstIndex() != 1 || storage.lastIndex() == 0) {
            return;
        }
        Entry first = new RaftLog(storage).slice(1, 2, Config.NO_LIMIT).get(0);
        if (first.type().isConfChange()) {
            throw new InvalidConfigException(
                    "the storage holds a bootstrap that did not get to its end: to be started with"
                            + " the peers that it began with");
        }
    }
}
