package io.lutra.testkit.invariants;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What happened once and must never be otherwise: leaders of terms, entries of terms, what is committed, durable votes. */
public final class Ledger {
    /** What the leader of one term appended. */
    private static final class TermLog {
        long leader;
        long first;
        long[] hashes = new long[8];
        int size;
    }

    private final List<@Nullable TermLog> terms = new ArrayList<>();
    private final LogView committed = new LogView();
    /** By index: the term of the leader that committed it. */
    private long[] commitTerms = new long[64];

    private final long[][] votes = new long[64][];
    private final TreeMap<Long, Membership> memberships = new TreeMap<>();
    private final Map<Long, Long> states = new HashMap<>();

    /** Creates an empty ledger. */
    public Ledger() {}

    /** Returns the leader of a term, 0 if none is known. */
    public long leaderOf(long term) {
        TermLog log = term < terms.size() ? terms.get((int) term) : null;
        return log == null ? 0 : log.leader;
    }

    /** Notes the leader of a term. */
    public void leader(long term, long id) {
        termLog(term).leader = id;
    }

    /**
     * Returns the hash of the log up to the entry of this term and index, and notes it if there is none yet.
     *
     * @return the hash that is in the ledger; 0 if the entry would leave a gap in what its leader appended
     */
    public long entry(long term, long index, long hash) {
        TermLog log = termLog(term);
        if (log.size == 0) {
            log.first = index;
        }
        long at = index - log.first;
        if (at < 0 || at > log.size) {
            return 0;
        }
        if (at == log.size) {
            if (log.size == log.hashes.length) {
                log.hashes = Arrays.copyOf(log.hashes, 2 * log.size);
            }
            log.hashes[log.size++] = hash;
        }
        return log.hashes[(int) at];
    }

    /** Tells whether an entry of this term and index was ever appended by the term's leader. */
    public boolean hasEntry(long term, long index) {
        TermLog log = term < terms.size() ? terms.get((int) term) : null;
        return log != null && log.size > 0 && index >= log.first && index < log.first + log.size;
    }

    /** Returns the hash of the log up to an entry that is in the ledger, 0 if it is not. */
    public long hashOf(long term, long index) {
        TermLog log = term < terms.size() ? terms.get((int) term) : null;
        if (log == null || index < log.first || index >= log.first + log.size) {
            return 0;
        }
        return log.hashes[(int) (index - log.first)];
    }

    private TermLog termLog(long term) {
        while (terms.size() <= term) {
            terms.add(null);
        }
        TermLog log = terms.get((int) term);
        if (log == null) {
            log = new TermLog();
            terms.set((int) term, log);
        }
        return log;
    }

    /** Returns what is committed. */
    public LogView committed() {
        return committed;
    }

    /** Notes that a leader of a term committed everything up to an index of its log. */
    public void commit(LogView log, long index, long leaderTerm) {
        if (commitTerms.length <= index) {
            commitTerms = Arrays.copyOf(commitTerms, (int) Math.max(index + 1, 2L * commitTerms.length));
        }
        for (long i = committed.last() + 1; i <= index; i++) {
            committed.append(log.term(i), log.hash(i), false);
            commitTerms[(int) i] = leaderTerm;
        }
    }

    /** Returns the last index that a leader of an earlier term than this committed. */
    public long committedBefore(long term) {
        long index = committed.last();
        while (index > 0 && commitTerms[(int) index] >= term) {
            index--;
        }
        return index;
    }

    /** Returns a replica's durable vote in a term, 0 if there is none. */
    public long vote(long id, long term) {
        long[] ofReplica = votes[(int) id];
        return ofReplica == null || term >= ofReplica.length ? 0 : ofReplica[(int) term];
    }

    /** Notes a durable vote. */
    public void vote(long id, long term, long candidate) {
        long[] ofReplica = votes[(int) id];
        if (ofReplica == null || ofReplica.length <= term) {
            int length = (int) Math.max(16, 2 * term);
            ofReplica = ofReplica == null ? new long[length] : Arrays.copyOf(ofReplica, length);
            votes[(int) id] = ofReplica;
        }
        ofReplica[(int) term] = candidate;
    }

    /** Returns the configuration after the changes up to an index, as far as anybody has applied it. */
    public Membership membershipAt(long index) {
        var entry = memberships.floorEntry(index);
        return entry == null ? Membership.NONE : entry.getValue();
    }

    /** Tells whether replicas are a quorum of the configuration that was in force at an index, and of all later ones. */
    public boolean areQuorumSince(long index, long replicas) {
        Long since = memberships.floorKey(index);
        return memberships.tailMap(since == null ? index : since).values().stream()
                .allMatch(membership -> membership.isQuorum(replicas));
    }

    /** Tells whether a configuration is noted for exactly this index. */
    public boolean hasMembershipAt(long index) {
        return memberships.containsKey(index);
    }

    /** Notes the hash of the state after an index; returns the one that was noted first. */
    public long state(long index, long hash) {
        Long first = states.putIfAbsent(index, hash);
        return first == null ? hash : first;
    }

    /** Notes the configuration after the change at an index; returns the one that was noted first. */
    public Membership membership(long index, Membership membership) {
        Membership first = memberships.putIfAbsent(index, membership);
        return first == null ? membership : first;
    }
}
