package io.lutra.raft.protocol;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.DropReason;
import io.lutra.raft.ElectionJitter;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.InitialState;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import io.lutra.raft.TraceListener;
import io.lutra.raft.confchange.ChangedConfiguration;
import io.lutra.raft.confchange.Changer;
import io.lutra.raft.confchange.Restore;
import io.lutra.raft.log.RaftLog;
import io.lutra.raft.log.Sizes;
import io.lutra.raft.tracker.Configuration;
import io.lutra.raft.tracker.ProgressTracker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of a Raft group: what all roles share, the rules about terms and votes, and the only way from one role to
 * another.
 *
 * <pre>{@code
 *                      no leader in time                 a quorum would vote
 *   becomeFollower --> becomePreCandidate ------------> becomeCandidate --> becomeLeader
 *        ^                      |                               |                 |
 *        +----------------------+---- higher term, or lost -----+-----------------+
 * }</pre>
 *
 * <p>Invariants: R1 the term never goes down; R2 the vote of a term is given once; R3 only {@code becomeX} replaces the
 * role, and what only that role knew is gone with it.
 */
final class Raft {
    static final long NONE = Message.NONE;

    private static final Latest<Options> OPTIONS = new Latest<>();
    private static final Latest<Configuration> CONFIGURATIONS = new Latest<>();

    private final long id;
    private final Options options;
    private final ElectionJitter jitter;
    private final RaftLog log;
    private final ProgressTracker tracker;
    private final Outbox outbox;
    /** Reads that came to this node while it led and had not committed yet; with its next office they are answered. */
    private List<Message> earlyReads = List.of();

    private long term;
    private long vote;
    private long lead;
    private Role role;
    /** Ticks since the node last heard of a leader, gave a vote, or (as a leader) looked at its quorum. */
    private int electionElapsed;

    private int randomizedElectionTimeout;
    /** The search that has to come before the next campaign, if it has begun. */
    private @Nullable UnappliedScan scan;
    /** What the node started with and has not looked through yet, or null. */
    private @Nullable StoredTail storedTail;

    /** Creates a node of what its storage holds; {@link Recovery} goes on from there. */
    Raft(Config config) {
        Config.validate(config);
        this.id = config.id();
        this.options = OPTIONS.share(Options.of(config));
        this.jitter = config.electionJitter();
        this.log = new RaftLog(config.storage());
        this.tracker = new ProgressTracker();
        this.role = new Follower(this);
        load(config.storage().initialState());
        becomeFollower(term, NONE);
        // The last, because it remembers what all this led to.
        this.outbox = new Outbox(this);
    }

    private void load(InitialState state) {
        Restore.restore(tracker, log.lastIndex(), state.confState());
        tracker.switchTo(CONFIGURATIONS.share(tracker.configuration()), tracker.members());
        HardState hardState = state.hardState();
        if (!hardState.isEmpty()) {
            term = hardState.term();
            vote = hardState.vote();
            // A commit index need not be synced: it may be older than what was compacted meanwhile.
            long commit = hardState.commit();
            boolean isOld = commit >= 0 && commit < log.committed() && !options.unsafeAsEtcd();
            log.loadCommitted(isOld ? log.committed() : commit);
        }
    }

    /** Starts a group: the changes that add its first members count as committed, and are in force at once. */
    void bootstrap(List<Entry> entries) {
        if (term == 0) {
            becomeFollower(1, NONE);
        }
        log.append(entries);
        trace().appended(entries);
        log.commitTo(entries.size());
        trace().committed(entries.size());
        for (Entry entry : entries) {
            applyConfChange(changed(MembershipChange.of(entry)));
        }
    }

    long id() {
        return id;
    }

    Options options() {
        return options;
    }

    TraceListener trace() {
        return options.traceListener();
    }

    RaftLog log() {
        return log;
    }

    ProgressTracker tracker() {
        return tracker;
    }

    Outbox outbox() {
        return outbox;
    }

    Role role() {
        return role;
    }

    long term() {
        return term;
    }

    long lead() {
        return lead;
    }

    HardState hardState() {
        return new HardState(term, vote, log.committed());
    }

    BasicStatus basicStatus() {
        long transferee = role instanceof Leader leader ? leader.transferee() : NONE;
        return new BasicStatus(
                id,
                term,
                vote,
                lead,
                role.type(),
                log.firstIndex(),
                log.applied(),
                log.committed(),
                log.lastIndex(),
                transferee);
    }

    boolean hasHardState(HardState state) {
        return term == state.term() && vote == state.vote() && log.committed() == state.commit();
    }

    void send(Message message) {
        outbox.send(message);
    }

    ProposalResult dropProposal(DropReason reason) {
        trace().proposalDropped(reason);
        return ProposalResult.dropped(reason);
    }

