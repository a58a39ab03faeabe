package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The state of the application after a prefix of the log, which it replaces. Paper §7.
 *
 * <p>The data is the application's; Raft only carries it. An application whose state is large keeps it elsewhere and
 * puts a reference here. The bytes never change: {@link #data} copies, {@link #payload} is read-only.
 */
public final class Snapshot {
    private static final byte[] NO_DATA = {};

    /** No snapshot: index 0. */
    public static final Snapshot EMPTY = new Snapshot(NO_DATA, 0, 0, SnapshotMetadata.EMPTY);

    private static final int DATA = 1;
    private static final int METADATA = 2;

    private final byte[] bytes;
    private final int from;
    private final int size;
    private final SnapshotMetadata metadata;

    private Snapshot(byte[] bytes, int from, int size, SnapshotMetadata metadata) {
        this.bytes = bytes;
        this.from = from;
        this.size = size;
        this.metadata = metadata;
    }

    /** Returns a snapshot of these values; the data is copied. */
    public static Snapshot of(byte[] data, SnapshotMetadata metadata) {
        return new Snapshot(data.length == 0 ? NO_DATA : data.clone(), 0, data.length, metadata);
    }

    /** Returns a copy of the data. */
    public byte[] data() {
        return Arrays.copyOfRange(bytes, from, from + size);
    }

    /** Returns the data as a read-only view. */
    public ByteBuffer payload() {
        return ByteBuffer.wrap(bytes, from, size).slice().asReadOnlyBuffer();
    }

    /** Returns which prefix of the log this stands for. */
    public SnapshotMetadata metadata() {
        return metadata;
    }

    /** Tells whether this is no snapshot at all: its index is 0. */
    public boolean isEmpty() {
        return metadata.index() == 0;
    }

    /** Returns the encoding as {@code raftpb.Snapshot}. */
    public byte[] encode() {
        byte[] encoding = new byte[encodedSize()];
        writeTo(encoding, 0);
        return encoding;
    }

    /** Writes the encoding to {@code target} from {@code at} on and returns the place after it. */
    public int writeTo(byte[] target, int at) {
        ProtoWriter writer = new ProtoWriter(target, at);
        writeTo(writer);
        return writer.position();
    }

    /**
     * Returns the number of bytes of the encoding.
     *
     * @throws MisuseException if no array is that large
     */
    public int encodedSize() {
        return Encoding.arraySize(longSize());
    }

    /**
     * Decodes a snapshot, which takes the array over: the caller must not change it any more.
     *
     * @throws MalformedBytesException if the bytes are not a snapshot
     */
    public static Snapshot parse(byte[] encoding) {
        return parse(encoding, 0, encoding.length);
    }

    /**
     * Decodes a snapshot from {@code bytes[from, from + size)}, which it takes over: the caller must not change them any
     * more, and the snapshot keeps the whole array alive.
     *
     * @throws MalformedBytesException if the bytes are not a snapshot
     */
    public static Snapshot parse(byte[] bytes, int from, int size) {
        return Encoding.decode("a snapshot", bytes, from, size, Snapshot::read);
    }

    private static Snapshot read(ProtoReader reader) {
        Builder builder = new Builder();
        builder.merge(reader);
        return builder.build();
    }

    long longSize() {
        return ProtoSize.nonEmpty(size) + ProtoSize.nonEmpty(metadata.encodedSize());
    }

    int dataSize() {
        return size;
    }

    void writeTo(ProtoWriter writer) {
        if (size > 0) {
            writer.delimiter(DATA, size);
            writer.raw(bytes, from, size);
        }
        long meta = metadata.encodedSize();
        if (meta > 0) {
            writer.delimiter(METADATA, (int) meta);
            metadata.writeTo(writer);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Snapshot that
                && metadata.equals(that.metadata)
                && Arrays.equals(bytes, from, from + size, that.bytes, that.from, that.from + that.size);
    }

    @Override
    public int hashCode() {
        return metadata.hashCode();
    }

    @Override
    public String toString() {
        return "snapshot " + metadata.term() + "/" + metadata.index() + " " + metadata.confState() + " " + size
                + " bytes";
    }

    /** Merges encodings, as protobuf does with a message field that comes twice. */
    static final class Builder {
        private SnapshotMetadata.@Nullable Builder metadata;
        private byte[] bytes = NO_DATA;
        private int from;
        private int size;

        void merge(ProtoReader reader) {
            for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
                switch (tag) {
                    case DATA << 3 | WireType.LENGTH_DELIMITED -> {
                        size = reader.length();
                        bytes = size == 0 ? NO_DATA : reader.array();
                        from = reader.position();
                        reader.advance(size);
                    }
                    case METADATA << 3 | WireType.LENGTH_DELIMITED -> {
                        metadata = metadata == null ? new SnapshotMetadata.Builder() : metadata;
                        int outer = reader.enter();
                        metadata.merge(reader);
                        reader.leave(outer);
                    }
                    default -> reader.skip(tag);
                }
            }
        }

        Snapshot build() {
            SnapshotMetadata built = metadata == null ? SnapshotMetadata.EMPTY : metadata.build();
            return new Snapshot(bytes, size == 0 ? 0 : from, size, built);
        }
    }
}
