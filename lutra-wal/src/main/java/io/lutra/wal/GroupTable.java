package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.RaftException;
import io.lutra.raft.SnapshotMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All groups and segments of a log, and what a record does to them. Guarded by the log's lock. */
final class GroupTable {
    private final Map<Long, GroupState> groups = new HashMap<>();
    private final TreeMap<Integer, Segment> segments = new TreeMap<>();

    private final EntryCache.Total cachedTotal = new EntryCache.Total();
    /** More entries than this cannot be in the files that were found. */
    private long maxEntries = Integer.MAX_VALUE - 8;
    /** How often damage or a gap was met: what was not stated whole since is not known. */
    private int epoch;

    /** Takes a record in. One that does not fit what came before takes its group out of service. */
    void apply(
            Segment segment, RecordKind kind, int generation, long id, int position, byte[] bytes, int from, int to) {
        GroupState group = groups.get(id);
        boolean isNew = group == null;
        if (group == null) {
            group = add(id);
        }
        try {
            if (kind == RecordKind.GROUP) {
                restate(group, generation, bytes, from, to);
            } else if (!isNew && group.hasEnded(generation)) {
                return; // it does not count any more
            } else if (isNew || group.generation() != generation || !group.isLive()) {
                group.damage(
                        generation,
                        "a record of generation " + generation + " came, and none before it says what the group is");
            } else if (!take(group, segment, kind, position, bytes, from, to)) {
                group.damage("a record at " + position + " of " + segment.name() + " does not fit the ones before it");
            }
        } catch (RaftException e) {
            group.damage(generation, "a record at " + position + " of " + segment.name() + " is " + e.getMessage());
        }
    }

    /** Takes in a record of a checkpoint. */
    void restate(RecordKind kind, int generation, long id, byte[] bytes, int from, int to) {
        GroupState known = groups.get(id);
        GroupState group = known == null ? add(id) : known;
        if (kind != RecordKind.GROUP) {
            group.damage("a checkpoint holds a record of another kind");
            return;
        }
        try {
            restate(group, generation, bytes, from, to);
        } catch (RaftException e) {
            group.damage(generation, "its state in a checkpoint is " + e.getMessage());
        }
    }

    private void restate(GroupState group, int generation, byte[] bytes, int from, int to) {
        GroupRecord record = GroupRecord.parse(bytes, from, to);
        boolean isOfEarlierLife = group.hasRecord() && generation < group.generation();
        if (!isOfEarlierLife) {
            group.onGroup(generation, record, epoch, maxEntries);
        }
    }

    /** Says how many bytes the files of the log have together: memory is taken for no more entries than they can hold. */
    void fileBytes(long bytes) {
        maxEntries = Math.min(maxEntries, bytes / Format.RECORD_HEADER);
    }

    private static boolean take(
            GroupState group, Segment segment, RecordKind kind, int position, byte[] bytes, int from, int to) {
        return switch (kind) {
            case ENTRY -> {
                Entry entry = Entry.parse(bytes, from, to - from);
                yield group.onEntry(entry.index(), entry.term(), segment, position, to - from + Format.RECORD_HEADER);
            }
            case COPY -> {
                Entry entry = Entry.parse(bytes, from, to - from);
                group.onCopy(entry.index(), entry.term(), segment, position, to - from + Format.RECORD_HEADER);
                yield true;
            }
            case HARD_STATE ->
                to - from == 24
                        && group.onHardState(HardState.of(
                                LittleEndian.getLong(bytes, from),
                                LittleEndian.getLong(bytes, from + 8),
                                LittleEndian.getLong(bytes, from + 16)));
            case COMPACT ->
                to - from == 16
                        && group.onCompact(LittleEndian.getLong(bytes, from), LittleEndian.getLong(bytes, from + 8));
            case SNAPSHOT ->
                to - from >= 16
                        && group.onSnapshot(SnapshotMetadata.of(
                                ConfState.parse(Arrays.copyOfRange(bytes, from + 16, to)),
                                LittleEndian.getLong(bytes, from),
                                LittleEndian.getLong(bytes, from + 8)));
            case GROUP -> throw new IllegalStateException("a group's state is no step from the one before");
        };
    }

    static byte[] hardState(HardState hardState) {
        byte[] body = new byte[24];
        LittleEndian.putLong(body, 0, hardState.term());
        LittleEndian.putLong(body, 8, hardState.vote());
        LittleEndian.putLong(body, 16, hardState.commit());
        return body;
    }

    static byte[] compact(long index, long term) {
        byte[] body = new byte[16];
        LittleEndian.putLong(body, 0, index);
        LittleEndian.putLong(body, 8, term);
        return body;
    }

    static byte[] snapshot(SnapshotMetadata metadata) {
        byte[] confState = metadata.confState().encode();
        byte[] body = Arrays.copyOf(compact(metadata.index(), metadata.term()), 16 + confState.length);
        System.arraycopy(confState, 0, body, 16, confState.length);
        return body;
    }

    /** Says that something of the log was lost here. */
    void lost() {
        epoch++;
    }

    int epoch() {
        return epoch;
    }

    @Nullable
    GroupState get(long id) {
        return groups.get(id);
    }

    GroupState add(long id) {
        GroupState group = new GroupState(id, cachedTotal);
        groups.put(id, group);
        return group;
    }

    Set<Long> ids() {
        return groups.keySet();
    }

    /** Returns the groups, by id. */
    List<GroupState> groups() {
        List<GroupState> sorted = new ArrayList<>(groups.values());
        sorted.sort(Comparator.comparing(GroupState::id, Long::compareUnsigned));
        return sorted;
    }

    EntryCache.Total cachedTotal() {
        return cachedTotal;
    }

    @Nullable
    Segment segment(int number) {
        return segments.get(number);
    }

    void add(Segment segment) {
        segments.put(segment.number(), segment);
    }

    void remove(Segment segment) {
        segments.remove(segment.number());
    }

    /** Returns the segments, oldest first. */
    Collection<Segment> segments() {
        return segments.values();
    }

    /** Takes the groups out of service of which something may have been lost that was not stated whole since. */
    void damageUnattested() {
        for (GroupState group : groups()) {
            if (group.attestedAt() != epoch) {
                group.damage("what the damaged part of the log said of it was not said again");
            }
        }
    }

    /** Takes the groups out of service whose newest snapshot is none of these files. */
    void damageWithoutSnapshot(Set<String> names) {
        for (GroupState group : groups()) {
            if (group.isLive() && group.snapshot().index() > 0) {
                String name = new SnapshotFile(group.id(), group.generation(), group.snapshot()).name();
                if (!names.contains(name)) {
                    group.damage("snapshot " + name + " is missing");
                }
            }
        }
    }

    /** Takes the groups out of service whose entries are not all there. */
    void damageIncomplete() {
        for (GroupState group : groups()) {
            long hole = group.isLive() ? group.index().firstHole() : 0;
            if (hole != 0) {
                group.damage("entry " + hole + " is missing");
            }
        }
    }
}
