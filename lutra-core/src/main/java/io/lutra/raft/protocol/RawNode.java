package io.lutra.raft.protocol;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.Peer;
import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.Ready;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.SoftState;
import io.lutra.raft.StateType;
import io.lutra.raft.Status;
import io.lutra.raft.StepResult;
import io.lutra.raft.tracker.ProgressMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One node of a Raft group, without threads, clocks or I/O: for those who own theirs.
 *
 * <p>The application gives it messages, ticks and proposals, takes a {@link Ready} when there is one, does what it asks
 * for, and advances. With {@link Config#asyncStorageWrites} it does not advance: what is to be stored and applied comes
 * as messages to storage threads, whose {@link Message#responses} are delivered when it is done; those of one thread in
 * order.
 *
 * <p>For one thread at a time. After a {@link io.lutra.raft.RaftInvariantException} the node must not be used any more.
 * etcd: {@code RawNode}.
 */
public final class RawNode {
    private final Raft raft;
    private final boolean async;
    private final ReadyMaker readyMaker;

    /**
     * Creates a node that goes on from what its storage holds: a new one from nothing.
     *
     * @throws InvalidConfigException if the configuration contradicts itself or the storage
     */
    public RawNode(Config config) {
        this.raft = new Raft(config);
        this.async = config.asyncStorageWrites();
        this.readyMaker = new ReadyMaker(raft, async);
    }

    /**
     * Gives a new group its first members. Every one of them must be given the same list: the changes that add them count
     * as committed without having been voted on.
     *
     * @throws InvalidConfigException if the list is empty, or the storage is not
     */
    public void bootstrap(List<Peer> peers) {
        if (peers.isEmpty()) {
            throw new InvalidConfigException("a group needs at least one member");
        }
        if (raft.log().lastIndex() != 0) {
            throw new InvalidConfigException("a storage that holds a log cannot be bootstrapped");
        }
        List<Entry> entries = new ArrayList<>(peers.size());
        for (int i = 0; i < peers.size(); i++) {
            Peer peer = peers.get(i);
            ConfChange change = ConfChange.of(0, ConfChangeType.ADD_NODE, peer.id(), peer.context());
            entries.add(Entry.of(1, i + 1L, EntryType.CONF_CHANGE, change.encode()));
        }
        raft.bootstrap(entries);
        readyMaker.offerHardStateAgain();
    }

    /** Lets one tick pass. */
    public void tick() {
        raft.tick();
    }

    /** Lets several ticks pass. */
    public void tick(int ticks) {
        for (int i = 0; i < ticks; i++) {
            raft.tick();
        }
    }

    /** Returns how many ticks from now on one will do something, if nothing else happens. At least 1. */
    public int ticksUntilDue() {
        return raft.role().ticksUntilDue();
    }

    /** Campaigns now, if the node may. */
    public void campaign() {
        raft.campaign();
    }

    /** Proposes a command. */
    public ProposalResult propose(byte[] data) {
        return propose(List.of(data));
    }

    /**
     * Proposes commands, which are appended together or not at all. Their bytes are copied.
     *
     * @return where they were appended, which is not yet committed, or why they were not
     */
    public ProposalResult propose(List<byte[]> commands) {
        return raft.role().propose(raft.id(), new ProposalBatch.Commands(commands));
    }

    /**
     * Proposes a membership change. A leader that cannot take it appends an empty entry in its place; the result says why.
     */
    public ProposalResult proposeConfChange(MembershipChange change) {
        return raft.role().propose(raft.id(), ProposalBatch.Change.of(change));
    }

    /** Takes up a message of a peer, or a response of one of the node's own storage threads. */
    public StepResult step(Message message) {
        boolean fromStorage = isStorageThread(message.from());
        if (message.type().isLocal() && !fromStorage) {
            return StepResult.LOCAL_MESSAGE;
        }
        if (message.type().isResponse() && !fromStorage && raft.tracker().progress(message.from()) == null) {
            return StepResult.UNKNOWN_PEER;
        }
        StepResult refusal = MessageCheck.refusal(message);
        return refusal != null ? refusal : raft.step(message);
    }

    private static boolean isStorageThread(long id) {
        return id == Message.LOCAL_APPEND_THREAD || id == Message.LOCAL_APPLY_THREAD;
    }

    /** Tells whether {@link #ready} would return something. */
    public boolean hasReady() {
        return readyMaker.hasReady();
    }

    /**
     * Returns what has to be done, which counts as taken on. Without asynchronous storage writes {@link #advance} must
     * follow before the next.
     */
    public Ready ready() {
        return readyMaker.take();
    }

    /** Says that all that the last {@link Ready} asked for is done. Not for asynchronous storage writes. */
    public void advance() {
        if (async) {
            throw new IllegalStateException("with asynchronous storage writes, responses take the place of advance");
        }
        readyMaker.advance();
    }

    /**
     * Puts a membership change in force. The application calls this for every committed change when it applies the entry,
     * and may leave out only those that it rejects, on all members alike.
     *
     * @return the new membership, to be stored with the next snapshot
     * @throws io.lutra.raft.InvalidConfChangeException if the change does not fit the membership; nothing has changed
     */
    public ConfState applyConfChange(MembershipChange change) {
        return raft.applyConfChange(change);
    }

    /**
     * Asks for a read state, which comes with a later Ready unless the request is lost on the way: the application asks
     * again. Thesis §6.4.
     *
     * @param context what the read state carries; unique among the reads under way
     */
    public void readIndex(byte[] context) {
        raft.role().step(Message.readIndex(Raft.NONE, raft.id(), List.of(Entry.proposal(EntryType.NORMAL, context))));
    }

    /** Asks the leader, this node or another, to hand over to a voter. Thesis §3.10. */
    public void transferLeader(long transferee) {
        raft.role().step(Message.transferLeader(transferee, raft.id(), 0));
    }

    /** Lets a follower forget its leader, so that it may vote at once; others have to agree that it is gone. */
    public void forgetLeader() {
        raft.role().step(Message.forgetLeader(raft.id(), raft.id()));
    }

    /** Says that a message to a peer was not delivered. */
    public void reportUnreachable(long peer) {
        if (raft.role() instanceof Leader leader) {
            leader.onUnreachable(peer);
        }
    }

    /** Says what became of a snapshot that was sent to a peer. After a failure it must be called, or the peer waits for ever. */
    public void reportSnapshot(long peer, SnapshotStatus status) {
        if (raft.role() instanceof Leader leader) {
            leader.onSnapshotReported(peer, status);
        }
    }

    /** Returns what the node knows now. */
    public Status status() {
        List<PeerProgress> progress = new ArrayList<>();
        long transferee = Raft.NONE;
        if (raft.role() instanceof Leader leader) {
            forEachProgress(progress::add);
            transferee = leader.transferee();
        }
        StateType role = raft.role().type();
        return new Status(
                raft.id(),
                raft.hardState(),
                new SoftState(raft.lead(), role),
                raft.log().applied(),
                transferee,
                raft.tracker().configuration().toConfState(),
                List.copyOf(progress));
    }

    /** Returns what fits into a few numbers of what the node knows: cheap enough to ask for after every step. */
    public BasicStatus basicStatus() {
        return raft.basicStatus();
    }

    /** Visits what the node keeps about each member, in order of id. Only a leader keeps it up to date. */
    public void forEachProgress(Consumer<PeerProgress> visitor) {
        ProgressMap members = raft.tracker().members();
        for (int i = 0; i < members.size(); i++) {
            visitor.accept(members.progress(i).toPeerProgress(members.id(i)));
        }
    }

    /** For tests: an election timeout that holds until the node waits anew. */
    void setRandomizedElectionTimeout(int ticks) {
        raft.setRandomizedElectionTimeout(ticks);
    }
}
