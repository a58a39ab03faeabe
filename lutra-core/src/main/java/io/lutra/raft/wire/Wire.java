package io.lutra.raft.wire;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.Message;
import io.lutra.raft.Snapshot;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;

/**
 * Reads values from buffers and writes them there. (Byte arrays need no help: values have {@code parse} and
 * {@code writeTo}.)
 *
 * <p>Reading takes all that remains of a buffer, to its limit, and moves its position there. A buffer on an array hands
 * it over: entries, messages and snapshots are slices of it, so it must not be changed any more. What is in a direct or
 * read-only buffer is copied once.
 *
 * <p>Writing puts a value at the position of a buffer and moves it on; if there is too little room, nothing is written.
 * How much is needed, {@code encodedSize()} of the value tells.
 *
 * <p>Safe for use by many threads; the buffers are not.
 */
public final class Wire {
    private Wire() {}

    /**
     * Reads an entry.
     *
     * @throws MalformedBytesException if the bytes are not an entry; the position has moved all the same
     */
    public static Entry readEntry(ByteBuffer source) {
        return read(source, Entry::parse);
    }

    /**
     * Reads a message.
     *
     * @throws MalformedBytesException if the bytes are not a message; the position has moved all the same
     */
    public static Message readMessage(ByteBuffer source) {
        return read(source, Message::parse);
    }

    /**
     * Reads a hard state.
     *
     * @throws MalformedBytesException if the bytes are not a hard state; the position has moved all the same
     */
    public static HardState readHardState(ByteBuffer source) {
        return read(source, HardState::parse);
    }

    /**
     * Reads a snapshot.
     *
     * @throws MalformedBytesException if the bytes are not a snapshot; the position has moved all the same
     */
    public static Snapshot readSnapshot(ByteBuffer source) {
        return read(source, Snapshot::parse);
    }

    /** Writes an entry: its bytes as they are. */
    public static void write(Entry entry, ByteBuffer target) {
        target.put(entry.encoding());
    }

    /** Writes a message. */
    public static void write(Message message, ByteBuffer target) {
        write(message.encodedSize(), message::writeTo, target);
    }

    /** Writes a hard state. */
    public static void write(HardState state, ByteBuffer target) {
        write(state.encodedSize(), state::writeTo, target);
    }

    /** Writes a snapshot. */
    public static void write(Snapshot snapshot, ByteBuffer target) {
        write(snapshot.encodedSize(), snapshot::writeTo, target);
    }

    private interface Parser<T> {
        T parse(byte[] bytes, int from, int size);
    }

    private interface Encoder {
        int writeTo(byte[] target, int at);
    }

    private static <T> T read(ByteBuffer source, Parser<T> parser) {
        int from = source.position();
        int size = source.remaining();
        if (source.hasArray()) {
            source.position(from + size);
            return parser.parse(source.array(), source.arrayOffset() + from, size);
        }
        byte[] copy = new byte[size];
        source.get(copy);
        return parser.parse(copy, 0, size);
    }

    private static void write(int size, Encoder encoder, ByteBuffer target) {
        if (size > target.remaining()) {
            throw new BufferOverflowException();
        }
        if (target.hasArray()) {
            encoder.writeTo(target.array(), target.arrayOffset() + target.position());
            target.position(target.position() + size);
            return;
        }
        byte[] copy = new byte[size];
        encoder.writeTo(copy, 0);
        target.put(copy);
    }
}
