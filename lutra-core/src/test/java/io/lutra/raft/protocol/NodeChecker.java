package io.lutra.raft.protocol;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProgressState;
import io.lutra.raft.Ready;
import io.lutra.raft.StateType;
import java.util.List;

/** Checks after every event what must hold at one node, whatever the others send. */
final class NodeChecker {
    private final RawNode node;
    private final Config config;
    private BasicStatus before;
    private long lastCommitted;

    NodeChecker(RawNode node, Config config) {
        this.node = node;
        this.config = config;
        this.before = node.basicStatus();
        this.lastCommitted = before.applied();
    }

    /** Begins anew with a node that was started on the same storage. */
    NodeChecker afterRestart(RawNode restarted) {
        return new NodeChecker(restarted, config);
    }

    void check() {
        BasicStatus now = node.basicStatus();
        require(now.firstIndex() - 1 <= now.commit() && now.applied() <= now.commit(), "the order of the marks");
        require(now.commit() <= now.lastIndex(), "what is committed is in the log");
        require(now.term() >= before.term(), "the term goes up only");
        require(now.commit() >= before.commit() && now.applied() >= before.applied(), "the marks go up only");
        require(now.term() > before.term() || before.vote() == 0 || now.vote() == before.vote(), "one vote in a term");
        if (now.role() == StateType.LEADER) {
            require(now.lead() == now.id(), "a leader knows who leads");
            node.forEachProgress(this::checkProgress);
        }
        before = now;
    }

    private void checkProgress(PeerProgress peer) {
        long last = node.basicStatus().lastIndex();
        require(peer.match() < peer.next() && peer.next() <= last + 1, "match < next <= last + 1: " + peer);
        require(peer.inflight() <= config.maxInflightMsgs(), "the window holds no more than it may: " + peer);
        require(
                (peer.state() == ProgressState.SNAPSHOT) == (peer.pendingSnapshot() != 0),
                "who needs a snapshot has one pending: " + peer);
        require(
                peer.state() == ProgressState.REPLICATE || peer.inflight() == 0,
                "only replicating peers have a window");
    }

    void check(Ready ready) {
        for (Entry entry : ready.committedEntries()) {
            require(entry.index() > lastCommitted, "entries are handed out once and in order");
            lastCommitted = entry.index();
        }
        if (ready.snapshot() != null) {
            require(ready.committedEntries().isEmpty(), "a snapshot goes before entries");
            lastCommitted = Math.max(lastCommitted, ready.snapshot().metadata().index());
        }
        requireContiguous(ready.entries());
        requireContiguous(ready.committedEntries());
        require(ready.readStates().size() <= 1_000_000, "reads");
        ready.messages().forEach(this::checkSent);
    }

    private void checkSent(Message m) {
        long self = node.basicStatus().id();
        require(m.from() == self || isForwarded(m), "messages come from this node: " + m);
        require(m.to() != self, "nothing is sent to this node itself: " + m);
        if (m.type() == MessageType.APP) {
            requireContiguous(m.entries());
            require(m.entries().isEmpty() || m.entries().get(0).index() == m.index() + 1, "entries follow: " + m);
            long size = m.entries().stream().mapToLong(Entry::encodedSize).sum();
            require(m.entries().size() <= 1 || size <= config.maxSizePerMsg(), "not too large: " + m);
        }
        if (m.type() != MessageType.STORAGE_APPLY && m.type() != MessageType.STORAGE_APPEND) {
            require(m.responses().isEmpty(), "only the storage answers: " + m);
        }
    }

    private static boolean isForwarded(Message m) {
        return switch (m.type()) {
            case PROP, READ_INDEX, TRANSFER_LEADER -> true;
            default -> false;
        };
    }

    private void requireContiguous(List<Entry> entries) {
        for (int i = 1; i < entries.size(); i++) {
            require(entries.get(i).index() == entries.get(0).index() + i, "entries without a gap: " + entries);
        }
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + "; " + before + " -> " + node.basicStatus());
        }
    }
}
