package io.lutra.raft;

import java.util.List;

/**
 * The root of the library: makes nodes, and what a node is made from. {@code io.lutra.raft.node.Lutra} is the one there is.
 *
 * <p>Safe for use by many threads.
 */
public interface Lib {
    /**
     * Starts a node on its storage.
     *
     * <ul>
     *   <li>The storage is empty and there are peers: the node is a member of a new group. Every member is started with the
     *       same list. Entries 1 to n, which add the peers in the list's order, are stored and committed at once; a peer's
     *       context becomes the context of its entry.
     *   <li>The storage is empty and there are none: the node waits until a group adds it.
     *   <li>The storage holds a log: the node resumes, whatever the peers.
     *   <li>It holds the beginning of a first start that did not get as far as to store entries 1 to n, and that they are
     *       committed: this is done now if the peers are the same, and refused if they are others or none.
     * </ul>
     *
     * <p>A term and a vote that the storage holds are never lowered. Before it returns, the node may write to the storage.
     *
     * <p>A storage belongs to one node at a time: before a node is started on it, the one before must be stopped, and
     * what its application was still storing must have ended.
     *
     * @param peers the members of a new group, this node among them; empty to join a group
     * @throws InvalidConfigException if the configuration contradicts itself or the storage, the peers repeat an id, are not
     *     those of a first start that did not get to its end, the storage is not a {@link HardStateStorage}, or storage writes
     *     are to be asynchronous, which takes a {@code RawNode}
     * @throws EntriesNotInMemoryException if the storage has to read from a disk what tells the membership, or whether a first
     *     start got to its end: to be started again when it has
     * @throws SnapshotTemporarilyUnavailableException if the storage is making a snapshot: to be started again then
     * @throws StorageException if the storage fails
     * @throws RaftInvariantException if what the storage holds contradicts itself: it lost what it had acknowledged
     */
    Node startNode(Config config, List<Peer> peers);

    /**
     * Starts a node on a storage that was used before: {@link #startNode} for those who do not keep the list of peers.
     *
     * @throws InvalidConfigException also if the storage is empty: there is nothing to resume, and a node that lost its
     *     storage must not come back under its old id
     */
    Node restartNode(Config config);

    /**
     * Makes a configuration of the specification's six options; all others have their defaults.
     *
     * @throws InvalidConfigException if the options contradict each other
     * @see Config what each option means
     * @see Config#builder all options
     */
    Config newConfig(
            long id, int electionTick, int heartbeatTick, Storage storage, long maxSizePerMsg, int maxInflightMsgs);

    /** Makes a peer: the id is not 0, the context is copied. */
    Peer newPeer(long id, byte[] context);

    /** Makes a configuration change; {@code id} is the application's own number of it, the context is copied. */
    ConfChange newConfChange(long id, ConfChangeType type, long nodeId, byte[] context);

    /** Makes an empty storage in memory. */
    Storage newMemoryStorage();
}
