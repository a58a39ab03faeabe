package io.lutra.raft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.Message;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WireTest {
    private static final Entry ENTRY = Entry.of(5, 10, new byte[] {1, 2, 3});
    private static final HardState STATE = HardState.of(5, 2, 300);
    private static final Snapshot SNAPSHOT =
            Snapshot.of(new byte[] {7}, SnapshotMetadata.of(ConfState.of(List.of(1L), List.of()), 9, 4));
    private static final Message MESSAGE = Message.append(1, 2, 5, 4, 9, List.of(ENTRY), 8);

    /** Buffers on an array, on a part of one, and off the heap. */
    static Stream<IntFunction<ByteBuffer>> buffers() {
        return Stream.of(
                ByteBuffer::allocate,
                size -> ByteBuffer.allocate(size + 7).position(3).slice().limit(size),
                ByteBuffer::allocateDirect);
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void valuesComeBackOneAfterTheOther(IntFunction<ByteBuffer> allocate) {
        ByteBuffer buffer = allocate.apply(200);
        Wire.write(ENTRY, buffer);
        int afterEntry = buffer.position();
        Wire.write(STATE, buffer);
        int afterState = buffer.position();
        Wire.write(SNAPSHOT, buffer);
        int afterSnapshot = buffer.position();
        Wire.write(MESSAGE, buffer);
        buffer.flip();

        assertThat(afterEntry).isEqualTo(ENTRY.encodedSize());
        assertThat(afterState).isEqualTo(afterEntry + STATE.encodedSize());
        assertThat(afterSnapshot).isEqualTo(afterState + SNAPSHOT.encodedSize());
        for (ByteBuffer source : List.of(buffer.duplicate(), buffer.asReadOnlyBuffer())) {
            int end = source.limit();
            assertThat(Wire.readEntry(source.limit(afterEntry))).isEqualTo(ENTRY);
            assertThat(Wire.readHardState(source.limit(afterState))).isEqualTo(STATE);
            assertThat(Wire.readSnapshot(source.limit(afterSnapshot))).isEqualTo(SNAPSHOT);
            assertThat(Wire.readMessage(source.limit(end))).isEqualTo(MESSAGE);
            assertThat(source.hasRemaining()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void writesNothingWhereThereIsTooLittleRoom(IntFunction<ByteBuffer> allocate) {
        ByteBuffer small = allocate.apply(5);
        assertThatThrownBy(() -> Wire.write(ENTRY, small)).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> Wire.write(STATE, small)).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> Wire.write(SNAPSHOT, small)).isInstanceOf(BufferOverflowException.class);
        assertThatThrownBy(() -> Wire.write(MESSAGE, small)).isInstanceOf(BufferOverflowException.class);
        assertThat(small).isEqualTo(ByteBuffer.allocate(5));
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void fillsABufferThatIsJustLargeEnough(IntFunction<ByteBuffer> allocate) {
        ByteBuffer buffer = allocate.apply(MESSAGE.encodedSize());
        Wire.write(MESSAGE, buffer);
        assertThat(Wire.readMessage(buffer.flip())).isEqualTo(MESSAGE);
    }

    @Test
    void refusesABufferThatCannotBeWritten() {
        ByteBuffer readOnly = ByteBuffer.allocate(100).asReadOnlyBuffer();
        assertThatThrownBy(() -> Wire.write(MESSAGE, readOnly)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @ParameterizedTest
    @MethodSource("buffers")
    void refusesMalformedBytesAndMovesOn(IntFunction<ByteBuffer> allocate) {
        ByteBuffer source = allocate.apply(2).put((byte) 0x22).put((byte) 5).flip();
        assertThatThrownBy(() -> Wire.readEntry(source)).isInstanceOf(MalformedBytesException.class);
        assertThat(source.hasRemaining()).isFalse();
        assertThat(Wire.readMessage(source)).as("no bytes are an empty message").isEqualTo(Message.parse(new byte[0]));
    }

    @Test
    void sharesTheArrayOfABuffer() {
        ByteBuffer buffer = ByteBuffer.allocate(ENTRY.encodedSize());
        Wire.write(ENTRY, buffer);
        Entry read = Wire.readEntry(buffer.flip());
        buffer.put(buffer.limit() - 1, (byte) 9);
        assertThat(read.data()).containsExactly(1, 2, 9);
    }
}
