package io.lutra.testkit.raft;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.ConfState;
import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.PeerProgress;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StateType;
import io.lutra.raft.TraceListener;
import io.lutra.raft.protocol.RawNode;
import io.lutra.testkit.invariants.BoundedBacklog;
import io.lutra.testkit.invariants.ExactReady;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.LogView;
import io.lutra.testkit.invariants.Membership;
import io.lutra.testkit.invariants.MonotonicMarks;
import io.lutra.testkit.invariants.ReplicaView;
import io.lutra.testkit.invariants.SingleProbe;
import io.lutra.testkit.refinement.AbstractRaft;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches one replica, in all its lives: tells the abstract Raft and the checkers what the core does, as it does it, and
 * what its process makes durable, sends and applies.
 */
final class ReplicaChecks implements TraceListener {
    private final ClusterChecks cluster;
    private final ReplicaView view;
    private final AbstractRaft refinement;
    private final MonotonicMarks monotonicMarks;
    private final ExactReady exactReady;
    private final BoundedBacklog boundedBacklog;
    private final SingleProbe singleProbe;
    private final Consumer<PeerProgress> progress = this::onProgress;
    private long coreApplied;
    /** The least index that was written since the last sync. */
    private long firstUnsynced = Long.MAX_VALUE;

    /** What it was when the step under way began. */
    private StateType roleBefore = StateType.FOLLOWER;

    /** The snapshot that a leader sends with the message under way. */
    private @Nullable Message snapshotOffered;

    private int sentInStep;
    private int readsUnderWay;
    private boolean leftOffice;
    /** Whether the Ready under way has all read states of a leader that is none any more. */
    private boolean readsAreOver;
    /** The change that the application is applying. */
    private @Nullable Entry changing;
    /** The configuration of the snapshot that takes the log's place. */
    private @Nullable ConfState restoring;

    ReplicaChecks(ClusterChecks cluster, long id, ClusterOptions.Own own, ClusterOptions options) {
        this.cluster = cluster;
        this.view = new ReplicaView(id);
        cluster.views[(int) id] = view;
        this.refinement = new AbstractRaft(view, own.preVote(), cluster.violations, cluster.hasher);
        this.monotonicMarks = new MonotonicMarks(cluster.violations);
        this.exactReady = new ExactReady(
                cluster.violations, own.maxCommittedSize() == 0 ? options.maxSizePerMsg : own.maxCommittedSize());
        this.singleProbe = new SingleProbe(cluster.violations);
        this.boundedBacklog = new BoundedBacklog(cluster.violations, options.maxUncommitted);
    }

    ReplicaView view() {
        return view;
    }

    /** The replica's process begins with what its storage found; what was synced must be there. */
    void restarted(ReplicaStorage storage) {
        HardState hardState = storage.hardState();
        monotonicMarks.restarted(view, hardState.term(), hardState.vote());
        // It may fail, and the replica die of it: then what is durable is what it was.
        LogView found = read(storage);
        recovered(found);
        view.durable.copyFrom(found);
        firstUnsynced = Long.MAX_VALUE;
        if (!hardState.isEmpty()) {
            cluster.singleDurableVote.persisted(view, hardState.term(), hardState.vote());
        }
        stored(storage.snapshot());
        SnapshotMetadata snapshot = storage.snapshot().metadata();
        view.applied = snapshot.index();
        view.appliedHash = KeyValueMachine.prefixHash(storage.snapshot().payload());
        view.membership = Membership.of(snapshot.confState());
        coreApplied = snapshot.index();
        long commit = Math.max(hardState.commit(), snapshot.index());
        if (commit < view.durableCommit) {
            cluster.violations.report(
                    Invariant.I8, "commit " + commit + " comes back, not " + view.durableCommit + ", in " + view);
        }
        view.durableCommit = commit;
        restoring = null;
        roleBefore = StateType.FOLLOWER;
        readsUnderWay = 0;
        leftOffice = false;
        readsAreOver = false;
        refinement.restarted(Math.max(commit, storage.firstIndex() - 1));
        exactReady.restarted(hardState, storage.lastIndex(), snapshot.index());
    }

    /** Returns the log that a storage holds now, with the hashes of the bytes that it gives. */
    LogView read(ReplicaStorage storage) {
        long first = storage.firstIndex();
        List<Entry> entries = first > storage.lastIndex()
                ? List.of()
                : storage.entries(first, storage.lastIndex() + 1, Long.MAX_VALUE);
        LogView log = new LogView();
        log.reset(first - 1, storage.term(first - 1), baseHash(first - 1));
        for (Entry entry : entries) {
            long hash = cluster.hasher.extend(log.hash(log.last()), entry);
            log.append(entry.term(), hash, entry.type().isConfChange());
        }
        return log;
    }

