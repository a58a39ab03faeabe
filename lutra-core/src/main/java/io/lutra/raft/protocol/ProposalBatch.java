package io.lutra.raft.protocol;

import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.MembershipChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is proposed together, before a leader gives it a place in its log. */
interface ProposalBatch {
    int size();

    EntryType type(int i);

    /** Returns the data of a membership change. */
    byte[] changeData(int i);

    int payloadSize(int i);

    /** Tells whether it is more than may be proposed at once. */
    default boolean isTooLarge() {
        long size = 0;
        for (int i = 0; i < size(); i++) {
            // What an entry has besides, and its place in a message, take less.
            size += payloadSize(i) + 64L;
        }
        return size > Config.MAX_PROPOSAL_SIZE;
    }

    /** Encodes an entry with its place; its data is copied here and nowhere else. */
    Entry place(int i, long term, long index);

    /** Encodes an entry without a place, to be passed on. */
    Entry proposal(int i);

    /** Returns all entries without a place, to be passed on. */
    default List<Entry> proposals() {
        List<Entry> entries = new ArrayList<>(size());
        for (int i = 0; i < size(); i++) {
            entries.add(proposal(i));
        }
        return List.copyOf(entries);
    }

    /** Commands of the application. */
    record Commands(List<byte[]> commands) implements ProposalBatch {
        @Override
        public int size() {
            return commands.size();
        }

        @Override
        public EntryType type(int i) {
            return EntryType.NORMAL;
        }

        @Override
        public byte[] changeData(int i) {
            return commands.get(i);
        }

        @Override
        public int payloadSize(int i) {
            return commands.get(i).length;
        }

        @Override
        public Entry place(int i, long term, long index) {
            return Entry.of(term, index, EntryType.NORMAL, commands.get(i));
        }

        @Override
        public Entry proposal(int i) {
            return Entry.proposal(EntryType.NORMAL, commands.get(i));
        }
    }

    /** A membership change. Without data, which decodes to an empty change, it never counts against a limit. */
    final class Change implements ProposalBatch {
        private static final byte[] EMPTY = {};
        private final EntryType entryType;
        private final byte @Nullable [] data;

        private Change(EntryType entryType, byte @Nullable [] data) {
            this.entryType = entryType;
            this.data = data;
        }

        static Change of(MembershipChange change) {
            byte[] data = change.encode();
            return new Change(change.entryType(), data.length == 0 ? null : data);
        }

        @Override
        public int size() {
            return 1;
        }

        @Override
        public EntryType type(int i) {
            return entryType;
        }

        @Override
        public byte[] changeData(int i) {
            return data == null ? EMPTY : data;
        }

        @Override
        public int payloadSize(int i) {
            return data == null ? 0 : data.length;
        }

        @Override
        public Entry place(int i, long term, long index) {
            return Entry.of(term, index, entryType, data);
        }

        @Override
        public Entry proposal(int i) {
            return Entry.proposal(entryType, data);
        }
    }

    /** What a peer passed on. */
    record Forwarded(List<Entry> entries) implements ProposalBatch {
        @Override
        public int size() {
            return entries.size();
        }

        @Override
        public EntryType type(int i) {
            return entries.get(i).type();
        }

        @Override
        public byte[] changeData(int i) {
            return entries.get(i).data();
        }

        @Override
        public int payloadSize(int i) {
            return entries.get(i).payloadSize();
        }

        @Override
        public Entry place(int i, long term, long index) {
            return entries.get(i).placed(term, index);
        }

        @Override
        public Entry proposal(int i) {
            return entries.get(i);
        }

        @Override
        public List<Entry> proposals() {
            return entries;
        }
    }
}
