package io.lutra.raft.protocol;

import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.log.RaftLog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for membership changes among what is committed and not applied. Thesis §4.1: an election counts by the newest
 * configuration in the log, but ours is in force once applied.
 */
final class UnappliedScan {
    /** How much of the log is looked at in one go, in encoded bytes. */
    static final long PAGE_SIZE = 1L << 20;

    private final RaftLog log;
    /** Up to here no unapplied entry changes the membership. */
    private long scannedTo;
    /** How to campaign once the entries are in memory that have to be looked through first, or null. */
    private @Nullable CampaignType waiting;

    UnappliedScan(RaftLog log) {
        this.log = log;
    }

    /** Tells whether a campaign has to wait: for a change to be applied, or for entries to be in memory. */
    boolean holdsUp(CampaignType type) {
        scannedTo = Math.max(scannedTo, log.applied());
        try {
            while (scannedTo < log.committed()) {
                List<Entry> page = log.slice(scannedTo + 1, log.committed() + 1, PAGE_SIZE);
                for (int i = 0; i < page.size(); i++) {
                    if (page.get(i).type().isConfChange()) {
                        return true;
                    }
                    scannedTo++;
                }
            }
            return false;
        } catch (EntriesNotInMemoryException e) {
            await(type);
            return true;
        }
    }

    /** Lets a campaign wait for entries to be in memory. */
    void await(CampaignType type) {
        waiting = type;
    }

    /** Returns the campaign that waited for entries to be in memory, or null. */
    @Nullable
    CampaignType takeWaiting() {
        CampaignType taken = waiting;
        waiting = null;
        return taken;
    }
}
