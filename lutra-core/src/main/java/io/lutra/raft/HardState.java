package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;

/**
 * What a node must find again after a restart, beside its log. Paper figure 2, persistent state.
 *
 * <p>The commit index is here to save time: it may be older than what is committed, never newer.
 *
 * @param term the latest term the node has seen
 * @param vote the candidate that got the node's vote in that term, 0 for none
 * @param commit the highest index known to be committed
 */
public record HardState(long term, long vote, long commit) {
    /** The state of a node that was never started. */
    public static final HardState EMPTY = new HardState(0, 0, 0);

    private static final int TERM = 1;
    private static final int VOTE = 2;
    private static final int COMMIT = 3;

    /** Returns a hard state of these values. */
    public static HardState of(long term, long vote, long commit) {
        return new HardState(term, vote, commit);
    }

    /** Tells whether term, vote and commit are all 0. */
    public boolean isEmpty() {
        return term == 0 && vote == 0 && commit == 0;
    }

    /** Tells whether going from {@code previous} to this must be durable before anything depends on it. */
    public boolean mustSyncAfter(HardState previous) {
        return term != previous.term || vote != previous.vote;
    }

    /** Returns the encoding as {@code raftpb.HardState}. */
    public byte[] encode() {
        byte[] bytes = new byte[encodedSize()];
        writeTo(bytes, 0);
        return bytes;
    }

    /** Writes the encoding to {@code target} from {@code at} on and returns the place after it. */
    public int writeTo(byte[] target, int at) {
        ProtoWriter writer = new ProtoWriter(target, at);
        writer.nonZero(TERM, term);
        writer.nonZero(VOTE, vote);
        writer.nonZero(COMMIT, commit);
        return writer.position();
    }

    /** Returns the number of bytes of the encoding: at most 33. */
    public int encodedSize() {
        return ProtoSize.nonZero(term) + ProtoSize.nonZero(vote) + ProtoSize.nonZero(commit);
    }

    /**
     * Decodes a hard state.
     *
     * @throws MalformedBytesException if the bytes are not a hard state
     */
    public static HardState parse(byte[] bytes) {
        return parse(bytes, 0, bytes.length);
    }

    /**
     * Decodes a hard state from {@code bytes[from, from + size)}.
     *
     * @throws MalformedBytesException if the bytes are not a hard state
     */
    public static HardState parse(byte[] bytes, int from, int size) {
        return Encoding.decode("a hard state", bytes, from, size, HardState::read);
    }

    private static HardState read(ProtoReader reader) {
        long term = 0;
        long vote = 0;
        long commit = 0;
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            switch (tag) {
                case TERM << 3 | WireType.VARINT -> term = reader.varint();
                case VOTE << 3 | WireType.VARINT -> vote = reader.varint();
                case COMMIT << 3 | WireType.VARINT -> commit = reader.varint();
                default -> reader.skip(tag);
            }
        }
        return new HardState(term, vote, commit);
    }
}
