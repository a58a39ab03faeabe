package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lutra.raft.ConfChange;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.Lib;
import io.lutra.raft.Message;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.Ready;
import io.lutra.raft.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that uses the specification's names alone: one member, whose state is the list of all commands so far.
 *
 * <p>It does one small thing at a time, so that it can be discarded between any two of them.
 */
final class SpecificationProgram {
    /** What the program is told apart from its node: where messages go, and who watches what it applies. */
    interface Surroundings {
        void send(Message message);

        void applied(Entry entry);

        void restored(long index, List<String> state);
    }

    private final Surroundings surroundings;
    private final Storage storage;
    private final Node node;
    private final List<String> state = new ArrayList<>();
    private long applied;
    private Ready ready;
    private boolean appended;
    private int sent;
    private int done;

    SpecificationProgram(Lib lib, Config config, List<Peer> peers, Surroundings surroundings) {
        this.surroundings = surroundings;
        this.storage = config.storage();
        this.node = lib.startNode(config, peers);
    }

    Node node() {
        return node;
    }

    long applied() {
        return applied;
    }

    /** Returns all commands so far, as a snapshot holds them. */
    String state() {
        return String.join("\n", state);
    }

    /** Does the next thing that there is to do, and tells whether there was one. */
    boolean work() {
        if (ready == null) {
            ready = node.ready().poll(Duration.ZERO);
            return ready != null;
        }
        if (!appended) {
            storage.append(ready.entries());
            appended = true;
        } else if (sent < ready.messages().size()) {
            surroundings.send(ready.messages().get(sent++));
        } else if (done < ready.committedEntries().size()) {
            apply(ready.committedEntries().get(done++));
        } else {
            node.advance();
            ready = null;
            appended = false;
            sent = 0;
            done = 0;
        }
        return true;
    }

    private void apply(Entry entry) {
        if (entry.index() != applied + 1) {
            restore();
        }
        if (entry.type() == EntryType.CONF_CHANGE) {
            node.applyConfChange(ConfChange.unmarshal(entry.data()));
        } else if (entry.data().length > 0) {
            state.add(new String(entry.data(), UTF_8));
        }
        applied = entry.index();
        surroundings.applied(entry);
    }

    /** What lies between was taken in by a snapshot. */
    private void restore() {
        state.clear();
        String snapshot = new String(storage.snapshot().data(), UTF_8);
        state.addAll(snapshot.isEmpty() ? List.of() : List.of(snapshot.split("\n")));
        applied = storage.snapshot().metadata().index();
        surroundings.restored(applied, List.copyOf(state));
    }
}
