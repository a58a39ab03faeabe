package io.lutra.wal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.Lib;
import io.lutra.raft.Message;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.Ready;
import io.lutra.raft.node.Lutra;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that uses the specification's names alone, with its log on a disk; its state is the list of what was proposed. The
 * disk outlives it, all else dies with it.
 */
final class SpecificationMember {
    /** Takes a message to a member. */
    interface Network {
        void send(long to, byte[] message);
    }

    final long id;
    final List<String> state = new ArrayList<>();
    Wal wal;
    GroupStorage storage;
    Node node;
    long applied;

    SpecificationMember(long id) {
        this.id = id;
    }

    /** Begins, or goes on from what the disk holds. */
    void start(Disk disk, boolean again) {
        wal = again ? Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL) : Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
        storage = GroupStorage.openOrCreate(wal, 7);
        state.clear();
        applied = 0;
        Lib lib = new Lutra();
        List<Peer> peers =
                List.of(lib.newPeer(1, new byte[0]), lib.newPeer(2, new byte[0]), lib.newPeer(3, new byte[0]));
        node = lib.startNode(lib.newConfig(id, 10, 1, storage, 4096, 16), peers);
    }

    boolean leads() {
        return node.status().softState().lead() == id;
    }

    /** Takes a Ready and does what it asks for; returns false if there is none. */
    boolean work(Network network) {
        Ready ready = node.ready().poll(Duration.ZERO);
        if (ready == null) {
            return false;
        }
        storage.append(ready.entries());
        for (Message message : ready.messages()) {
            network.send(message.to(), message.data());
        }
        for (Entry entry : ready.committedEntries()) {
            apply(entry);
        }
        node.advance();
        return true;
    }

    private void apply(Entry entry) {
        if (entry.index() != applied + 1) {
            String snapshot = new String(storage.snapshot().data(), UTF_8);
            state.clear();
            state.addAll(snapshot.isEmpty() ? List.of() : List.of(snapshot.split("\n")));
            applied = storage.snapshot().metadata().index();
        }
        if (entry.type() == EntryType.CONF_CHANGE) {
            node.applyConfChange(ConfChange.unmarshal(entry.data()));
        } else if (entry.payloadSize() > 0) {
            state.add(new String(entry.data(), UTF_8));
        }
        applied = entry.index();
    }

    /** Cuts the log behind a snapshot, as a program does that knows its storage. */
    void snapshot() {
        long newest = storage.group().snapshot().index();
        if (applied > newest + 20) {
            storage.createSnapshot(
                    applied,
                    ConfState.of(List.of(1L, 2L, 3L), List.of()),
                    String.join("\n", state).getBytes(UTF_8));
            storage.compact(applied - 5);
        }
    }
}
