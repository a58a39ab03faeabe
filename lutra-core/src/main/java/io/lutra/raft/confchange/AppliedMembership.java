package io.lutra.raft.confchange;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.log.RaftLog;
import io.lutra.raft.tracker.ProgressTracker;
import java.util.List;

/** The membership at a place in the log, as a snapshot before it and the changes in between tell. */
public final class AppliedMembership {
    /** How much of the log is looked at in one go, in encoded bytes. */
    private static final long PAGE_SIZE = 1L << 20;

    private AppliedMembership() {}

    /**
     * Returns the membership after the entry at {@code applied}, if no change up to there was rejected by the application.
     *
     * @throws io.lutra.raft.CompactedException if the log begins after the snapshot's end
     * @throws io.lutra.raft.EntriesNotInMemoryException if entries have to be read from a disk first
     * @throws InvalidConfChangeException if the snapshot's membership contradicts itself
     */
    public static ConfState at(long applied, SnapshotMetadata snapshot, RaftLog log) {
        ProgressTracker tracker = new ProgressTracker();
        Restore.restore(tracker, snapshot.index(), snapshot.confState());
        long next = snapshot.index() + 1;
        while (next <= applied) {
            List<Entry> page = log.slice(next, applied + 1, PAGE_SIZE);
            for (int i = 0; i < page.size(); i++) {
                if (page.get(i).type().isConfChange()) {
                    apply(tracker, page.get(i));
                }
            }
            next += page.size();
        }
        return tracker.configuration().toConfState();
    }

    private static void apply(ProgressTracker tracker, Entry entry) {
        try {
            ChangedConfiguration changed = new Changer(tracker, entry.index())
                    .change(MembershipChange.of(entry).asV2());
            tracker.switchTo(changed.configuration(), changed.members());
        } catch (InvalidConfChangeException | MalformedBytesException e) {
            // It did not fit, or was none, when it was applied either, and changed nothing then.
        }
    }
}
