package io.lutra.raft.tracker;

import io.lutra.raft.quorum.IdSet;
import java.util.SortedMap;
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

    /** Returns a map of these members. If the voters are all of them it shares their set: 56 bytes less per node. */
    public static ProgressMap of(SortedMap<Long, Progress> members, IdSet voters) {
        IdSet keys = IdSet.of(members.keySet());
        IdSet ids = keys.equals(voters) ? voters : keys;
        Progress[] progress = new Progress[ids.size()];
        members.forEach((id, one) -> progress[ids.indexOf(id)] = one);
        return new ProgressMap(ids, progress);
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
