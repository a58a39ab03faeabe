package io.lutra.bench.core;

import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.ElectionJitter;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Message;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.protocol.RawNode;
import java.util.ArrayList;
import java.util.List;

/** Three nodes driven by one thread: what one sends is another's next input. */
final class Cluster {
    private static final int NODES = 3;
    private static final long COMPACT_EVERY = 16384;
    private static final long KEPT = 4096;
    /** One for all, as Go's: they are driven by one thread. */
    private static final ElectionJitter JITTER = ElectionJitter.seeded(1);

    /** How the nodes are driven: how long their timeouts are, and whether messages go through bytes. */
    record Mode(int electionTick, int heartbeatTick, boolean async, boolean codec) {}

    private final Mode mode;
    private final Node[] nodes = new Node[NODES];
    private final Inboxes inboxes;

    Cluster(Mode mode, Inboxes inboxes) {
        this.mode = mode;
        this.inboxes = inboxes;
        for (int i = 0; i < NODES; i++) {
            nodes[i] = new Node(i + 1, mode);
        }
    }

    /**
     * What the nodes of the group at work are to be given next. One thread drives one group after the other, and none
     * leaves anything behind.
     */
    static final class Inboxes {
        private final List<List<Message>> waiting = new ArrayList<>();
        private List<Message> spare = new ArrayList<>();
        private long messages;

        Inboxes() {
            for (int i = 0; i < NODES; i++) {
                waiting.add(new ArrayList<>());
            }
        }

        void add(Message message) {
            messages++;
            waiting.get((int) message.to() - 1).add(message);
        }

        /** Returns how many messages were sent between nodes. */
        long messages() {
            return messages;
        }

        /** Gives a node what waits for it, and tells whether that was anything. */
        boolean deliver(int node, RawNode raw) {
            List<Message> in = waiting.get(node);
            if (in.isEmpty()) {
                return false;
            }
            waiting.set(node, spare);
            for (int i = 0; i < in.size(); i++) {
                raw.step(in.get(i));
            }
            in.clear();
            spare = in;
            return true;
        }
    }

    private static final class Node {
        final MemoryStorage storage = new MemoryStorage();
        final RawNode raw;
        long applied;
        long index = 1;
        long kept = 1;

        Node(long id, Mode mode) {
            ConfState voters = ConfState.of(List.of(1L, 2L, 3L), List.of());
            storage.applySnapshot(Snapshot.of(new byte[0], SnapshotMetadata.of(voters, 1, 1)));
            raw = new RawNode(Config.builder()
                    .id(id)
                    .electionTick(mode.electionTick)
                    .heartbeatTick(mode.heartbeatTick)
                    .storage(storage)
                    .applied(1)
                    .maxSizePerMsg(1 << 20)
                    .maxInflightMsgs(256)
                    .asyncStorageWrites(mode.async)
                    .checkQuorum(true)
                    .preVote(true)
                    .electionJitter(JITTER)
                    .build());
        }

        void append(HardState hardState, List<Entry> entries) {
            if (!hardState.isEmpty()) {
                storage.setHardState(hardState);
            }
            if (!entries.isEmpty()) {
                storage.append(entries);
            }
        }

        void apply(List<Entry> entries) {
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                if (entry.payloadSize() > 0) {
                    applied++;
                }
                index = entry.index();
            }
            if (index - kept > COMPACT_EVERY) {
                kept = index - KEPT;
                storage.compact(kept);
            }
        }
    }

    /** Makes a node the leader. */
    void elect(int node) {
        nodes[node].raw.campaign();
        pump();
        if (nodes[node].raw.status().softState().lead() != node + 1) {
            throw new IllegalStateException("no leader");
        }
    }

    /** Proposes commands together at a node, which must lead. */
    void propose(int node, List<byte[]> commands) {
        ProposalResult result = nodes[node].raw.propose(commands);
        if (!result.isAppended()) {
            throw new IllegalStateException("dropped: " + result);
        }
    }

    void tick() {
        for (Node node : nodes) {
            node.raw.tick();
        }
    }

    /** Runs until no node has anything left to do. */
    void pump() {
        boolean busy = true;
        while (busy) {
            busy = false;
            for (int i = 0; i < NODES; i++) {
                Node node = nodes[i];
                busy |= inboxes.deliver(i, node.raw);
                while (node.raw.hasReady()) {
                    busy = true;
                    process(node);
                }
            }
        }
    }

    private void process(Node node) {
        Ready ready = node.raw.ready();
        List<Message> out = ready.messages();
        if (!mode.async) {
            node.append(ready.hardState(), ready.entries());
            for (int i = 0; i < out.size(); i++) {
                send(out.get(i));
            }
            node.apply(ready.committedEntries());
            node.raw.advance();
            return;
        }
        for (int i = 0; i < out.size(); i++) {
            Message message = out.get(i);
            if (message.to() == Message.LOCAL_APPEND_THREAD) {
                node.append(HardState.of(message.term(), message.vote(), message.commit()), message.entries());
                respond(node, message);
            } else if (message.to() == Message.LOCAL_APPLY_THREAD) {
                node.apply(message.entries());
                respond(node, message);
            } else {
                send(message);
            }
        }
    }

    private void respond(Node node, Message done) {
        List<Message> responses = done.responses();
        for (int i = 0; i < responses.size(); i++) {
            Message response = responses.get(i);
            if (response.to() == done.from()) {
                node.raw.step(response);
            } else {
                send(response);
            }
        }
    }

    private void send(Message message) {
        inboxes.add(mode.codec ? Message.parse(message.data()) : message);
    }

    /** Returns how many commands all nodes have applied: what the slowest has. */
    long applied() {
        long least = Long.MAX_VALUE;
        for (Node node : nodes) {
            least = Math.min(least, node.applied);
        }
        return least;
    }
}