    /** What was synced and not written over since is there, byte for byte; what else is there was once written. */
    private void recovered(LogView found) {
        long keep = Math.min(view.durable.last(), firstUnsynced - 1);
        long wrong = found.last() < keep ? found.last() + 1 : 0;
        for (long i = found.base() + 1; i <= found.last() && wrong == 0; i++) {
            boolean lost = i <= keep && view.durable.knows(i) && view.durable.hash(i) != found.hash(i);
            long told = cluster.ledger.hashOf(found.term(i), i);
            wrong = lost || (told != 0 && told != found.hash(i)) ? i : 0;
        }
        if (wrong > 0) {
            cluster.violations.report(
                    Invariant.I20,
                    "what was synced up to " + keep + " came back otherwise from " + wrong + " on, in " + view);
        }
    }

    private long baseHash(long index) {
        return cluster.ledger.committed().knows(index)
                ? cluster.ledger.committed().hash(index)
                : 0;
    }

    /** A step of the core is over. */
    void stepped(RawNode node, long snapshotIndex) {
        sentInStep = 0;
        cluster.violations.check();
        BasicStatus status = node.basicStatus();
        cluster.leaderAppendOnly.stepped(view, status);
        cluster.acknowledgedWrites.stepped(view, status);
        refinement.stepped(status);
        monotonicMarks.stepped(view, status);
        cluster.markOrder.stepped(view, status, snapshotIndex);
        cluster.safeMembership.stepped(view);
        cluster.onlyVotersLead.stepped(view);
        coreApplied = status.applied();
        checkSnapshotTaken(status);
        leftOffice |= roleBefore == StateType.LEADER && status.role() != StateType.LEADER;
        roleBefore = status.role();
        if (status.role() == StateType.LEADER) {
            node.forEachProgress(progress);
        }
    }

    /** Who refuses a snapshot that it needs can never catch up. */
    private void checkSnapshotTaken(BasicStatus status) {
        Message offer = snapshotOffered;
        snapshotOffered = null;
        if (offer == null || offer.snapshot() == null || offer.term() != status.term()) {
            return;
        }
        SnapshotMetadata metadata = offer.snapshot().metadata();
        if (metadata.index() > status.commit() && metadata.confState().contains(view.id)) {
            cluster.violations.report(Invariant.I29, metadata + " is refused by " + view);
        }
    }

    @Override
    public void ignored(Message m, IgnoreReason reason) {
        if (reason == IgnoreReason.NOT_IN_MEMORY) {
            snapshotOffered = null;
        }
    }

    private void onProgress(PeerProgress p) {
        if (p.id() != view.id) {
            singleProbe.believes(view, p);
            cluster.consistentProgress.believes(view, p);
        }
        monotonicMarks.matched(view, p.id(), p.match());
    }

    /** A leader takes a read, which it has to answer or to drop with a word. */
    void readTaken() {
        readsUnderWay += view.role == StateType.LEADER ? 1 : 0;
    }

    /** A read of this replica may be served. */
    void readAnswered() {
        readsUnderWay = Math.max(0, readsUnderWay - 1);
    }

    @Override
    public void readDropped(byte[] requestContext, DropReason reason) {
        readAnswered();
    }

    /** All read states of a Ready were taken up: what a former leader has neither answered nor dropped, is lost. */
    void readsConfirmed() {
        if (readsAreOver && readsUnderWay > 0) {
            cluster.violations.report(Invariant.I29, readsUnderWay + " reads are dropped without a word by " + view);
        }
        if (readsAreOver) {
            readsAreOver = false;
            readsUnderWay = 0;
        }
    }

    void readyTaken(Ready ready) {
        readsAreOver = leftOffice;
        leftOffice = false;
        exactReady.taken(view, ready);
    }

    /** Entries are handed out to be applied, by a core that waits for its own disk first. */
    void handedOut(List<Entry> committed) {
        cluster.persistBeforeSend.handedOut(view, committed);
    }

    /** What a Ready asks to store is being written: until it is synced, this may be there afterwards or what was before. */
    void writes(@Nullable Snapshot snapshot, List<Entry> entries) {
        if (snapshot != null) {
            firstUnsynced = Math.min(firstUnsynced, snapshot.metadata().index() + 1);
        }
        if (!entries.isEmpty()) {
            firstUnsynced = Math.min(firstUnsynced, entries.get(0).index());
        }
    }

