package io.lutra.raft.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtoReaderTest {

    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "01, 1",
        "7f, 127",
        "8001, 128",
        "ff7f, 16383",
        "ffffffffffffffffff01, 18446744073709551615",
        "80808080808080808001, 9223372036854775808",
        "8100, 1",
        "80808080808080808000, 0"
    })
    void readsVarintsEvenIfTheyAreLongerThanNeeded(String hex, String value) {
        ProtoReader reader = reader(hex);
        assertThat(Long.toUnsignedString(reader.varint())).isEqualTo(value);
        assertThat(reader.remaining()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "'', cut",
        "80, cut",
        "ffffffffffffffffff, cut",
        "80808080808080808002, 64 bits",
        "ffffffffffffffffff7f, 64 bits",
        "8080808080808080808001, 64 bits"
    })
    void refusesVarintsThatAreCutOrTooLarge(String hex, String reason) {
        refuses(reason, () -> reader(hex).varint());
    }

    @Test
    void readsTagsUpToTheLargestFieldNumber() {
        assertThat(reader("08").nextTag()).isEqualTo(1 << 3 | WireType.VARINT);
        assertThat(reader("ffffffff0f").nextTag()).isEqualTo((1 << 29) - 1 << 3 | 7);
        assertThat(reader("").nextTag()).isEqualTo(ProtoReader.END);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "07", "8080808010", "ffffffffffffffffff01"})
    void refusesFieldNumbersThatDoNotExist(String hex) {
        refuses("field number", () -> reader(hex).nextTag());
    }

    @ParameterizedTest
    @ValueSource(strings = {"01", "05ffffffff", "ffffffff0f", "ffffffffffffffffff01", "808080807f"})
    void refusesLengthsPastTheEnd(String hex) {
        refuses("past the end", () -> reader(hex).length());
        refuses("past the end", () -> reader(hex).bytes());
        refuses("past the end", () -> reader(hex).enter());
    }

    @Test
    void readsAnythingButZeroAsTrue() {
        assertThat(reader("00").bool()).isFalse();
        assertThat(reader("02").bool()).isTrue();
        assertThat(reader("80808080808080808001").bool()).isTrue();
    }

    @Test
    void confinesItselfToANestedMessage() {
        ProtoReader reader = reader("0a02080110");
        assertThat(reader.nextTag()).isEqualTo(1 << 3 | WireType.LENGTH_DELIMITED);
        int outer = reader.enter();
        assertThat(reader.nextTag()).isEqualTo(1 << 3);
        assertThat(reader.varint()).isEqualTo(1);
        assertThat(reader.nextTag()).isEqualTo(ProtoReader.END);
        refuses("cut", reader::varint);
        reader.leave(outer);
        assertThat(reader.nextTag()).isEqualTo(2 << 3);
    }

    @Test
    void readsJustTheRangeThatItIsGiven() {
        byte[] bytes = HexFormat.of().parseHex("ff0801ff");
        ProtoReader reader = new ProtoReader(bytes, 1, 2);
        assertThat(reader.nextTag()).isEqualTo(8);
        assertThat(reader.varint()).isEqualTo(1);
        assertThat(reader.nextTag()).isEqualTo(ProtoReader.END);
        assertThatThrownBy(() -> new ProtoReader(bytes, 1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new ProtoReader(bytes, 3, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void countsFieldsAndStaysWhereItIs() {
        ProtoReader reader = reader("0a01ff" + "1005" + "0a00" + "0801" + "0a00");
        int tag = reader.nextTag();
        assertThat(reader.count(tag)).isEqualTo(3);
        assertThat(reader.bytes()).containsExactly(0xff);
        refuses("does not end", () -> {
            ProtoReader cut = reader("0a000b");
            cut.count(cut.nextTag());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0880808001", "090102030405060708", "0a0401020304", "0d01020304", "0b0c", "0b10010c", "0b13140c"
            })
    void skipsWhatItDoesNotKnow(String field) {
        ProtoReader reader = reader(field + "1001");
        reader.skip(reader.nextTag());
        assertThat(reader.nextTag()).isEqualTo(2 << 3);
    }

    @ParameterizedTest
    @CsvSource({
        "0901020304050607, cut",
        "0d010203, cut",
        "0c, did not start",
        "0b, does not end",
        "0b1001, does not end",
        "0b14, ended by",
        "0b130c14, ended by",
        "0e, does not exist",
        "0f, does not exist",
        "0b0e0c, does not exist"
    })
    void refusesWhatCannotBeSkipped(String field, String reason) {
        refuses(reason, () -> {
            ProtoReader reader = reader(field);
            reader.skip(reader.nextTag());
        });
    }

    @Test
    void boundsTheDepthOfGroupsAndMessagesTogether() {
        int depth = ProtoReader.MAX_DEPTH;
        ProtoReader deepest = reader("0b".repeat(depth) + "0c".repeat(depth));
        deepest.skip(deepest.nextTag());
        assertThat(deepest.remaining()).isZero();

        refuses("deeper", () -> {
            ProtoReader reader = reader("0b".repeat(depth + 1) + "0c".repeat(depth + 1));
            reader.skip(reader.nextTag());
        });
        refuses("deeper", () -> {
            ProtoReader reader = reader("7f" + "0b".repeat(depth) + "0c".repeat(depth));
            reader.enter();
            reader.skip(reader.nextTag());
        });
    }

    @Test
    void depthDoesNotAddUpOverSiblings() {
        ProtoReader reader = reader("0a000b0c".repeat(2 * ProtoReader.MAX_DEPTH));
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            if (tag == 0x0a) {
                reader.leave(reader.enter());
            } else {
                reader.skip(tag);
            }
        }
        assertThat(reader.remaining()).isZero();
    }

    private static ProtoReader reader(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new ProtoReader(bytes, 0, bytes.length);
    }

    private static void refuses(String reason, ThrowingCallable read) {
        assertThatExceptionOfType(ProtoException.class).isThrownBy(read).withMessageContaining(reason);
    }
}
