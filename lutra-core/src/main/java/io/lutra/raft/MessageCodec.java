package io.lutra.raft;

import io.lutra.raft.codec.ProtoException;
import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import java.util.ArrayList;
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

    static int size(Message m) {
        int size = ProtoSize.nonZero(m.typeNumber())
                + ProtoSize.nonZero(m.to())
                + ProtoSize.nonZero(m.from())
                + ProtoSize.nonZero(m.term())
                + ProtoSize.nonZero(m.logTerm())
                + ProtoSize.nonZero(m.index())
                + ProtoSize.nonZero(m.commit())
                + (m.reject() ? ProtoSize.field(1) : 0)
                + ProtoSize.nonZero(m.rejectHint())
                + ProtoSize.nonZero(m.vote());
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            size += ProtoSize.delimited(entries.get(i).encodedSize());
        }
        Snapshot snapshot = m.snapshot();
        if (snapshot != null) {
            size += ProtoSize.delimited(snapshot.encodedSize());
        }
        if (m.contextSize() > 0) {
            size += ProtoSize.delimited(m.contextSize());
        }
        List<Message> responses = m.responses();
        for (int i = 0; i < responses.size(); i++) {
            size += ProtoSize.delimited(size(responses.get(i)));
        }
        return size;
    }

    static int write(Message m, byte[] frame, int at) {
        ProtoWriter writer = new ProtoWriter(frame, at);
        write(m, writer);
        return writer.position();
    }

    private static void write(Message m, ProtoWriter writer) {
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
            writer.delimiter(RESPONSES, size(responses.get(i)));
            write(responses.get(i), writer);
        }
    }

    static Message parse(byte[] frame, int from, int size) {
        try {
            return read(frame, new ProtoReader(frame, from, from + size));
        } catch (ProtoException e) {
            throw new MalformedBytesException("not a message: " + e.getMessage());
        }
    }

    private static Message read(byte[] frame, ProtoReader reader) {
        if (!reader.hasMore()) {
            // Two bytes of a message can hold an empty response; sharing it keeps what is allocated in proportion.
            return EMPTY;
        }
        Lists lists = new Lists(frame);
        MessageBuilder m = new MessageBuilder();
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            switch (tag) {
                case TYPE << 3 | WireType.VARINT -> m.type = (int) reader.varint();
                case TO << 3 | WireType.VARINT -> m.to = reader.varint();
                case FROM << 3 | WireType.VARINT -> m.from = reader.varint();
                case TERM << 3 | WireType.VARINT -> m.term = reader.varint();
                case LOG_TERM << 3 | WireType.VARINT -> m.logTerm = reader.varint();
                case INDEX << 3 | WireType.VARINT -> m.index = reader.varint();
                case COMMIT << 3 | WireType.VARINT -> m.commit = reader.varint();
                case REJECT << 3 | WireType.VARINT -> m.reject = reader.bool();
                case REJECT_HINT << 3 | WireType.VARINT -> m.rejectHint = reader.varint();
                case CONTEXT << 3 | WireType.LENGTH_DELIMITED -> m.context = reader.bytes();
                case VOTE << 3 | WireType.VARINT -> m.vote = reader.varint();
                default -> lists.read(tag, reader);
            }
        }
        lists.moveTo(m);
        return m.build();
    }

    /** The parts of a message that are made of many pieces: its lists, and a snapshot that may come in two halves. */
    private static final class Lists {
        private final byte[] frame;
        private @Nullable List<Entry> entries;
        private @Nullable List<Message> responses;
        private boolean hasSnapshot;
        private Snapshot.@Nullable Builder snapshot;

        Lists(byte[] frame) {
            this.frame = frame;
        }

        void read(int tag, ProtoReader reader) {
            switch (tag) {
                case ENTRIES << 3 | WireType.LENGTH_DELIMITED -> {
                    int length = reader.length();
                    entries = entries == null ? new ArrayList<>(4) : entries;
                    entries.add(Entry.slice(frame, reader.position(), reader.position() + length));
                    reader.advance(length);
                }
                case SNAPSHOT << 3 | WireType.LENGTH_DELIMITED -> {
                    ProtoReader nested = reader.nested();
                    hasSnapshot = true;
                    if (nested.hasMore()) {
                        snapshot = snapshot == null ? new Snapshot.Builder(frame) : snapshot;
                        snapshot.merge(nested);
                    }
                }
                case RESPONSES << 3 | WireType.LENGTH_DELIMITED -> {
                    responses = responses == null ? new ArrayList<>(4) : responses;
                    responses.add(MessageCodec.read(frame, reader.nested()));
                }
                default -> reader.skip(tag);
            }
        }

        void moveTo(MessageBuilder m) {
            m.entries = entries == null ? List.of() : List.copyOf(entries);
            m.responses = responses == null ? List.of() : List.copyOf(responses);
            if (hasSnapshot) {
                m.snapshot = snapshot == null ? Snapshot.EMPTY : snapshot.build();
            }
        }
    }
}