    /** What a Ready asked to store is durable, and so is all that was written before. */
    void persisted(HardState hardState, @Nullable Snapshot snapshot, List<Entry> entries) {
        firstUnsynced = Long.MAX_VALUE;
        if (!hardState.isEmpty()) {
            // A commit index that is told alone asks for no sync, so a storage may keep it for the next write.
            boolean alone =
                    entries.isEmpty() && hardState.term() == view.durableTerm && hardState.vote() == view.durableVote;
            cluster.singleDurableVote.persisted(view, hardState.term(), hardState.vote());
            view.durableCommit = alone ? view.durableCommit : Math.max(view.durableCommit, hardState.commit());
        }
        if (snapshot != null) {
            SnapshotMetadata metadata = snapshot.metadata();
            view.durableCommit = Math.max(view.durableCommit, metadata.index());
            view.durable.reset(metadata.index(), metadata.term(), KeyValueMachine.prefixHash(snapshot.payload()));
        }
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() > view.durable.base()) {
                view.durable.truncateTo(entry.index() - 1);
                view.durable.append(
                        entry.term(),
                        cluster.ledger.hashOf(entry.term(), entry.index()),
                        entry.type().isConfChange());
            }
        }
    }

    /** A message leaves the replica, or is given back to it. */
    void released(Message m) {
        cluster.persistBeforeSend.released(view, m);
    }

    void applied(Entry entry) {
        cluster.stateMachineSafety.applied(view, entry);
    }

    /** The application applies a change with the next call of the core. */
    void applies(Entry change) {
        changing = change;
    }

    void installed(Snapshot snapshot) {
        long hash = KeyValueMachine.prefixHash(snapshot.payload());
        cluster.snapshots.seen(view, snapshot, hash);
        cluster.stateMachineSafety.installed(view, snapshot.metadata().index(), hash);
    }

    /** A storage gives its snapshot, which may be none. */
    void stored(Snapshot snapshot) {
        if (!snapshot.isEmpty()) {
            made(snapshot);
        }
    }

    void made(Snapshot snapshot) {
        cluster.snapshots.seen(view, snapshot, KeyValueMachine.prefixHash(snapshot.payload()));
    }

    @Override
    public void received(Message m) {
        if (m.type() == MessageType.STORAGE_APPLY_RESP && !m.entries().isEmpty()) {
            coreApplied = Math.max(
                    coreApplied, m.entries().get(m.entries().size() - 1).index());
        } else if (m.type() == MessageType.STORAGE_APPEND_RESP && m.snapshot() != null) {
            coreApplied = Math.max(coreApplied, m.snapshot().metadata().index());
        }
        snapshotOffered = m.type() == MessageType.SNAP ? m : null;
        refinement.received(m);
        singleProbe.received(m);
    }

    @Override
    public void roleChanged(StateType role, long term, long lead) {
        boolean changed = role != view.role || (role == StateType.CANDIDATE && term != view.term);
        if (changed) {
            boolean campaigns = role == StateType.CANDIDATE || role == StateType.PRE_CANDIDATE;
            if (campaigns && roleBefore == StateType.LEADER) {
                cluster.violations.report(Invariant.I33, "a leader campaigns, of its own accord: " + view);
            }
            cluster.onlyVotersLead.becomes(view, role);
            if (role == StateType.CANDIDATE || role == StateType.PRE_CANDIDATE) {
                cluster.safeMembership.campaigns(view, hasUnappliedChange());
            }
        }
        refinement.becomes(role, term, lead);
        if (changed && role == StateType.LEADER) {
            boundedBacklog.elected();
            singleProbe.elected();
            cluster.electionSafety.elected(view);
            cluster.electionQuorum.elected(view);
            cluster.leaderCompleteness.elected(view);
        }
    }

    private boolean hasUnappliedChange() {
        return view.log.lastChange(view.commit) > Math.max(coreApplied, view.applied);
    }

    @Override
    public void appended(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        cluster.leaderAppendOnly.appends(view, entries.get(0).index());
        long replaced = refinement.appended(entries);
        if (replaced > 0) {
            cluster.acknowledgedWrites.replaced(view, replaced);
            exactReady.truncated(replaced);
        }
        if (view.role == StateType.LEADER) {
            boundedBacklog.appends(view, entries, Math.max(coreApplied, view.applied));
        }
        cluster.logMatching.appended(view, entries);
        cluster.safeMembership.appended(view, entries, Math.max(coreApplied, view.applied));
    }

    @Override
    public void restored(Snapshot snapshot) {
        long hash = KeyValueMachine.prefixHash(snapshot.payload());
        cluster.snapshots.seen(view, snapshot, hash);
        cluster.snapshots.installs(view, snapshot.metadata());
        refinement.restored(snapshot, hash);
        restoring = snapshot.metadata().confState();
    }

    @Override
    public void committed(long index) {
        if (view.role == StateType.LEADER) {
            cluster.commitQuorum.committed(view, index);
        } else if (view.term <= 1 && view.commit == 0 && cluster.ledger.leaderOf(1) == 0) {
            cluster.commitQuorum.bootstrapped(view, index);
        } else {
            cluster.stateMachineSafety.learned(view, index);
        }
        refinement.committed(index);
    }

    @Override
    public void confChanged(ConfState state) {
        Entry change = changing;
        changing = null;
        if (restoring != null) {
            cluster.safeMembership.restored(view, restoring, state);
            restoring = null;
        }
        refinement.configured(
                change == null ? Membership.of(state) : cluster.safeMembership.applied(view, change, state));
    }

    /** The core has started, in this configuration. */
    void started(ConfState state, ConfState stored) {
        cluster.safeMembership.restored(view, stored, state);
    }

    @Override
    public void sent(Message m) {
        if (++sentInStep == RaftProcess.ENDLESS) {
            // The only way out: nobody else is called any more.
            cluster.violations.report(Invariant.I25, "one step sends without end: " + m + " by " + view);
            throw new IllegalStateException("endless messages");
        }
        cluster.wellFormedMessages.sent(view, m);
        singleProbe.sent(m);
        refinement.sent(m);
    }
}
