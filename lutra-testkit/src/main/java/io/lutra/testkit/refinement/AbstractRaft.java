package io.lutra.testkit.refinement;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StateType;
import io.lutra.testkit.invariants.EntryHash;
import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.Membership;
import io.lutra.testkit.invariants.ReplicaView;
import io.lutra.testkit.invariants.Violations;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The abstract Raft of one replica. It is told each thing that the real core does, in order; each must be allowed by a
 * rule of the paper in the state that the abstract replica is in, and brings it to the next. After every step both must
 * have the same term, vote, role, leader, commit index and log.
 *
 * <p>The state is a {@link ReplicaView}, which only this class changes while the replica runs.
 */
public final class AbstractRaft {
    private final ReplicaView r;
    private final boolean preVote;
    private final Violations violations;
    private final EntryHash hasher;
    /** The message that the step under way is about. */
    private @Nullable Message input;

    /** Creates the abstract Raft of a replica whose state is {@code view}. */
    public AbstractRaft(ReplicaView view, boolean preVote, Violations violations, EntryHash hasher) {
        this.r = view;
        this.preVote = preVote;
        this.violations = violations;
        this.hasher = hasher;
    }

    private void require(boolean allowed, String rule, Object what) {
        if (!allowed) {
            violations.report(Invariant.I36, rule + ": " + what + (input == null ? "" : " on " + input) + " by " + r);
        }
    }

    private boolean inputIs(MessageType type) {
        return input != null && input.type() == type;
    }

    private boolean inputIsFromLeader() {
        return input != null
                && switch (input.type()) {
                    case APP, HEARTBEAT, SNAP -> true;
                    default -> false;
                };
    }

    /** The replica starts with what is durable. Paper figure 2, persistent state. */
    public void restarted(long commit) {
        r.term = r.durableTerm;
        r.vote = r.durableVote;
        r.role = StateType.FOLLOWER;
        r.lead = 0;
        r.grants = 0;
        r.commit = commit;
        r.log.copyFrom(r.durable);
        r.restored = 0;
        input = null;
    }

    /** A message is taken up. What it says about votes and logs counts if it is of this very term. */
    public void received(Message m) {
        input = m;
        if (m.term() != r.term || m.reject()) {
            if (m.type() == MessageType.PRE_VOTE_RESP
                    && !m.reject()
                    && r.role == StateType.PRE_CANDIDATE
                    && m.term() == r.term + 1) {
                r.grants |= Membership.bit(m.from());
            }
            return;
        }
        if (m.type() == MessageType.VOTE_RESP && r.role == StateType.CANDIDATE) {
            r.grants |= Membership.bit(m.from());
        } else if (m.type() == MessageType.APP_RESP && r.role == StateType.LEADER && m.index() <= r.log.last()) {
            r.match[(int) m.from()] = Math.max(r.match[(int) m.from()], m.index());
        }
    }

    /** The step is over: both must agree. */
    public void stepped(BasicStatus status) {
        if (!r.agreesWith(status)) {
            violations.report(Invariant.I36, "the core went another way: " + status + ", not " + r);
            r.accept(status);
        }
        input = null;
    }

    /** Takes another role, or hears of another leader. Paper §5.1, §5.2; thesis §9.6. */
    public void becomes(StateType role, long term, long lead) {
        switch (role) {
            case FOLLOWER -> becomesFollower(term, lead);
            case PRE_CANDIDATE -> {
                require(r.role != StateType.LEADER && term == r.term, "PreCampaign", term);
                require(r.membership.isVoter(r.id), "only voters campaign", term);
                r.grants = 0;
            }
            case CANDIDATE -> becomesCandidate(term);
            case LEADER -> {
                require(r.role == StateType.CANDIDATE && term == r.term, "BecomeLeader", term);
                require(r.membership.isQuorum(r.grants), "BecomeLeader needs a quorum", Long.toBinaryString(r.grants));
                java.util.Arrays.fill(r.match, 0);
                r.match[(int) r.id] = r.log.last();
                r.lastAtElection = r.log.last();
                require(lead == r.id, "a leader follows itself", lead);
            }
        }
        r.role = role;
        r.term = term;
        r.lead = lead;
    }

    private void becomesFollower(long term, long lead) {
        if (term > r.term) {
            // Paper §5.1: a higher term, from whoever sent it. Bootstrap begins term 1 without a message.
            boolean bootstrap = input == null && term == 1 && r.log.last() == 0;
            require(bootstrap || (input != null && input.term() == term), "UpdateTerm", term);
            require(!inputIs(MessageType.PRE_VOTE), "UpdateTerm by a pre-vote", term);
            r.vote = 0;
        } else {
            require(term == r.term, "terms only rise", term);
        }
        boolean told = input != null && inputIsFromLeader() && input.from() == lead && input.term() == term;
        require(lead == 0 || told || (lead == r.lead && term == r.term), "FollowLeader", lead);
        r.grants = 0;
    }

