package io.lutra.testkit.raft;

import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.Message;

/** A message on the wire: its bytes, and to which replica they are addressed. */
final class Frame {
    final long to;
    final byte[] bytes;

    Frame(long to, byte[] bytes) {
        this.to = to;
        this.bytes = bytes;
    }

    @Override
    public String toString() {
        try {
            return Message.parse(bytes).toString();
        } catch (MalformedBytesException e) {
            return bytes.length + " bytes that are no message";
        }
    }
}
