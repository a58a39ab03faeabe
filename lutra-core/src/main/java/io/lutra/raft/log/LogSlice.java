package io.lutra.raft.log;

import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import java.util.List;

/**
 * A part of a leader's log, and the entry it attaches to.
 *
 * @param prevTerm the term of the entry before the first
 * @param prevIndex the index of that entry
 * @param entries the entries, from {@code prevIndex + 1} on
 */
public record LogSlice(long prevTerm, long prevIndex, List<Entry> entries) {
    /** Returns what an append message carries. */
    public static LogSlice of(Message append) {
        return new LogSlice(append.logTerm(), append.index(), append.entries());
    }

    /** Returns the index of the last entry, or of the one before the first if there are none. */
    public long lastIndex() {
        return prevIndex + entries.size();
    }

    /** Tells whether this is part of a log of a leader of {@code term}: no gaps, and terms from 1 on that do not go down. */
    public boolean isValid(long term) {
        long lastTerm = prevTerm;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() != prevIndex + 1 + i || entry.term() < Math.max(1, lastTerm)) {
                return false;
            }
            lastTerm = entry.term();
        }
        return lastTerm <= term;
    }
}