    private void becomesCandidate(long term) {
        require(r.role != StateType.LEADER && term == r.term + 1, "Timeout", term);
        require(r.membership.isVoter(r.id), "only voters campaign", term);
        if (preVote) {
            boolean won = r.role == StateType.PRE_CANDIDATE && r.membership.isQuorum(r.grants);
            require(won || inputIs(MessageType.TIMEOUT_NOW), "Timeout without pre-votes", term);
        }
        r.vote = r.id;
        r.grants = 0;
    }

    /**
     * Entries are in the log. A leader appends its own; a follower what an append says, paper figure 2, steps 2 to 4.
     *
     * @return the index from which on entries were replaced, 0 if none were
     */
    public long appended(List<Entry> entries) {
        if (r.role == StateType.LEADER) {
            for (int i = 0; i < entries.size(); i++) {
                Entry entry = entries.get(i);
                require(entry.index() == r.log.last() + 1 && entry.term() == r.term, "ClientRequest", entry);
                append(entry);
            }
            return 0;
        }
        if (input == null) {
            require(r.log.last() == 0 && r.term <= 1, "Bootstrap", entries);
            entries.forEach(this::append);
            return 0;
        }
        long replaced = 0;
        Message m = input;
        require(m.type() == MessageType.APP && m.term() == r.term && m.from() == r.lead, "AppendEntries", entries);
        require(matches(m.logTerm(), m.index()), "AppendEntries needs the previous entry", entries);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() <= r.log.last() && r.log.term(entry.index()) != entry.term()) {
                require(entry.index() > r.commit, "a committed entry is replaced", entry);
                r.log.truncateTo(entry.index() - 1);
                replaced = entry.index();
            }
            if (entry.index() == r.log.last() + 1) {
                append(entry);
            }
        }
        return replaced;
    }

    private void append(Entry entry) {
        r.log.append(
                entry.term(),
                hasher.extend(r.log.hash(r.log.last()), entry),
                entry.type().isConfChange());
    }

    private boolean matches(long term, long index) {
        return r.log.term(index) == term;
    }

    /** The log is a snapshot now. Paper figure 13. */
    public void restored(Snapshot snapshot, long prefixHash) {
        long index = snapshot.metadata().index();
        long term = snapshot.metadata().term();
        require(inputIs(MessageType.SNAP) && r.role == StateType.FOLLOWER, "InstallSnapshot", snapshot);
        require(index > r.commit, "a snapshot goes back", snapshot);
        require(!matches(term, index), "a snapshot drops what follows it", snapshot);
        r.log.reset(index, term, prefixHash);
        r.restored = index;
        r.commit = index;
    }

    /** The commit index rises. Paper §5.3, §5.4.2. */
    public void committed(long index) {
        require(index > r.commit && index <= r.log.last(), "commit rises within the log", index);
        if (r.role == StateType.LEADER) {
            require(r.log.term(index) == r.term, "AdvanceCommit counts its own term", index);
            require(r.membership.isQuorum(r.matchedAt(index)), "AdvanceCommit needs a quorum", index);
        } else if (input == null) {
            boolean bootstrap = r.term <= 1 && r.commit == 0;
            // Thesis §4.1: whoever starts with two changes knows that the first is committed.
            boolean shown = r.log.lastChange(index) == index && r.log.lastChange(r.log.last()) > index;
            require(bootstrap || shown, "Bootstrap", index);
        } else {
            long limit = switch (input.type()) {
                case APP ->
                    Math.min(input.commit(), input.index() + input.entries().size());
                case HEARTBEAT -> input.commit();
                case SNAP -> snapshotIndex(input);
                default -> -1;
            };
            require(index <= limit, "LearnCommit", index);
        }
        r.commit = index;
    }

    private static long snapshotIndex(Message m) {
        Snapshot snapshot = m.snapshot();
        return snapshot == null ? 0 : snapshot.metadata().index();
    }

    /** A message is made: what it says must be so. */
    public void sent(Message m) {
        switch (m.type()) {
            case VOTE -> {
                require(r.role == StateType.CANDIDATE && m.term() == r.term, "RequestVote", m);
                requireLastEntry(m);
            }
            case PRE_VOTE -> {
                require(r.role == StateType.PRE_CANDIDATE && m.term() == r.term + 1, "RequestPreVote", m);
                requireLastEntry(m);
            }
            case VOTE_RESP -> sentVote(m);
            case PRE_VOTE_RESP -> sentPreVote(m);
            case APP -> sentAppend(m);
            case APP_RESP -> sentAppendResponse(m);
            case HEARTBEAT -> {
                requireLeader(m);
                require(m.commit() <= r.commit && m.commit() <= r.match[(int) m.to()], "Heartbeat commit", m);
            }
            case HEARTBEAT_RESP -> require(inputIs(MessageType.HEARTBEAT) && m.term() == r.term, "HeartbeatAck", m);
            case SNAP -> {
                requireLeader(m);
                require(snapshotIndex(m) <= r.commit, "SendSnapshot of what is not committed", m);
            }
            case TIMEOUT_NOW -> {
                requireLeader(m);
                require(r.match[(int) m.to()] == r.log.last(), "TransferLeader to one that is behind", m);
            }
            default -> {}
        }
    }

    private void requireLeader(Message m) {
        require(r.role == StateType.LEADER && m.term() == r.term, "only a leader sends this", m);
    }

    private void requireLastEntry(Message m) {
        require(m.index() == r.log.last() && m.logTerm() == r.log.lastTerm(), "candidates tell their last entry", m);
    }

    /** Paper figure 2, RequestVote receiver; §5.4.1. */
    private void sentVote(Message m) {
        require(m.term() == r.term, "votes are of the voter's term", m);
        if (m.reject()) {
            return;
        }
        if (m.to() == r.id) {
            require(r.role == StateType.CANDIDATE && r.vote == r.id, "VoteForSelf", m);
            return;
        }
        boolean asked = input != null && input.type() == MessageType.VOTE && input.from() == m.to();
        require(asked && input != null && input.term() == r.term, "GrantVote", m);
        require(r.vote == 0 || r.vote == m.to(), "GrantVote twice", m);
        require(isUpToDate(), "GrantVote to one that lacks entries", m);
        r.vote = m.to();
    }

    private void sentPreVote(Message m) {
        if (m.reject()) {
            return;
        }
        if (m.to() == r.id) {
            require(r.role == StateType.PRE_CANDIDATE && m.term() == r.term + 1, "PreVoteForSelf", m);
            return;
        }
        boolean asked = input != null && input.type() == MessageType.PRE_VOTE && input.from() == m.to();
        require(asked && input != null && input.term() == m.term(), "GrantPreVote", m);
        require(m.term() > r.term || r.vote == 0 || r.vote == m.to(), "GrantPreVote twice", m);
        require(isUpToDate(), "GrantPreVote to one that lacks entries", m);
    }

    private boolean isUpToDate() {
        Message m = input;
        if (m == null) {
            return false;
        }
        long lastTerm = r.log.lastTerm();
        return m.logTerm() > lastTerm || (m.logTerm() == lastTerm && m.index() >= r.log.last());
    }

    private void sentAppend(Message m) {
        requireLeader(m);
        require(matches(m.logTerm(), m.index()), "AppendEntries from another log", m);
        require(m.commit() <= r.commit, "AppendEntries commit", m);
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            require(r.log.term(entry.index()) == entry.term(), "AppendEntries of another log", m);
        }
    }

    private void sentAppendResponse(Message m) {
        require(m.term() == r.term, "acknowledgements are of the present term", m);
        if (m.to() == r.id) {
            require(r.role == StateType.LEADER && m.index() == r.log.last(), "AckSelf", m);
            return;
        }
        if (input != null && input.term() < r.term) {
            require(m.index() == 0 && !m.reject(), "TellHigherTerm", m);
            return;
        }
        require(r.role == StateType.FOLLOWER && input != null && inputIsFromLeader(), "Ack", m);
        if (input == null) {
            return;
        }
        if (m.reject()) {
            boolean misses = input.type() == MessageType.APP && !matches(input.logTerm(), input.index());
            require(misses && m.index() == input.index(), "AppendEntries is rejected", m);
        } else if (input.type() == MessageType.APP) {
            boolean old = input.index() < r.commit && m.index() <= r.commit;
            long last = input.index() + input.entries().size();
            boolean has = m.index() == last && r.log.last() >= last;
            require(old || has, "Ack of what is there", m);
        } else {
            require(m.index() <= Math.max(r.commit, snapshotIndex(input)), "Ack of a snapshot", m);
        }
    }

    /** A membership is in force that the application applied, or that a snapshot brought. */
    public void configured(Membership membership) {
        r.membership = membership;
    }
}