    void ignore(Message message, IgnoreReason reason) {
        trace().ignored(message, reason);
    }

    /** Takes up a message: the rules about terms, then votes and the node's own storage, then what the role does. */
    StepResult step(Message m) {
        trace().received(m);
        if (m.term() > term) {
            if (!admitsHigherTerm(m)) {
                return StepResult.STEPPED;
            }
        } else if (m.term() < term && m.term() != 0) {
            onLowerTerm(m);
            return StepResult.STEPPED;
        }
        switch (m.type()) {
            case VOTE, PRE_VOTE -> onVoteRequest(m);
            case STORAGE_APPEND_RESP -> onStorageAppended(m);
            case STORAGE_APPLY_RESP -> onStorageApplied(m);
            default -> {
                return role.step(m);
            }
        }
        return StepResult.STEPPED;
    }

    /** Steps down before a message of a higher term, as far as it is one to step down for. Paper §5.1. */
    private boolean admitsHigherTerm(Message m) {
        boolean asksForVote = m.type() == MessageType.VOTE || m.type() == MessageType.PRE_VOTE;
        // Thesis §4.2.3: while a leader is alive, nobody who was cut off or removed may raise the term.
        if (asksForVote && isLeaderAlive() && !CampaignType.isForced(m.context())) {
            ignore(m, IgnoreReason.LEADER_ALIVE);
            return false;
        }
        // Thesis §9.6: a pre-vote is about a term that may never be; a granted one carries that term back.
        boolean aboutFutureTerm =
                m.type() == MessageType.PRE_VOTE || (m.type() == MessageType.PRE_VOTE_RESP && !m.reject());
        if (!aboutFutureTerm) {
            int elapsed = electionElapsed;
            becomeFollower(m.term(), comesFromLeader(m.type()) ? m.from() : NONE);
            if (m.type() == MessageType.VOTE && !options.unsafeAsEtcd()) {
                // Paper §5.2, figure 2: only a vote that is granted lets a follower wait anew. Candidates that lack
                // entries
                // would hold up the one that has them for as long as they campaign.
                electionElapsed = elapsed;
            }
        }
        return true;
    }

    private boolean isLeaderAlive() {
        return options.checkQuorum() && lead != NONE && electionElapsed < options.electionTick();
    }

    private static boolean comesFromLeader(MessageType type) {
        return type == MessageType.APP || type == MessageType.HEARTBEAT || type == MessageType.SNAP;
    }

    private void onLowerTerm(Message m) {
        boolean leaderLagsBehind = m.type() == MessageType.HEARTBEAT || m.type() == MessageType.APP;
        boolean cannotCampaign = !isPromotable() && !options.unsafeAsEtcd();
        if (leaderLagsBehind && (options.checkQuorum() || options.preVote() || cannotCampaign)) {
            // With either of these, our higher term does not get through by vote requests, which a live leader's peers
            // ignore; and whoever was demoted asks for none. So we tell the leader; it steps down, and the next term is
            // above ours.
            send(Message.appendResponse(id, m.from(), term, 0));
        } else if (m.type() == MessageType.PRE_VOTE) {
            // Answered, not ignored: a pre-candidate of a lower term has to learn of ours, or it asks for ever.
            send(Message.preVoteResponse(id, m.from(), term, true));
        } else if (m.type() == MessageType.VOTE && !options.unsafeAsEtcd()) {
            // Paper figure 2, RequestVote receiver, step 1: a candidate that is behind would have to campaign once for
            // each
            // term.
            send(Message.voteResponse(id, m.from(), term, true));
        } else if (m.type() == MessageType.STORAGE_APPEND_RESP) {
            // The entries may have been replaced since, perhaps by others of the same term and index (ABA): only a
            // response of this very term tells what is durable. A snapshot is committed, whatever the term.
            onSnapshotStored(m);
        } else {
            ignore(m, IgnoreReason.LOWER_TERM);
        }
    }

    /** Paper figure 2, RequestVote receiver; thesis §9.6 for pre-votes. */
    private void onVoteRequest(Message m) {
        boolean pre = m.type() == MessageType.PRE_VOTE;
        boolean canVote = vote == m.from() || (vote == NONE && lead == NONE) || (pre && m.term() > term);
        // A learner votes too: it may have been promoted without knowing it yet, and its vote be needed.
        if (!canVote || !log.isUpToDate(m.logTerm(), m.index())) {
            send(
                    pre
                            ? Message.preVoteResponse(id, m.from(), term, true)
                            : Message.voteResponse(id, m.from(), term, true));
        } else if (pre) {
            // With the term that was asked about: the candidate is not in it yet, and drops what is below its own.
            send(Message.preVoteResponse(id, m.from(), m.term(), false));
        } else {
            send(Message.voteResponse(id, m.from(), term, false));
            electionElapsed = 0;
            scan = null;
            vote = m.from();
        }
    }

