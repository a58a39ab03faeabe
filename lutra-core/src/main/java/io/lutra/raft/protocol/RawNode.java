package io.lutra.raft.protocol;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MisuseException;
import io.lutra.raft.Peer;
import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.RaftException;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Ready;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.SoftState;
import io.lutra.raft.StateType;
import io.lutra.raft.Status;
import io.lutra.raft.StepResult;
import io.lutra.raft.StorageException;
import io.lutra.raft.confchange.ChangedConfiguration;
import io.lutra.raft.tracker.ProgressMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One node of a Raft group, without threads, clocks or I/O: for those who own theirs.
 *
 * <p>The application gives it messages, ticks and proposals, takes a {@link Ready} when there is one, does what it asks
 * for, and advances. With {@link Config#asyncStorageWrites} it does not advance: what is to be stored and applied comes
 * as messages to storage threads, whose {@link Message#responses} are delivered when it is done; those of one thread in
 * order.
 *
 * <p><b>Errors.</b> A call that comes out of order, or does not fit, throws a {@link MisuseException}, an
 * {@link InvalidConfigException} or an {@link InvalidConfChangeException}, and nothing has changed; nor has it after the
 * {@link NullPointerException} that an argument null is answered with. What else is thrown,
 * by the storage, by a listener, or as a {@link RaftInvariantException}, may have stopped the node halfway: it has failed,
 * and every later call that could change it throws the same error again. A new node on the same storage goes on.
 *
 * <p>For one thread at a time. What it gives out grows with what it is given until the next {@link #ready}: take one
 * before giving it more. Messages of peers must come from the authenticated peer that they name. etcd: {@code RawNode}.
 */
public final class RawNode {
    /** What {@link #ticksUntilDue} returns if no tick will ever do something. */
    public static final int NEVER = Integer.MAX_VALUE;

    private final Raft raft;
    private @Nullable RaftException failure;

    /**
     * Creates a node that goes on from what its storage holds: a new one from nothing. What else shows to be committed than
     * the stored commit index says, its first {@link Ready} has.
     *
     * @throws InvalidConfigException if the configuration contradicts itself or the storage
     * @throws InvalidConfChangeException if the stored membership contradicts itself
     * @throws RaftInvariantException if what the storage holds cannot be: it lost or confused something
     * @throws StorageException if the storage says so
     */
    public RawNode(Config config) {
        this.raft = start(config);
    }

    private static Raft start(Config config) {
        try {
            Raft raft = new Raft(config);
            Recovery.resume(raft, config);
            return raft;
        } catch (InvalidConfigException | InvalidConfChangeException | StorageException | RaftInvariantException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new RaftInvariantException("the node cannot start: " + e, e);
        }
    }

    /**
     * Does something that may fail halfway, after which nothing more may be done. A mistake of the caller is found before:
     * what is thrown here, of whatever type, comes from below. What is called most is written out below: as lambdas,
     * depending on what the compiler chose to inline, an idle tick of a group allocated 754 bytes, not 536.
     */
    private <T> T guarded(Supplier<T> call) {
        requireUsable();
        try {
            return call.get();
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    private void requireUsable() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Returns what to throw, now and from now on. */
    private RaftException failed(Throwable thrown) {
        failure = thrown instanceof StorageException || thrown instanceof RaftInvariantException
                ? (RaftException) thrown
                : new RaftInvariantException("the node failed: " + thrown, thrown);
        return failure;
    }

    private void guarded(Runnable call) {
        guarded(() -> {
            call.run();
            return true;
        });
    }

    /**
     * Gives a new group its first members. Every one of them must be given the same list: the changes that add them count
     * as committed without having been voted on. Entries and commit index of the next {@link Ready} belong together: a storage
     * that a crash left with the first alone holds no group, and has to be emptied.
     *
     * @throws InvalidConfigException if the list is empty or longer than a group may be, names one id twice or one that
     *     cannot be, or the storage is not empty
     */
    public void bootstrap(List<Peer> peers) {
        peers.forEach(Objects::requireNonNull);
        requireUsable();
        List<Entry> entries = bootstrapEntries(peers);
        guarded(() -> {
            raft.bootstrap(entries);
            raft.outbox().offerHardStateAgain();
        });
    }

    private List<Entry> bootstrapEntries(List<Peer> peers) {
        if (peers.isEmpty() || peers.size() > InvalidConfChangeException.MAX_MEMBERS) {
            throw new InvalidConfigException("a group has from 1 to " + InvalidConfChangeException.MAX_MEMBERS
                    + " members, not " + peers.size());
        }
        if (raft.log().lastIndex() != 0) {
            throw new InvalidConfigException("a storage that holds a log cannot be bootstrapped");
        }
        List<Entry> entries = new ArrayList<>(peers.size());
        Set<Long> ids = new HashSet<>();
        for (int i = 0; i < peers.size(); i++) {
            Peer peer = peers.get(i);
            if (peer.id() == Raft.NONE || Message.isStorageThread(peer.id()) || !ids.add(peer.id())) {
                throw new InvalidConfigException(
                        "no member can have the id " + Long.toUnsignedString(peer.id()) + ", or it is named twice");
            }
            ConfChange change = ConfChange.of(0, ConfChangeType.ADD_NODE, peer.id(), peer.context());
            entries.add(Entry.of(1, i + 1L, EntryType.CONF_CHANGE, change.encode()));
        }
        return entries;
    }

    /** Lets one tick pass. */
    public void tick() {
        tick(1);
    }

    /**
     * Lets several ticks pass at once. Up to {@link #ticksUntilDue} that is the same as to let them pass one by one.
     *
     * <p>If there are more, the caller is late, and what is due is done once: one heartbeat, one campaign, one look at the
     * quorum. And no more than {@link Config#electionTick} - 1 of them count: whoever was not running could hear nobody,
     * which is no sign that its leader or its followers are gone. So take up waiting messages first, then tick.
     *
     * @throws MisuseException if the number is negative
     */
    public void tick(int ticks) {
        if (ticks < 0) {
            throw new MisuseException("time does not go back: " + ticks + " ticks");
        }
        requireUsable();
        try {
            raft.tick(ticks);
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    /**
     * Returns how many ticks from now on one may do something, if nothing else happens: at least 1, or {@link #NEVER}.
     * Whoever lets the node rest that long must tell it of the ticks that passed before giving it anything else.
     */
    public int ticksUntilDue() {
        return raft.role().ticksUntilDue();
    }

    /**
     * Campaigns now, and tells whether it does: it may not if it leads, does not vote, or has not applied all membership
     * changes that are committed.
     */
    public boolean campaign() {
        return guarded(() -> raft.campaign());
    }

    /** Proposes a command, as a batch of one. */
    public ProposalResult propose(byte[] data) {
        return propose(List.of(data));
    }

    /**
     * Proposes commands, which are appended together or not at all. Their bytes are copied.
     *
     * @param commands together no more than {@link Config#MAX_PROPOSAL_SIZE}; else they are dropped
     * @return where they were appended, which is not yet committed, or why they were not
     */
    public ProposalResult propose(List<byte[]> commands) {
        commands.forEach(Objects::requireNonNull);
        return guarded(() -> raft.role().propose(new ProposalBatch.Commands(commands)));
    }

    /**
     * Proposes a membership change. A leader that cannot take it appends an empty entry in its place; the result says why.
     */
    public ProposalResult proposeConfChange(MembershipChange change) {
        ProposalBatch batch = ProposalBatch.Change.of(change);
        return guarded(() -> raft.role().propose(batch));
    }

    /** Takes up a message of a peer, or a response of one of the node's own storage threads. */
    public StepResult step(Message message) {
        Objects.requireNonNull(message);
        requireUsable();
        try {
            StepResult refusal = MessageCheck.refusal(raft, message);
            return refusal == null ? raft.step(message) : refusal;
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    /** Tells whether {@link #ready} would return something, which may turn out to be on a disk. */
    public boolean hasReady() {
        requireUsable();
        try {
            return raft.outbox().hasReady();
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    /**
     * Returns what has to be done, which counts as taken on. Without asynchronous storage writes {@link #advance} must
     * follow before the next.
     *
     * @throws MisuseException if it did not
     */
    public Ready ready() {
        requireUsable();
        raft.outbox().requireAdvanced();
        try {
            return raft.outbox().take();
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    /**
     * Says that all that the last {@link Ready} asked for is done. Not for asynchronous storage writes.
     *
     * @throws MisuseException with asynchronous storage writes
     */
    public void advance() {
        if (raft.options().asyncStorageWrites()) {
            throw new MisuseException("with asynchronous storage writes, responses take the place of advance");
        }
        requireUsable();
        try {
            raft.outbox().advance();
        } catch (RuntimeException | Error e) {
            throw failed(e);
        }
    }

    /**
     * Says that entries are in memory now for which the storage threw an {@link io.lutra.raft.EntriesNotInMemoryException}.
     * What had to wait goes on; what still lacks entries asks the storage again.
     */
    public void entriesFetched() {
        guarded(raft::onEntriesFetched);
    }

    /**
     * Puts a membership change in force. The application calls this for every committed change when it applies the entry,
     * and may leave out only those that it rejects, on all members alike.
     *
     * @return the new membership, to be stored with the next snapshot
     * @throws InvalidConfChangeException if the change does not fit the membership; nothing has changed. All members find
     *     the same: the application goes on, as if it had rejected the change
     */
    public ConfState applyConfChange(MembershipChange change) {
        Objects.requireNonNull(change);
        requireUsable();
        ChangedConfiguration changed = raft.changed(change);
        return guarded(() -> raft.applyConfChange(changed));
    }

    /**
     * Asks for a read state, which comes with a later Ready unless the request is lost on the way: the application asks
     * again. Thesis §6.4.
     *
     * @param context what the read state carries; unique among the reads under way
     * @return why there will be no read state, or null. A leader that loses its office later says so to the
     *     {@link io.lutra.raft.TraceListener}; of a read that went to another leader nothing more is heard
     */
    public @Nullable DropReason readIndex(byte[] context) {
        Objects.requireNonNull(context);
        List<Entry> entries = List.of(Entry.proposal(EntryType.NORMAL, context));
        return guarded(() ->
                        Optional.ofNullable(raft.role().readIndex(Message.readIndex(Raft.NONE, raft.id(), entries))))
                .orElse(null);
    }

    /** Asks the leader, this node or another, to hand over to a voter. Thesis §3.10. */
    public void transferLeader(long transferee) {
        guarded(() -> raft.role().step(Message.transferLeader(transferee, raft.id(), 0)));
    }

    /** Lets a follower forget its leader, so that it may vote at once; others have to agree that it is gone. */
    public void forgetLeader() {
        guarded(() -> raft.role().step(Message.forgetLeader(raft.id(), raft.id())));
    }

    /** Says that a message to a peer was not delivered. */
    public void reportUnreachable(long peer) {
        guarded(() -> {
            if (raft.role() instanceof Leader leader) {
                leader.onUnreachable(peer);
            }
        });
    }

    /** Says what became of a snapshot that was sent to a peer. After a failure it must be called, or the peer waits for ever. */
    public void reportSnapshot(long peer, SnapshotStatus status) {
        Objects.requireNonNull(status);
        guarded(() -> {
            if (raft.role() instanceof Leader leader) {
                leader.onSnapshotReported(peer, status);
            }
        });
    }

    /** Returns the leader that the node knows, or {@link Message#NONE}. It asks nobody, not even the storage. */
    public long lead() {
        return raft.lead();
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

    /**
     * Returns what fits into a few numbers of what the node knows: cheap enough to ask for after every step.
     *
     * @throws StorageException if the storage cannot say where its log begins
     */
    public BasicStatus basicStatus() {
        try {
            return raft.basicStatus();
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException e) {
            // Nothing was changed, and a node that has failed can still be asked: nothing to remember.
            throw new StorageException("the storage cannot say where its log begins: " + e, e);
        }
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
