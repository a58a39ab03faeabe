package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import org.jspecify.annotations.Nullable;

/**
 * Says which prefix of the log a snapshot stands for. Paper §7.
 *
 * @param confState the membership in force at that index
 * @param index the index of the last entry that the snapshot covers
 * @param term the term of that entry
 */
public record SnapshotMetadata(ConfState confState, long index, long term) {
    /** The metadata of no snapshot. */
    public static final SnapshotMetadata EMPTY = new SnapshotMetadata(ConfState.EMPTY, 0, 0);

    private static final int CONF_STATE = 1;
    private static final int INDEX = 2;
    private static final int TERM = 3;

    /** Returns metadata of these values. */
    public static SnapshotMetadata of(ConfState confState, long index, long term) {
        return new SnapshotMetadata(confState, index, term);
    }

    /** Returns the encoding as {@code raftpb.SnapshotMetadata}. */
    public byte[] encode() {
        byte[] bytes = new byte[Encoding.arraySize(encodedSize())];
        writeTo(new ProtoWriter(bytes, 0));
        return bytes;
    }

    /**
     * Decodes metadata.
     *
     * @throws MalformedBytesException if the bytes are not a snapshot's metadata
     */
    public static SnapshotMetadata parse(byte[] bytes) {
        return Encoding.decode("a snapshot's metadata", bytes, 0, bytes.length, SnapshotMetadata::read);
    }

    private static SnapshotMetadata read(ProtoReader reader) {
        Builder builder = new Builder();
        builder.merge(reader);
        return builder.build();
    }

    long encodedSize() {
        return ProtoSize.nonEmpty(confState.encodedSize()) + ProtoSize.nonZero(index) + ProtoSize.nonZero(term);
    }

    void writeTo(ProtoWriter writer) {
        long conf = confState.encodedSize();
        if (conf > 0) {
            writer.delimiter(CONF_STATE, (int) conf);
            confState.writeTo(writer);
        }
        writer.nonZero(INDEX, index);
        writer.nonZero(TERM, term);
    }

    /** Merges encodings, as protobuf does with a message field that comes twice. */
    static final class Builder {
        private ConfState.@Nullable Builder confState;
        private long index;
        private long term;

        void merge(ProtoReader reader) {
            for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
                switch (tag) {
                    case CONF_STATE << 3 | WireType.LENGTH_DELIMITED -> {
                        confState = confState == null ? new ConfState.Builder() : confState;
                        int outer = reader.enter();
                        confState.merge(reader);
                        reader.leave(outer);
                    }
                    case INDEX << 3 | WireType.VARINT -> index = reader.varint();
                    case TERM << 3 | WireType.VARINT -> term = reader.varint();
                    default -> reader.skip(tag);
                }
            }
        }

        SnapshotMetadata build() {
            return new SnapshotMetadata(confState == null ? ConfState.EMPTY : confState.build(), index, term);
        }
    }
}
