package io.lutra.wal;

import io.lutra.raft.Entry;
import io.lutra.raft.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a log holds, or ought to: all its groups, entries by the sums of their bytes. */
final class HostImage {
    /** What it holds of one group; commit indexes aside, which may be older than they were. */
    static final class Group {
        final int generation;
        long term;
        long vote;
        long offset;
        long offsetTerm;
        long snapshot;
        int snapshotSum;
        final List<Long> terms = new ArrayList<>();
        final List<Integer> sums = new ArrayList<>();

        Group(int generation) {
            this.generation = generation;
        }

        long last() {
            return offset + terms.size();
        }

        void put(Entry entry) {
            truncateTo(entry.index() - 1);
            read(entry);
        }

        /** Adds what was given for the next index, whatever index it says it has. */
        void read(Entry entry) {
            terms.add(entry.term());
            byte[] bytes = new byte[entry.encodedSize()];
            entry.writeTo(bytes, 0);
            sums.add(Arrays.hashCode(bytes));
        }

        private void truncateTo(long index) {
            int size = (int) (index - offset);
            terms.subList(size, terms.size()).clear();
            sums.subList(size, sums.size()).clear();
        }

        void compact(long index) {
            int dropped = (int) (index - offset);
            offsetTerm = terms.get(dropped - 1);
            terms.subList(0, dropped).clear();
            sums.subList(0, dropped).clear();
            offset = index;
        }

        void mark(Snapshot newer) {
            snapshot = newer.metadata().index();
            snapshotSum = Arrays.hashCode(newer.data());
        }

        void install(Snapshot newer) {
            truncateTo(offset);
            offset = newer.metadata().index();
            offsetTerm = newer.metadata().term();
            mark(newer);
        }

        private Group copy() {
            Group copy = new Group(generation);
            copy.term = term;
            copy.vote = vote;
            copy.offset = offset;
            copy.offsetTerm = offsetTerm;
            copy.snapshot = snapshot;
            copy.snapshotSum = snapshotSum;
            copy.terms.addAll(terms);
            copy.sums.addAll(sums);
            return copy;
        }

        boolean isLike(@Nullable Group other) {
            return other != null
                    && generation == other.generation
                    && term == other.term
                    && vote == other.vote
                    && offset == other.offset
                    && offsetTerm == other.offsetTerm
                    && snapshot == other.snapshot
                    && snapshotSum == other.snapshotSum
                    && terms.equals(other.terms)
                    && sums.equals(other.sums);
        }

        @Override
        public String toString() {
            return "generation " + generation + " term " + term + " vote " + vote + " snapshot " + snapshot + " #"
                    + Integer.toHexString(snapshotSum)
                    + " entries (" + offset + "/" + offsetTerm + ", " + last() + "/"
                    + (terms.isEmpty() ? offsetTerm : terms.get(terms.size() - 1)) + "] #"
                    + Integer.toHexString(31 * terms.hashCode() + sums.hashCode());
        }
    }

    final Map<Long, Group> groups = new TreeMap<>();
    /** What was reported while it was read. */
    final List<String> damage = new ArrayList<>();

    /** Returns what a log holds of the groups that are in service, their snapshots included. */
    static HostImage of(Wal wal) {
        return of(wal, Long.MAX_VALUE);
    }

    /** The same; so many entries are read at once. */
    static HostImage of(Wal wal, long atOnce) {
        HostImage image = new HostImage();
        for (long id : wal.groups()) {
            GroupLog log = wal.group(id);
            try {
                if (log != null && log.damage() == null) {
                    image.groups.put(id, of(wal, log, atOnce));
                }
            } catch (DamagedLogException | DamagedSnapshotException e) {
                if (e.getCause() != null) {
                    throw e; // an error of the disk, not what it holds
                }
                image.damage.add(id + ": " + e.getMessage());
            }
        }
        return image;
    }

    private static Group of(Wal wal, GroupLog log, long atOnce) {
        Group group = new Group(log.generation());
        group.term = log.hardState().term();
        group.vote = log.hardState().vote();
        group.offset = log.firstIndex() - 1;
        group.offsetTerm = log.term(group.offset);
        if (log.snapshot().index() > 0) {
            group.mark(new GroupStorage(wal, log).snapshot());
            group.snapshot = log.snapshot().index();
        }
        while (group.last() < log.lastIndex()) {
            long hi = Math.min(log.lastIndex() - group.last(), atOnce) + group.last() + 1;
            log.entries(group.last() + 1, hi, Long.MAX_VALUE).forEach(group::read);
        }
        return group;
    }

    Group group(long id) {
        Group group = groups.get(id);
        if (group == null) {
            throw new IllegalStateException("there is no group " + id);
        }
        return group;
    }

    HostImage copy() {
        HostImage copy = new HostImage();
        groups.forEach((id, group) -> copy.groups.put(id, group.copy()));
        return copy;
    }

    /** Tells whether all groups of another are here, and the same. */
    boolean holds(HostImage other) {
        return other.groups.entrySet().stream().allMatch(each -> each.getValue().isLike(groups.get(each.getKey())));
    }

    /** Compares one group. */
    boolean isLike(HostImage other, long id) {
        Group group = groups.get(id);
        return group == null ? !other.groups.containsKey(id) : group.isLike(other.groups.get(id));
    }

    boolean isLike(HostImage other) {
        return groups.keySet().equals(other.groups.keySet()) && holds(other);
    }

    @Override
    public String toString() {
        return groups.toString();
    }
}
