package io.lutra.wal;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a log ought to hold, kept beside it: the state of all groups after each write that was queued, and how many of the
 * writes were acknowledged.
 */
final class LogModel {
    private static final class Group {
        int generation;
        long term;
        long vote;
        long offset;
        long offsetTerm;
        long snapshot;
        boolean dropped;
        final List<Entry> entries = new ArrayList<>();

        long last() {
            return offset + entries.size();
        }

        void clear() {
            term = 0;
            vote = 0;
            offset = 0;
            offsetTerm = 0;
            snapshot = 0;
            entries.clear();
        }
    }

    private final TreeMap<Long, Group> groups = new TreeMap<>();
    private final List<Map<Long, String>> states = new ArrayList<>(List.of(Map.of()));
    private int acknowledged;
    private boolean failed;

    /** Takes a state note of a write that is being queued, and returns what counts it when it is durable. */
    private Completion queued() {
        Map<Long, String> state = new TreeMap<>();
        groups.forEach((id, group) -> {
            if (!group.dropped) {
                state.put(
                        id,
                        print(
                                group.generation,
                                HardState.of(group.term, group.vote, 0),
                                group.offset,
                                group.offsetTerm,
                                group.snapshot,
                                group.entries));
            }
        });
        states.add(state);
        int number = states.size() - 1;
        return failure -> {
            if (failure == null) {
                if (failed) {
                    throw new AssertionError("write " + number + " was acknowledged after one that failed");
                }
                if (number != acknowledged + 1) {
                    throw new AssertionError("write " + number + " was acknowledged after " + acknowledged);
                }
                acknowledged = number;
            } else {
                failed = true;
            }
        };
    }

    Completion created(long id, int generation) {
        Group group = groups.computeIfAbsent(id, key -> new Group());
        group.clear();
        group.dropped = false;
        group.generation = generation;
        return queued();
    }

    Completion dropped(long id) {
        Group group = groups.get(id);
        group.clear();
        group.dropped = true;
        return queued();
    }

    Completion appended(long id, HardState hardState, List<Entry> entries) {
        Group group = groups.get(id);
        for (Entry entry : entries) {
            group.entries
                    .subList((int) (entry.index() - group.offset - 1), group.entries.size())
                    .clear();
            group.entries.add(entry);
        }
        if (hardState != null) {
            group.term = hardState.term();
            group.vote = hardState.vote();
        }
        return queued();
    }

    Completion compacted(long id, long index) {
        Group group = groups.get(id);
        group.offsetTerm = group.entries.get((int) (index - group.offset - 1)).term();
        group.entries.subList(0, (int) (index - group.offset)).clear();
        group.offset = index;
        return queued();
    }

    Completion marked(long id, long index) {
        groups.get(id).snapshot = index;
        return queued();
    }

    Completion installed(long id, long index, long term) {
        Group group = groups.get(id);
        group.snapshot = index;
        group.offset = index;
        group.offsetTerm = term;
        group.entries.clear();
        return queued();
    }

    boolean has(long id) {
        return groups.containsKey(id) && !groups.get(id).dropped;
    }

    int generation(long id) {
        return groups.containsKey(id) ? groups.get(id).generation : 0;
    }

    long offset(long id) {
        return groups.get(id).offset;
    }

    long last(long id) {
        return groups.get(id).last();
    }

    long term(long id) {
        return groups.get(id).term;
    }

    /** Returns the term of an entry, or of the one before the first. */
    long term(long id, long index) {
        Group group = groups.get(id);
        return index == group.offset
                ? group.offsetTerm
                : group.entries.get((int) (index - group.offset - 1)).term();
    }

    long snapshot(long id) {
        return groups.get(id).snapshot;
    }

    int acknowledged() {
        return acknowledged;
    }

    int queuedWrites() {
        return states.size() - 1;
    }

    /** Returns what is stored as the state of a group at a snapshot. */
    static String stateAt(long id, int generation, long index) {
        return ("group " + id + "/" + generation + " at " + index + ". ").repeat(20);
    }

    /** Throws unless the log holds what it did after some write, none before the last that was acknowledged. */
    void check(Wal wal) {
        if (!wal.damages().isEmpty()) {
            throw new AssertionError("damage where there is none: " + wal.damages());
        }
        Map<Long, String> found = found(wal);
        for (int i = acknowledged; i < states.size(); i++) {
            if (states.get(i).equals(found)) {
                return;
            }
        }
        throw new AssertionError("acknowledged " + acknowledged + " of " + (states.size() - 1) + " writes\nfound    "
                + found + "\nexpected " + states.subList(acknowledged, states.size()));
    }

    /** Returns what a log holds, and throws if it does not hold together. */
    static Map<Long, String> found(Wal wal) {
        Map<Long, String> found = new TreeMap<>();
        for (long id : wal.groups()) {
            GroupLog group = wal.group(id);
            if (group.damage() != null) {
                throw new AssertionError(group + ": " + group.damage());
            }
            found.put(id, print(wal.group(id)));
        }
        return found;
    }

    /** Returns what a log holds of a group. */
    static String print(GroupLog group) {
        long first = group.firstIndex();
        long last = group.lastIndex();
        List<Entry> entries = last < first ? List.of() : group.entries(first, last + 1, Long.MAX_VALUE);
        HardState hardState = group.hardState();
        long snapshot = group.snapshot().index();
        if (hardState.commit() > last || hardState.commit() < first - 1 || (snapshot > 0 && snapshot < first - 1)) {
            throw new AssertionError("marks out of order: " + hardState + ", first " + first + ", last " + last
                    + ", snapshot " + snapshot);
        }
        if (snapshot > 0) {
            try (SnapshotReader reader = group.openSnapshot()) {
                String state = new String(reader.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                if (!state.equals(stateAt(group.id(), group.generation(), snapshot))) {
                    throw new AssertionError("snapshot " + snapshot + " holds " + state);
                }
            }
        }
        return print(group.generation(), hardState, first - 1, group.term(first - 1), snapshot, entries);
    }

    private static String print(
            int generation, HardState hardState, long offset, long offsetTerm, long snapshot, List<Entry> entries) {
        StringBuilder text = new StringBuilder();
        text.append("generation ").append(generation);
        text.append(" term ").append(hardState.term()).append(" vote ").append(hardState.vote());
        text.append(" after ").append(offset).append('/').append(offsetTerm);
        text.append(" snapshot ").append(snapshot).append(':');
        for (Entry entry : entries) {
            text.append(' ')
                    .append(entry.index())
                    .append('/')
                    .append(entry.term())
                    .append('#');
            text.append(Integer.toHexString(java.util.Arrays.hashCode(entry.data())));
        }
        return text.toString();
    }
}
