package io.lutra.raft.tracker;

import io.lutra.raft.quorum.IdSet;
import java.util.SortedMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The progress of each member, in order of id. Its members never change; their progress does. */
public final class ProgressMap {
    /** No members. */
    public static final ProgressMap EMPTY = new ProgressMap(IdSet.EMPTY, new Progress[0]);

    private final IdSet ids;
    private final Progress[] progress;

    private ProgressMap(IdSet ids, Progress[] progress) {
        this.ids = ids;
        this.progress = progress;
    }

    /** Returns a map of members, each with the progress made for it. */
    static ProgressMap of(IdSet ids, LongFunction<Progress> progress) {
        Progress[] each = new Progress[ids.size()];
        for (int i = 0; i < each.length; i++) {
            each[i] = progress.apply(ids.get(i));
        }
        return new ProgressMap(ids, each);
    }

    /** Returns a map of these members. */
    public static ProgressMap of(SortedMap<Long, Progress> members) {
        return new ProgressMap(IdSet.of(members.keySet()), members.values().toArray(new Progress[0]));
    }

    /** Returns the members. */
    public IdSet ids() {
        return ids;
    }

    /** Returns the number of members. */
    public int size() {
        return progress.length;
    }

    /** Returns the id of the i-th member. */
    public long id(int i) {
        return ids.get(i);
    }

    /** Returns the progress of the i-th member. */
    public Progress progress(int i) {
        return progress[i];
    }

    /** Returns the progress of a member, or null for anybody else. */
    public @Nullable Progress get(long id) {
        int i = ids.indexOf(id);
        return i < 0 ? null : progress[i];
    }
}
