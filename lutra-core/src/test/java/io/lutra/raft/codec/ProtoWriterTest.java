package io.lutra.raft.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProtoWriterTest {

    @Test
    void sizeIsWhatIsWrittenForNumbersOfAllLengths() {
        for (int bits = 0; bits <= Long.SIZE; bits++) {
            long largest = bits == 0 ? 0 : -1L >>> (Long.SIZE - bits);
            byte[] bytes = new byte[11];
            ProtoWriter writer = new ProtoWriter(bytes, 0);
            writer.varint(largest);
            assertThat(writer.position()).as("%d bits", bits).isEqualTo(Math.max(1, (bits + 6) / 7));
            assertThat(ProtoSize.varint(largest)).isEqualTo(writer.position());
            assertThat(ProtoSize.field(largest)).isEqualTo(writer.position() + 1);
            assertThat(new ProtoReader(bytes, 0, writer.position()).varint()).isEqualTo(largest);
        }
    }

    @Test
    void leavesOutWhatIsZeroOrEmpty() {
        byte[] bytes = new byte[16];
        ProtoWriter writer = new ProtoWriter(bytes, 0);
        writer.nonZero(1, 0);
        writer.nonEmpty(2, new byte[0]);
        assertThat(writer.position()).isZero();
        assertThat(ProtoSize.nonZero(0)).isZero();
        assertThat(ProtoSize.nonEmpty(0)).isZero();

        writer.field(1, 0);
        writer.field(2, new byte[0]);
        assertThat(hex(bytes, writer)).isEqualTo("0800" + "1200");
        assertThat(ProtoSize.field(0) + ProtoSize.delimited(0)).isEqualTo(writer.position());
    }

    @Test
    void writesFieldsFromAPositionOn() {
        byte[] bytes = new byte[16];
        ProtoWriter writer = new ProtoWriter(bytes, 2);
        writer.nonZero(1, 300);
        writer.nonEmpty(15, new byte[] {7});
        writer.delimiter(3, 2);
        writer.raw(new byte[] {1, 2, 3}, 1, 2);
        assertThat(hex(bytes, writer)).isEqualTo("0000" + "08ac02" + "7a0107" + "1a020203");
    }

    @Test
    void negativeEnumNumbersTakeTenBytes() {
        byte[] bytes = new byte[11];
        new ProtoWriter(bytes, 0).field(1, -1);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("08ffffffffffffffffff01");
        assertThat(ProtoSize.field(-1)).isEqualTo(11);
    }

    @Test
    void failsWhereTheArrayIsTooSmall() {
        assertThatThrownBy(() -> new ProtoWriter(new byte[1], 0).field(1, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new ProtoWriter(new byte[3], 0).field(1, new byte[2]))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void sizesDoNotOverflow() {
        assertThat(ProtoSize.delimited(Integer.MAX_VALUE)).isEqualTo(6L + Integer.MAX_VALUE);
        assertThat(ProtoSize.nonEmpty(1L << 40)).isEqualTo(1 + 6 + (1L << 40));
    }

    @Test
    void gathersLongRunsWithoutCopyingThem() {
        byte[] copied = new byte[9];
        byte[] longRun = {1, 2, 3, 4};
        GatheringWriter writer = new GatheringWriter(copied, 3);
        writer.delimiter(1, 2);
        writer.raw(new byte[] {8, 9}, 0, 2);
        writer.delimiter(2, 3);
        writer.raw(longRun, 1, 3);
        writer.raw(longRun, 0, 4);
        writer.field(3, 5);
        List<ByteBuffer> gathered = writer.gathered();

        assertThat(gathered).extracting(ByteBuffer::remaining).containsExactly(6, 3, 4, 2);
        assertThat(gathered).allMatch(ByteBuffer::isReadOnly);
        assertThat(joined(gathered)).isEqualTo("0a020809" + "1203020304" + "01020304" + "1805");
        longRun[3] = 7;
        assertThat(joined(gathered)).as("the run is shared").isEqualTo("0a020809" + "1203020307" + "01020307" + "1805");
    }

    private static String hex(byte[] bytes, ProtoWriter writer) {
        return HexFormat.of().formatHex(Arrays.copyOf(bytes, writer.position()));
    }

    private static String joined(List<ByteBuffer> buffers) {
        StringBuilder hex = new StringBuilder();
        for (ByteBuffer buffer : buffers) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            hex.append(HexFormat.of().formatHex(bytes));
        }
        return hex.toString();
    }
}
