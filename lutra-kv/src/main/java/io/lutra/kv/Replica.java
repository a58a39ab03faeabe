package io.lutra.kv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.Lib;
import io.lutra.raft.Message;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StateType;
import io.lutra.raft.StoppedException;
import io.lutra.raft.Storage;
import io.lutra.raft.node.Lutra;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One member of a replicated map: a node, a network, a clock, and the thread that does what the node asks for.
 *
 * <p>A command is a line, {@code key<TAB>value}; a snapshot is all the lines there are.
 */
final class Replica {
    private static final long TICK_MILLIS = 20;
    /** After so many entries a snapshot takes the place of the log. */
    private static final int SNAPSHOT_EVERY = 20_000;
    /** So many entries stay, for followers that are not far behind. */
    private static final int KEPT = 1_000;

    private final long id;
    private final MemberStorage store;
    private final HardStateStorage storage;
    private final Node node;
    private final Network network;
    private final Consumer<String> onApplied;
    private final Thread worker = new Thread(this::work, "replica");
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Written by the worker; others may read it once {@link #applied} is where they want it and nothing is proposed. */
    private final Map<String, String> map = new HashMap<>();

    private ConfState members = ConfState.EMPTY;
    private long snapshotIndex;
    private volatile long applied;
    private volatile long restored;

    /**
     * Starts a replica, which goes on from what its storage holds. That stays the caller's to close.
     *
     * @param peers all members, the context of each its port
     * @param onApplied is told of every key that was set
     */
    Replica(long id, List<Peer> peers, MemberStorage store, Consumer<String> onApplied) throws IOException {
        this.id = id;
        this.store = store;
        this.storage = store.log();
        this.onApplied = onApplied;
        this.node = start(id, storage, peers);
        this.network = new Network(id, peers, this::receive);
        worker.setDaemon(true);
        worker.start();
        Thread clock = new Thread(this::tick, "clock");
        clock.setDaemon(true);
        clock.start();
    }

    // README: from here

    /** An election timeout is 10 ticks, a heartbeat 1; a message takes 1 MiB, and 256 of them may be on their way. */
    private static Node start(long id, Storage storage, List<Peer> peers) {
        Lib lib = new Lutra();
        return lib.startNode(lib.newConfig(id, 10, 1, storage, 1 << 20, 256), peers);
    }

    /** Does what the node asks for, until it is stopped. */
    private void work() {
        try {
            while (true) {
                Ready ready = node.ready().take();
                storage.append(ready.entries());
                for (Message message : ready.messages()) {
                    network.send(message.to(), message.data());
                }
                for (Entry entry : ready.committedEntries()) {
                    apply(entry);
                }
                node.advance();
                compact();
            }
        } catch (StoppedException e) {
            // Somebody called node.stop().
        }
    }

    private void apply(Entry entry) {
        if (entry.index() != applied + 1) {
            restore(storage.snapshot()); // what lies between came, or was kept, as a snapshot
        }
        if (entry.type() == EntryType.CONF_CHANGE) {
            members = node.applyConfChange(ConfChange.unmarshal(entry.data()));
        } else if (entry.data().length > 0) { // a new leader begins with an empty entry
            put(new String(entry.data(), UTF_8));
        }
        applied = entry.index();
    }

    // README: to here

    private void put(String line) {
        int tab = line.indexOf('\t');
        String key = line.substring(0, tab);
        map.put(key, line.substring(tab + 1));
        onApplied.accept(key);
    }

    private void restore(Snapshot snapshot) {
        map.clear();
        new String(snapshot.data(), UTF_8).lines().forEach(this::put);
        members = snapshot.metadata().confState();
        applied = snapshot.metadata().index();
        restored = applied;
        snapshotIndex = applied;
    }

    private void compact() {
        if (applied - snapshotIndex >= SNAPSHOT_EVERY) {
            StringBuilder lines = new StringBuilder();
            map.forEach(
                    (key, value) -> lines.append(key).append('\t').append(value).append('\n'));
            store.createSnapshot(applied, members, lines.toString().getBytes(UTF_8));
            store.compact(applied - KEPT);
            snapshotIndex = applied;
        }
    }

    private void receive(byte[] message) {
        try {
            node.step(message);
        } catch (StoppedException e) {
            // It came too late.
        }
    }

    private void tick() {
        try {
            while (!stopped.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
                node.tick();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    long id() {
        return id;
    }

    Node node() {
        return node;
    }

    boolean leads() {
        return node.status().softState().role() == StateType.LEADER;
    }

    /** Tells whether everything that it has stored is in the map. */
    boolean isUpToDate() {
        return applied >= storage.lastIndex();
    }

    /** Returns the index of the last entry that is in the map. */
    long applied() {
        return applied;
    }

    /** Returns the index up to which the newest snapshot reached that the map was restored from; 0 if none was. */
    long restored() {
        return restored;
    }

    Map<String, String> map() {
        return map;
    }

    /** Stops, as a process that is told to. The storage is free then. */
    void stop() throws IOException, InterruptedException {
        node.stop();
        stopped.countDown();
        network.close();
        worker.join();
    }
}
