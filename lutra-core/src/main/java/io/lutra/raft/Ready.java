package io.lutra.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has to be done now: what to store, what to send, what to apply.
 *
 * <p>The order matters. First make {@link #hardState}, {@link #snapshot} and {@link #entries} durable; only then send
 * {@link #messages}, and apply {@link #snapshot} and {@link #committedEntries}; then advance. They are best stored as one.
 * A storage that cannot do that stores term and vote before the entries, and the commit index after them: after a crash in
 * between, its term is not below that of an entry, and its commit index is not above the last. That it may be older than what
 * came with the entries does no harm: of two membership changes in its log, a node that starts knows that the first is
 * committed, as a leader appends none before it has applied the one before, and says so with its first Ready. Only what
 * {@code RawNode.bootstrap} gives has to be stored as one.
 *
 * <p>With asynchronous storage writes, all that is to be stored and applied is also in messages to the node's own storage
 * threads, and all other messages may leave at once.
 *
 * <p>A Ready may hold both a snapshot and entries; these follow the snapshot. Its lists never change.
 */
public final class Ready {
    private final @Nullable SoftState softState;
    private final HardState hardState;
    private final List<ReadState> readStates;
    private final List<Entry> entries;
    private final @Nullable Snapshot snapshot;
    private final List<Entry> committedEntries;
    private final List<Message> messages;
    private final boolean mustSync;

    private Ready(
            @Nullable SoftState softState,
            HardState hardState,
            List<ReadState> readStates,
            List<Entry> entries,
            @Nullable Snapshot snapshot,
            List<Entry> committedEntries,
            List<Message> messages,
            boolean mustSync) {
        this.softState = softState;
        this.hardState = hardState;
        this.readStates = readStates;
        this.entries = entries;
        this.snapshot = snapshot;
        this.committedEntries = committedEntries;
        this.messages = messages;
        this.mustSync = mustSync;
    }

    /** Returns a Ready of these parts, which must not change any more. */
    public static Ready of(
            @Nullable SoftState softState,
            HardState hardState,
            List<ReadState> readStates,
            List<Entry> entries,
            @Nullable Snapshot snapshot,
            List<Entry> committedEntries,
            List<Message> messages,
            boolean mustSync) {
        return new Ready(softState, hardState, readStates, entries, snapshot, committedEntries, messages, mustSync);
    }

    /** Returns the messages to send once what is to be stored is durable. */
    public List<Message> messages() {
        return messages;
    }

    /** Returns the entries to append to the storage; they replace what it holds from their first index on. */
    public List<Entry> entries() {
        return entries;
    }

    /** Returns the entries to apply to the state machine, in order. */
    public List<Entry> committedEntries() {
        return committedEntries;
    }

    /** Returns the hard state to store, or {@link HardState#EMPTY} if it did not change. */
    public HardState hardState() {
        return hardState;
    }

    /** Returns leader and role if one of them changed, else null. */
    public @Nullable SoftState softState() {
        return softState;
    }

    /** Returns the snapshot to store and to restore the state machine from, or null. */
    public @Nullable Snapshot snapshot() {
        return snapshot;
    }

    /** Returns the answers to read-index requests of this node. */
    public List<ReadState> readStates() {
        return readStates;
    }

    /**
     * Tells whether what is to be stored must be synced before the messages that depend on it are sent: there are
     * entries, or term or vote changed. A commit index alone need not be: a node that starts takes what was applied or
     * compacted for committed. A snapshot is not counted here, and must always be durable.
     *
     * <p>With asynchronous storage writes the same is true of this Ready's {@link MessageType#STORAGE_APPEND}: if it need
     * not be synced, its responses may be delivered without a sync of its own, but not before what was given to the
     * storage ahead of it is durable.
     */
    public boolean mustSync() {
        return mustSync;
    }

    /** Tells whether there is nothing to do. */
    public boolean isEmpty() {
        return softState == null
                && hardState.isEmpty()
                && snapshot == null
                && readStates.isEmpty()
                && entries.isEmpty()
                && committedEntries.isEmpty()
                && messages.isEmpty();
    }

    /** Prints how much there is of what, in one line; {@link Describe#ready} prints it all. */
    @Override
    public String toString() {
        return "Ready MustSync=" + mustSync + " " + softState + " " + hardState + " entries=" + entries.size()
                + " committed=" + committedEntries.size() + " snapshot=" + snapshot + " messages=" + messages.size()
                + " reads=" + readStates.size();
    }
}
