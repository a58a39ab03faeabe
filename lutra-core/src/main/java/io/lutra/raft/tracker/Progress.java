package io.lutra.raft.tracker;

import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProgressState;
import io.lutra.raft.RaftInvariantException;

/**
 * How far one peer is, and all transitions of that knowledge.
 *
 * <pre>{@code
 *              acknowledged                      needs compacted entries
 *   +-------+ --------------> +-----------+ ----------------------------> +----------+
 *   | PROBE |                 | REPLICATE |                               | SNAPSHOT |
 *   +-------+ <-------------- +-----------+ <---------------------------- +----------+
 *       ^       rejected, unreachable          acknowledged, log reaches       |
 *       +--------------------- snapshot finished or failed --------------------+
 * }</pre>
 *
 * <p>Invariant P1: match &lt; next. Everything in (match, next) is on its way.
 */
public final class Progress {
    private Inflights inflights = Inflights.NONE;
    private boolean learner;
    private ProgressState state = ProgressState.PROBE;
    private long match;
    private long next;
    private long pendingSnapshot;
    /** The highest commit index sent: may go down with {@link #next}, because what was sent then did not count. */
    private long sentCommit;

    private boolean paused;
    /** Whether the entries to send next have to come from a disk first. */
    private boolean waitsForEntries;

    private boolean recentActive;

    /** Creates the progress of a peer of which nothing is known; {@code next} is where probing begins. */
    Progress(long next, boolean learner, boolean recentActive) {
        this.next = next;
        this.learner = learner;
        this.recentActive = recentActive;
    }

    private Progress(Progress other, boolean learner) {
        this.inflights = other.inflights;
        this.learner = learner;
        this.state = other.state;
        this.match = other.match;
        this.next = other.next;
        this.pendingSnapshot = other.pendingSnapshot;
        this.sentCommit = other.sentCommit;
        this.paused = other.paused;
        this.waitsForEntries = other.waitsForEntries;
        this.recentActive = other.recentActive;
    }

    /** Returns this progress as that of a learner, or of a voter. It takes this one's place. */
    public Progress asLearner(boolean nowLearner) {
        return learner == nowLearner ? this : new Progress(this, nowLearner);
    }

    /** Returns the highest index known to be durable and equal at the peer. */
    public long match() {
        return match;
    }

    /** Returns the index of the next entry to send. */
    public long next() {
        return next;
    }

    /** Returns how entries are sent. */
    public ProgressState state() {
        return state;
    }

    /** Tells whether the peer gets the log without a vote. */
    public boolean isLearner() {
        return learner;
    }

    /** Tells whether the peer was heard of since the last {@link #markInactive}. */
    public boolean isRecentActive() {
        return recentActive;
    }

    /** Tells whether nothing may be sent until the peer answers, or until its entries are in memory. */
    public boolean isPaused() {
        return state == ProgressState.SNAPSHOT || paused || waitsForEntries;
    }

    /** Pauses until the entries to send next are in memory. */
    public void waitForEntries() {
        waitsForEntries = true;
    }

    /** Notes that entries are in memory now, and tells whether the peer waited for some. */
    public boolean entriesFetched() {
        boolean waited = waitsForEntries;
        waitsForEntries = false;
        return waited;
    }

    /** Tells whether as many messages or bytes are on their way as may be. */
    public boolean isWindowFull() {
        return inflights.isFull();
    }

    /** Notes that the peer was heard of. */
    public void markActive() {
        recentActive = true;
    }

    /** Begins a new period in which the peer has to be heard of. */
    public void markInactive() {
        recentActive = false;
    }

    /** Notes that a heartbeat was answered: a probe may be sent again. */
    public void heartbeatAcknowledged() {
        recentActive = true;
        paused = false;
    }

    /** Begins to send ahead, from the first entry that is not acknowledged. */
    public void becomeReplicate() {
        toState(ProgressState.REPLICATE);
        next = match + 1;
    }

    /** Begins to probe: from what is acknowledged, or from a snapshot that was sent. */
    public void becomeProbe() {
        long base = state == ProgressState.SNAPSHOT ? Math.max(match, pendingSnapshot) : match;
        toState(ProgressState.PROBE);
        lowerNext(base + 1);
    }

