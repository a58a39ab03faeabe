package io.lutra.raft.node;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.Config;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.Lib;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.Storage;
import io.lutra.raft.protocol.RawNode;
import java.util.List;

/** The library: nodes without threads, disk or network of their own. It holds no state; one is as good as another. */
public final class Lutra implements Lib {
    /** Creates the library. */
    public Lutra() {}

    @Override
    public Node startNode(Config config, List<Peer> peers) {
        GuardedStorage storage = storageOf(config);
        if (!peers.isEmpty()) {
            new Bootstrap(config, peers).maybeStore(storage);
        }
        return resume(config, storage);
    }

    @Override
    public Node restartNode(Config config) {
        GuardedStorage storage = storageOf(config);
        if (storage.lastIndex() == 0 && storage.initialState().hardState().isEmpty()) {
            throw new InvalidConfigException(
                    "the storage is empty: there is nothing to resume; a new node is made by startNode");
        }
        return resume(config, storage);
    }

    private static Node resume(Config config, GuardedStorage storage) {
        Bootstrap.requireFinished(storage);
        StoredState stored = StoredState.recover(config, storage);
        Config resumed = Config.builder(config)
                .storage(storage.startingWith(stored.membership()))
                .applied(stored.applied())
                .build();
        return new MonitorNode(new RawNode(resumed), stored, config.electionTick());
    }

    private static GuardedStorage storageOf(Config config) {
        Config.validate(config);
        if (config.asyncStorageWrites()) {
            throw new InvalidConfigException(
                    "asynchronous storage writes need a RawNode: a Node itself stores the hard state");
        }
        if (config.storage() instanceof HardStateStorage storage) {
            return new GuardedStorage(storage);
        }
        throw new InvalidConfigException(config.storage().getClass().getName()
                + " cannot keep a hard state: a node's storage implements " + HardStateStorage.class.getName());
    }

    @Override
    public Config newConfig(
            long id, int electionTick, int heartbeatTick, Storage storage, long maxSizePerMsg, int maxInflightMsgs) {
        return Config.builder()
                .id(id)
                .electionTick(electionTick)
                .heartbeatTick(heartbeatTick)
                .storage(storage)
                .maxSizePerMsg(maxSizePerMsg)
                .maxInflightMsgs(maxInflightMsgs)
                .build();
    }

    @Override
    public Peer newPeer(long id, byte[] context) {
        return Peer.of(id, context);
    }

    @Override
    public ConfChange newConfChange(long id, ConfChangeType type, long nodeId, byte[] context) {
        return ConfChange.of(id, type, nodeId, context);
    }

    @Override
    public MemoryStorage newMemoryStorage() {
        return new MemoryStorage();
    }
}