    private void onStorageAppended(Message m) {
        if (m.index() != 0 && m.commit() == replacements()) {
            log.stableTo(m.logTerm(), m.index());
        }
        onSnapshotStored(m);
    }

    /** Returns what tells one write of an entry from an earlier one; in etcd's raft term and index have to do. */
    long replacements() {
        return options.unsafeAsEtcd() ? 0 : log.replacements();
    }

    private void onSnapshotStored(Message m) {
        Snapshot snapshot = m.snapshot();
        if (snapshot == null || snapshot.isEmpty()) {
            return;
        }
        if (log.stableSnapshotTo(snapshot.metadata().index())) {
            onApplied(snapshot.metadata().index(), 0, 0);
        } else {
            ignore(m, IgnoreReason.CONTRADICTION);
        }
    }

    /** Hears that the application has applied entries, which were handed out for it. */
    void onEntriesApplied(List<Entry> entries) {
        if (!entries.isEmpty()) {
            onApplied(last(entries).index(), Sizes.encoded(entries), Sizes.payload(entries));
        }
    }

    private void onStorageApplied(Message m) {
        if (!m.entries().isEmpty() && last(m.entries()).index() > log.applying()) {
            ignore(m, IgnoreReason.CONTRADICTION);
        } else {
            onEntriesApplied(m.entries());
        }
    }

    private static Entry last(List<Entry> entries) {
        return entries.get(entries.size() - 1);
    }

    private void onApplied(long index, long encodedSize, long payloadSize) {
        long applied = Math.max(index, log.applied());
        log.appliedTo(applied, encodedSize);
        role.onApplied(applied, payloadSize);
    }

    /** Enters a term, or stays in it, and waits anew: what was known of peers and votes is forgotten. */
    private void reset(long newTerm) {
        role.onReplaced();
        if (term != newTerm) {
            term = newTerm;
            vote = NONE;
        }
        lead = NONE;
        electionElapsed = 0;
        int electionTick = options.electionTick();
        randomizedElectionTimeout = electionTick + Math.floorMod(jitter.ticks(id, term, electionTick), electionTick);
        scan = null;
        tracker.reset(id, log.lastIndex());
    }

    void becomeFollower(long newTerm, long newLead) {
        reset(newTerm);
        lead = newLead;
        takeRole(new Follower(this));
    }

    /** Changes neither term nor vote, and does not begin to wait anew. */
    private void becomePreCandidate() {
        requireNotLeader();
        lead = NONE;
        takeRole(new Candidate(this, true));
    }

    private void becomeCandidate() {
        requireNotLeader();
        reset(term + 1);
        vote = id;
        takeRole(new Candidate(this, false));
    }

    private void requireNotLeader() {
        if (role.type() == StateType.LEADER) {
            throw new RaftInvariantException("a leader cannot campaign");
        }
    }

    void becomeLeader() {
        if (!isVoter()) {
            // Its removal or demotion was applied while the votes came in.
            becomeFollower(term, NONE);
            return;
        }
        reset(term);
        lead = id;
        tracker.track();
        Leader leader = new Leader(this);
        takeRole(leader);
        leader.begin();
    }

    private void takeRole(Role newRole) {
        role = newRole;
        trace().roleChanged(role.type(), term, lead);
    }

    /** Notes that a leader of this term was heard of. */
    void onLeaderHeard(long leader) {
        electionElapsed = 0;
        scan = null;
        if (lead != leader) {
            lead = leader;
            trace().roleChanged(role.type(), term, lead);
        }
    }

    /** Forgets who leads, so that others may be voted for. */
    void forgetLeader() {
        if (lead != NONE) {
            lead = NONE;
            trace().roleChanged(role.type(), term, lead);
        }
    }

    /** Campaigns of its own accord, and tells whether it did. */
    boolean campaign() {
        return campaign(options.preVote() ? CampaignType.PRE_ELECTION : CampaignType.ELECTION);
    }

    /** Campaigns, unless the node leads, may not lead, or does not know yet what the configuration is. */
    boolean campaign(CampaignType type) {
        if (role.type() == StateType.LEADER || !isPromotable() || term == MessageCheck.LARGEST) {
            return false;
        }
        if (hasUnappliedConfChange(type)) {
            return false;
        }
        startElection(type);
        return true;
    }

    /** Goes on with what had to wait for entries that were not in memory. */
    void onEntriesFetched() {
        log.onEntriesFetched();
        role.onEntriesFetched();
        hasSeenStoredTail();
        CampaignType type = scan == null ? null : scan.takeWaiting();
        if (type != null) {
            campaign(type);
        }
    }

