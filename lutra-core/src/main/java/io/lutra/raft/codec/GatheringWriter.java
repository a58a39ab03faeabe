package io.lutra.raft.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Writes fields as {@link ProtoWriter} does, but refers to long runs of bytes instead of copying them. */
public final class GatheringWriter extends ProtoWriter {
    private final byte[] bytes;
    private final int copyBelow;
    private final List<ByteBuffer> gathered = new ArrayList<>();
    private int start;

    /**
     * Writes to {@code bytes}, which has room for all that is copied: runs shorter than {@code copyBelow}, and whatever
     * else is written.
     */
    public GatheringWriter(byte[] bytes, int copyBelow) {
        super(bytes, 0);
        this.bytes = bytes;
        this.copyBelow = copyBelow;
    }

    @Override
    public void raw(byte[] source, int from, int length) {
        if (length < copyBelow) {
            super.raw(source, from, length);
        } else {
            cut();
            add(source, from, length);
        }
    }

    /** Returns all that was written, in order, as read-only buffers. */
    public List<ByteBuffer> gathered() {
        cut();
        return List.copyOf(gathered);
    }

    private void cut() {
        add(bytes, start, position() - start);
        start = position();
    }

    private void add(byte[] source, int from, int length) {
        if (length > 0) {
            gathered.add(ByteBuffer.wrap(source, from, length).slice().asReadOnlyBuffer());
        }
    }
}
