package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Messages to bytes and back. Fields that hold their defaults are left out; entries are copied bit for bit. */
final class MessageCodec {
    private static final int TYPE = 1;
    private static final int TO = 2;
    private static final int FROM = 3;
    private static final int TERM = 4;
    private static final int LOG_TERM = 5;
    private static final int INDEX = 6;
    private static final int ENTRIES = 7;
    private static final int COMMIT = 8;
    private static final int SNAPSHOT = 9;
    private static final int REJECT = 10;
    private static final int REJECT_HINT = 11;
    private static final int CONTEXT = 12;
    private static final int VOTE = 13;
    private static final int RESPONSES = 14;

    private static final Message EMPTY = new MessageBuilder().build();

    private MessageCodec() {}

    static long size(Message m) {
        long size = ProtoSize.nonZero(m.typeNumber())
                + ProtoSize.nonZero(m.to())
                + ProtoSize.nonZero(m.from())
                + ProtoSize.nonZero(m.term())
                + ProtoSize.nonZero(m.logTerm())
                + ProtoSize.nonZero(m.index())
                + ProtoSize.nonZero(m.commit())
                + (m.reject() ? ProtoSize.field(1) : 0)
                + ProtoSize.nonZero(m.rejectHint())
                + ProtoSize.nonEmpty(m.contextSize())
                + ProtoSize.nonZero(m.vote());
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            size += ProtoSize.delimited(entries.get(i).encodedSize());
        }
        Snapshot snapshot = m.snapshot();
        if (snapshot != null) {
            size += ProtoSize.delimited(snapshot.longSize());
        }
        List<Message> responses = m.responses();
        for (int i = 0; i < responses.size(); i++) {
            size += ProtoSize.delimited(size(responses.get(i)));
        }
        return size;
    }

    /** Returns how many bytes are in entries and snapshot data of at least {@code least} bytes. */
    static long sizeFrom(int least, Message m) {
        long size = 0;
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            int one = entries.get(i).encodedSize();
            size += one >= least ? one : 0;
        }
        Snapshot snapshot = m.snapshot();
        if (snapshot != null) {
            size += snapshot.dataSize() >= least ? snapshot.dataSize() : 0;
        }
        List<Message> responses = m.responses();
        for (int i = 0; i < responses.size(); i++) {
            size += sizeFrom(least, responses.get(i));
        }
        return size;
    }

    static void write(Message m, ProtoWriter writer) {
        writer.nonZero(TYPE, m.typeNumber());
        writer.nonZero(TO, m.to());
        writer.nonZero(FROM, m.from());
        writer.nonZero(TERM, m.term());
        writer.nonZero(LOG_TERM, m.logTerm());
        writer.nonZero(INDEX, m.index());
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            writer.delimiter(ENTRIES, entry.encodedSize());
            entry.writeTo(writer);
        }
        writer.nonZero(COMMIT, m.commit());
        Snapshot snapshot = m.snapshot();
        if (snapshot != null) {
            writer.delimiter(SNAPSHOT, snapshot.encodedSize());
            snapshot.writeTo(writer);
        }
        writer.nonZero(REJECT, m.reject() ? 1 : 0);
        writer.nonZero(REJECT_HINT, m.rejectHint());
        writer.nonEmpty(CONTEXT, m.contextBytes());
        writer.nonZero(VOTE, m.vote());
        List<Message> responses = m.responses();
        for (int i = 0; i < responses.size(); i++) {
            Message response = responses.get(i);
            writer.delimiter(RESPONSES, response.encodedSize());
            write(response, writer);
        }
    }

    static Message read(ProtoReader reader) {
        if (reader.remaining() == 0) {
            // Two bytes of a message can hold an empty response: sharing it keeps what is allocated in proportion.
            return EMPTY;
        }
        int type = 0;
        long to = 0;
        long from = 0;
        long term = 0;
        long logTerm = 0;
        long index = 0;
        Entry @Nullable [] entries = null;
        int entryCount = 0;
        long commit = 0;
        Snapshot.@Nullable Builder snapshot = null;
        boolean reject = false;
        long rejectHint = 0;
        byte[] context = MessageBuilder.NO_CONTEXT;
        long vote = 0;
        Message @Nullable [] responses = null;
        int responseCount = 0;
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            switch (tag) {
                case TYPE << 3 | WireType.VARINT -> type = (int) reader.varint();
                case TO << 3 | WireType.VARINT -> to = reader.varint();
                case FROM << 3 | WireType.VARINT -> from = reader.varint();
                case TERM << 3 | WireType.VARINT -> term = reader.varint();
                case LOG_TERM << 3 | WireType.VARINT -> logTerm = reader.varint();
                case INDEX << 3 | WireType.VARINT -> index = reader.varint();
                case ENTRIES << 3 | WireType.LENGTH_DELIMITED -> {
                    entries = entries == null ? new Entry[reader.count(tag)] : entries;
                    int outer = reader.enter();
                    entries[entryCount++] = Entry.read(reader);
                    reader.leave(outer);
                }
                case COMMIT << 3 | WireType.VARINT -> commit = reader.varint();
                case SNAPSHOT << 3 | WireType.LENGTH_DELIMITED -> {
                    snapshot = snapshot == null ? new Snapshot.Builder() : snapshot;
                    int outer = reader.enter();
                    snapshot.merge(reader);
                    reader.leave(outer);
                }
                case REJECT << 3 | WireType.VARINT -> reject = reader.bool();
                case REJECT_HINT << 3 | WireType.VARINT -> rejectHint = reader.varint();
                case CONTEXT << 3 | WireType.LENGTH_DELIMITED -> context = reader.bytes();
                case VOTE << 3 | WireType.VARINT -> vote = reader.varint();
                case RESPONSES << 3 | WireType.LENGTH_DELIMITED -> {
                    responses = responses == null ? new Message[reader.count(tag)] : responses;
                    int outer = reader.enter();
                    responses[responseCount++] = read(reader);
                    reader.leave(outer);
                }
                default -> reader.skip(tag);
            }
        }
        return new Message(
                type,
                to,
                from,
                term,
                logTerm,
                index,
                entries == null ? List.of() : List.of(entries),
                commit,
                snapshot == null ? null : snapshot.build(),
                reject,
                rejectHint,
                context,
                vote,
                responses == null ? List.of() : List.of(responses));
    }
}