    /** Tells whether the node may lead: it votes, and no snapshot waits that may say otherwise. */
    boolean isPromotable() {
        return isVoter() && !log.hasPendingSnapshot();
    }

    /** Tells whether the node votes, in either half of a joint configuration. */
    boolean isVoter() {
        return tracker.configuration().voters().contains(id);
    }

    private boolean hasUnappliedConfChange(CampaignType type) {
        boolean seen = hasSeenStoredTail();
        if (seen && log.applied() == log.committed()) {
            return false;
        }
        if (scan == null) {
            scan = new UnappliedScan(log);
        }
        if (!seen) {
            scan.await(type);
            return true;
        }
        return scan.holdsUp(type);
    }

    /** Lets no campaign begin before the node has looked through what it started with. */
    void lookThrough(StoredTail tail) {
        storedTail = tail;
        hasSeenStoredTail();
    }

    /** Looks through what the node started with, and returns false if that has to wait for entries. */
    private boolean hasSeenStoredTail() {
        if (storedTail == null) {
            return true;
        }
        try {
            storedTail.commitChanges();
        } catch (EntriesNotInMemoryException e) {
            // Goes on with the next campaign, or when they are fetched.
            return false;
        }
        storedTail = null;
        return true;
    }

    /** Raises the commit index to what shows to be committed without a leader's word. */
    void commitTo(long index) {
        if (index > log.committed()) {
            log.commitTo(index);
            trace().committed(index);
        }
    }

    void startElection(CampaignType type) {
        boolean pre = type == CampaignType.PRE_ELECTION;
        if (pre) {
            becomePreCandidate();
        } else {
            becomeCandidate();
        }
        ((Candidate) role).askForVotes(type);
    }

    /** Lets ticks pass. What counts of those that come late: {@link RawNode#tick(int)}. */
    void tick(int ticks) {
        role.tick(ticks <= role.ticksUntilDue() ? ticks : Math.min(ticks, options.electionTick() - 1));
    }

    /** Lets ticks pass for a node that does not lead. */
    void tickElection(int ticks) {
        // A learner's clock runs on for as long as it learns.
        electionElapsed = (int) Math.min(Integer.MAX_VALUE, (long) electionElapsed + ticks);
        // The clock first: it says no to almost every tick.
        if (electionElapsed >= randomizedElectionTimeout && isPromotable()) {
            electionElapsed = 0;
            campaign();
        }
    }

    /** Lets ticks pass for a leader, and tells whether an election timeout is over. */
    boolean tickLeader(int ticks) {
        electionElapsed += ticks;
        if (electionElapsed < options.electionTick()) {
            return false;
        }
        electionElapsed = 0;
        return true;
    }

    int ticksUntilElection() {
        return isPromotable() ? Math.max(1, randomizedElectionTimeout - electionElapsed) : RawNode.NEVER;
    }

    int ticksUntilElectionTick() {
        return Math.max(1, options.electionTick() - electionElapsed);
    }

    void restartElectionClock() {
        electionElapsed = 0;
    }

    /** For tests: an election timeout that holds until the next reset. */
    void setRandomizedElectionTimeout(int ticks) {
        randomizedElectionTimeout = ticks;
    }

    /** Keeps reads that a leader could not begin to confirm: an index of a later term answers them as well. */
    void keepEarlyReads(List<Message> reads) {
        earlyReads = reads;
    }

    List<Message> takeEarlyReads() {
        List<Message> taken = earlyReads;
        earlyReads = List.of();
        return taken;
    }

    /**
     * Returns what a change leads to that the application has come to in the log.
     *
     * @throws InvalidConfChangeException if it does not fit
     */
    ChangedConfiguration changed(MembershipChange change) {
        return new Changer(tracker, log.lastIndex()).change(change.asV2());
    }

    /** Puts it in force. */
    ConfState applyConfChange(ChangedConfiguration changed) {
        tracker.switchTo(changed.configuration(), changed.members());
        return onConfigurationSwitched();
    }

    /**
     * Returns the members that a snapshot tells.
     *
     * @throws InvalidConfChangeException if their configuration contradicts itself
     */
    ProgressTracker membersOf(SnapshotMetadata snapshot) {
        ProgressTracker members = new ProgressTracker();
        Restore.restore(members, snapshot.index(), snapshot.confState());
        return members;
    }

    /** Replaces log and configuration by a snapshot and its members. */
    void restore(Snapshot snapshot, ProgressTracker restored) {
        log.restore(snapshot);
        trace().restored(snapshot);
        tracker.switchTo(restored.configuration(), restored.members());
        onConfigurationSwitched();
    }

    private ConfState onConfigurationSwitched() {
        ConfState state = tracker.configuration().toConfState();
        trace().confChanged(state);
        if (role instanceof Leader leader) {
            leader.onConfigurationSwitched();
        }
        return state;
    }
}