    /** Stops sending until the peer has a snapshot. */
    public void becomeSnapshot(long snapshotIndex) {
        toState(ProgressState.SNAPSHOT);
        pendingSnapshot = snapshotIndex;
        next = snapshotIndex + 1;
        sentCommit = snapshotIndex;
    }

    private void toState(ProgressState newState) {
        paused = false;
        waitsForEntries = false;
        pendingSnapshot = 0;
        state = newState;
        inflights.clear();
    }

    private void lowerNext(long index) {
        next = index;
        sentCommit = Math.min(sentCommit, index - 1);
    }

    /** Notes that an append message with {@code entries} entries left; the limits are the same for every message. */
    public void sentEntries(int entries, long payloadBytes, InflightLimits limits) {
        switch (state) {
            case REPLICATE -> {
                if (entries > 0) {
                    next += entries;
                    inflights = inflights.with(next - 1, payloadBytes, limits);
                }
                // A peer with a full window still gets empty messages, one per answered heartbeat: should all that
                // fills
                // the window have been lost, the answer empties it.
                paused = inflights.isFull();
            }
            case PROBE -> {
                // An empty probe may be repeated: it is how a commit index gets through.
                if (entries > 0) {
                    paused = true;
                }
            }
            case SNAPSHOT -> throw new RaftInvariantException("entries were sent to a peer that needs a snapshot");
        }
    }

    /** Tells whether a commit index is worth a message of its own: it can move the peer's, and was not sent before. */
    public boolean canBumpCommit(long commit) {
        return commit > sentCommit && sentCommit < next - 1;
    }

    /** Notes that a commit index was sent. */
    public void sentCommit(long commit) {
        sentCommit = commit;
    }

    /**
     * Takes up an acknowledgement of everything up to {@code index}, and returns false if it says nothing new.
     *
     * @param firstIndex the first entry in the leader's log: from there on it can replicate without a snapshot
     */
    public boolean acknowledged(long index, long firstIndex) {
        boolean advanced = maybeUpdate(index);
        // A probe that is answered at match says that the logs agree there, even though that was known.
        if (!advanced && !(index == match && state == ProgressState.PROBE)) {
            return false;
        }
        switch (state) {
            case PROBE -> becomeReplicate();
            case REPLICATE -> inflights.freeTo(index);
            case SNAPSHOT -> {
                // Whichever snapshot the peer has: if the log continues it, the pending one is not needed.
                if (match + 1 >= firstIndex) {
                    becomeReplicate();
                }
            }
        }
        return true;
    }

    /** Raises match to {@code index}, and returns false if it was there already. */
    public boolean maybeUpdate(long index) {
        if (index <= match) {
            return false;
        }
        match = index;
        next = Math.max(next, index + 1);
        paused = false;
        return true;
    }

    /**
     * Takes up a rejection of the message whose entries follow {@code rejected}, and returns false if it is stale.
     *
     * @param hint where the logs may agree
     */
    public boolean rejected(long rejected, long hint) {
        if (state == ProgressState.REPLICATE) {
            if (rejected <= match) {
                return false;
            }
            becomeProbe();
            return true;
        }
        // A probe is the only message under way: what is not about it is old.
        if (next - 1 != rejected) {
            return false;
        }
        lowerNext(Math.max(Math.min(rejected, hint + 1), match + 1));
        paused = false;
        return true;
    }

    /** Takes up a report on the snapshot under way. Probing begins, with the next answered heartbeat. */
    public void snapshotReported(boolean failed) {
        if (state != ProgressState.SNAPSHOT) {
            return;
        }
        if (failed) {
            // Before becomeProbe, which would probe from a snapshot that the peer does not have.
            pendingSnapshot = 0;
        }
        becomeProbe();
        paused = true;
    }

    /** Takes up a report that a message could not be delivered: what was sent ahead is likely lost. */
    public void unreachable() {
        if (state == ProgressState.REPLICATE) {
            becomeProbe();
        }
    }

    /** Returns a copy for whoever looks at the node. */
    public PeerProgress toPeerProgress(long id) {
        return new PeerProgress(
                id,
                learner,
                state,
                match,
                next,
                pendingSnapshot,
                recentActive,
                isPaused(),
                inflights.count(),
                inflights.bytes(),
                inflights.isFull());
    }
}
