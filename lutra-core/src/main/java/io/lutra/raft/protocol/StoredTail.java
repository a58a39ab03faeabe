package io.lutra.raft.protocol;

import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.log.RaftLog;
import java.util.List;

/**
 * What was in the log after the commit index when the node started, looked through once: of two membership changes the first
 * is committed.
 *
 * <p>Thesis §4.1: a leader appends a change only when it has applied the one before, and it says so with the entries. Whoever
 * stores both, and crashes before it has stored the commit index that came with them, would campaign by a configuration that
 * is two changes old, whose quorums need not meet those of the newest one: committed entries could be lost.
 */
final class StoredTail {
    private final Raft raft;
    private final long last;
    private long scannedTo;
    /** The last change found so far, or 0. */
    private long change;

    private long changeTerm;

    StoredTail(Raft raft) {
        this.raft = raft;
        this.last = raft.log().lastIndex();
    }

    /**
     * Looks on to the end, and commits every change that another one follows.
     *
     * @throws EntriesNotInMemoryException if there is more that has to be read from a disk first; then again from there on
     */
    void commitChanges() {
        RaftLog log = raft.log();
        scannedTo = Math.max(scannedTo, log.committed());
        // A leader may have put fewer entries in the place of what was there.
        long end = Math.min(last, log.lastIndex());
        while (scannedTo < end) {
            List<Entry> page = log.slice(scannedTo + 1, end + 1, UnappliedScan.PAGE_SIZE);
            for (int i = 0; i < page.size(); i++) {
                Entry entry = page.get(i);
                if (entry.type().isConfChange()) {
                    onChange(entry);
                }
                scannedTo = entry.index();
            }
        }
    }

    private void onChange(Entry entry) {
        // What was found before the last wait may have been replaced since: then this one says nothing about it.
        if (change != 0 && raft.log().matches(changeTerm, change)) {
            raft.commitTo(change);
        }
        change = entry.index();
        changeTerm = entry.term();
    }
}
