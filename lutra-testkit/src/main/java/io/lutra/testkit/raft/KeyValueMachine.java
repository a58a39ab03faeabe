package io.lutra.testkit.raft;

import io.lutra.raft.Entry;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The application of the simulated cluster: a few registers, each holding the number of the write that wrote it last. */
final class KeyValueMachine {
    /** How many registers there are. */
    static final int KEYS = 8;

    private static final int COMMAND_BYTES = 2 * Long.BYTES;

    private final long[] values = new long[KEYS];
    /** By client: the last write. One that comes twice, since the network repeated a proposal, is done once. */
    private final long[] writes = new long[Clients.MAX];

    KeyValueMachine() {}

    /** Returns a command that writes, padded with so many of a byte. */
    static byte[] command(int key, long write, int padding, byte paddingByte) {
        byte[] command = new byte[COMMAND_BYTES + padding];
        Arrays.fill(command, paddingByte);
        ByteBuffer.wrap(command).putLong(key).putLong(write);
        return command;
    }

    /** Applies an entry; returns the number of its write, 0 if it is none. */
    long apply(Entry entry) {
        if (entry.payloadSize() < COMMAND_BYTES || entry.type().isConfChange()) {
            return 0;
        }
        ByteBuffer command = entry.payload();
        int key = (int) command.getLong();
        long write = command.getLong();
        int client = Clients.clientOf(write);
        if (write <= writes[client]) {
            return 0;
        }
        writes[client] = write;
        values[key] = write;
        return write;
    }

    long value(int key) {
        return values[key];
    }

    /** Returns the state, beginning with the hash of the log that led to it. */
    byte[] snapshot(long prefixHash) {
        ByteBuffer data =
                ByteBuffer.allocate((KEYS + Clients.MAX + 1) * Long.BYTES).putLong(prefixHash);
        for (long value : values) {
            data.putLong(value);
        }
        for (long write : writes) {
            data.putLong(write);
        }
        return data.array();
    }

    /** Begins anew with a snapshot's state. */
    void restore(byte[] data) {
        ByteBuffer source = ByteBuffer.wrap(data);
        source.getLong();
        for (int key = 0; key < KEYS; key++) {
            values[key] = source.getLong();
        }
        for (int client = 0; client < Clients.MAX; client++) {
            writes[client] = source.getLong();
        }
    }

    /** Returns the hash of the log that led to a snapshot. */
    static long prefixHash(ByteBuffer data) {
        return data.remaining() < Long.BYTES ? 0 : data.getLong(data.position());
    }

    void clear() {
        Arrays.fill(values, 0);
        Arrays.fill(writes, 0);
    }

    boolean isEqualTo(KeyValueMachine other) {
        return Arrays.equals(values, other.values) && Arrays.equals(writes, other.writes);
    }
}
