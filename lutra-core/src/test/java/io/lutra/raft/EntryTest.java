package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryTest {
    private static final byte[] DATA = {'a', 'b'};

    @Test
    void isEncodedAsEtcdDoesIt() {
        Entry entry = Entry.of(3, 300, DATA);
        assertThat(hex(entry)).isEqualTo("1003" + "18ac02" + "22026162");
        assertThat(entry.encodedSize()).isEqualTo(9);
        assertThat(entry.term()).isEqualTo(3);
        assertThat(entry.index()).isEqualTo(300);
        assertThat(entry.type()).isEqualTo(EntryType.NORMAL);
        assertThat(entry.data()).isEqualTo(DATA);
        assertThat(entry.payloadSize()).isEqualTo(2);
    }

    @Test
    void spellsOutWhatCountsAgainstLimits() {
        assertThat(hex(Entry.of(1, 2, EntryType.NORMAL, null))).isEqualTo("10011802");
        assertThat(hex(Entry.of(1, 2, new byte[0]))).isEqualTo("10011802" + "2200");
        assertThat(hex(Entry.refusedChange(1, 2))).isEqualTo("0800" + "10011802");
        assertThat(hex(Entry.of(1, 2, EntryType.CONF_CHANGE_V2, null))).isEqualTo("0802" + "10011802");
        assertThat(hex(Entry.of(0, 0, EntryType.NORMAL, null))).isEqualTo("10001800");
        assertThat(hex(Entry.proposal(EntryType.NORMAL, DATA))).isEqualTo("22026162");
        assertThat(hex(Entry.proposal(EntryType.CONF_CHANGE, null))).isEqualTo("0801");
        assertThat(hex(Entry.proposal(EntryType.NORMAL, null))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "22026162", "2200", "0800", "080022026162", "0802", "080122026162"})
    void getsItsPlaceAndKeepsWhatIsSpelledOut(String proposal) {
        Entry placed = parse(proposal).placed(5, 6);
        int type = proposal.startsWith("08") ? 4 : 0;
        assertThat(hex(placed)).isEqualTo(proposal.substring(0, type) + "10051806" + proposal.substring(type));
        assertThat(placed.data()).isEqualTo(parse(proposal).data());
        assertThat(placed.placed(5, 6)).isEqualTo(placed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "22026162180110020801", // another order
                "08001000180022026162", // explicit defaults
                "088100108100188100", // long varints
                "100118021003", // a field that comes twice
                "7a0161" + "100118027b7c", // unknown fields
                "0d01020304", // a known number of another wire type
                "08ffffffffffffffffff01" // a type without a name
            })
    void whatAPeerSentStaysBitForBit(String sent) {
        Entry entry = parse(sent);
        assertThat(hex(entry)).isEqualTo(sent);
        assertThat(entry.encodedSize()).isEqualTo(sent.length() / 2);
        Message message = Message.append(1, 2, 1, 0, 0, List.of(entry), 0);
        assertThat(hex(Message.parse(message.data()).entries().get(0))).isEqualTo(sent);
    }

    @Test
    void lastOfRepeatedFieldsCounts() {
        Entry entry = parse("1001" + "22026162" + "1002" + "220163");
        assertThat(entry.term()).isEqualTo(2);
        assertThat(entry.data()).containsExactly('c');
    }

    @Test
    void keepsTypesThatThisVersionDoesNotKnow() {
        Entry entry = parse("0863");
        assertThat(entry.type()).isEqualTo(EntryType.UNRECOGNIZED);
        assertThat(entry.typeNumber()).isEqualTo(99);
        assertThatThrownBy(() -> Entry.of(1, 1, EntryType.UNRECOGNIZED, DATA)).isInstanceOf(MisuseException.class);
        assertThatThrownBy(() -> Entry.proposal(EntryType.UNRECOGNIZED, DATA)).isInstanceOf(MisuseException.class);
    }

    @Test
    void nobodyCanChangeItsBytes() {
        byte[] data = DATA.clone();
        Entry entry = Entry.of(1, 1, data);
        data[0] = 'x';
        entry.data()[0] = 'x';
        assertThat(entry.data()).isEqualTo(DATA);
        for (ByteBuffer view : new ByteBuffer[] {entry.payload(), entry.encoding()}) {
            assertThat(view.hasArray()).isFalse();
            assertThatThrownBy(() -> view.put(0, (byte) 'x')).isInstanceOf(ReadOnlyBufferException.class);
        }
        entry.payload().get();
        assertThat(entry.payload()).as("each call has a position of its own").isEqualTo(ByteBuffer.wrap(DATA));
    }

    @Test
    void isASliceOfTheFrameThatBroughtIt() {
        byte[] frame = HexFormat.of().parseHex("ff" + "1001180222026162" + "ff");
        Entry entry = Entry.parse(frame, 1, 8);
        assertThat(hex(entry)).isEqualTo("1001180222026162");
        assertThat(entry.payload()).isEqualTo(ByteBuffer.wrap(DATA));
        frame[7] = 'x';
        assertThat(entry.data()).as("not a copy").containsExactly('x', 'b');
        assertThatThrownBy(() -> Entry.parse(frame, 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void writesItsBytesWhereItIsTold() {
        byte[] target = new byte[6];
        assertThat(Entry.of(1, 2, EntryType.NORMAL, null).writeTo(target, 1)).isEqualTo(5);
        assertThat(HexFormat.of().formatHex(target)).isEqualTo("00" + "10011802" + "00");
    }

    @Test
    void isEqualToAnEntryOfTheSameBytes() {
        assertThat(Entry.of(1, 2, DATA))
                .isEqualTo(parse("1001180222026162"))
                .hasSameHashCodeAs(parse("1001180222026162"));
        assertThat(Entry.of(1, 2, DATA))
                .isNotEqualTo(parse("08001001180222026162"))
                .isNotEqualTo(Entry.of(1, 2, EntryType.NORMAL, null));
        assertThat(parse("")).isEqualTo(Entry.proposal(EntryType.NORMAL, null));
    }

    @Test
    void printsNoData() {
        assertThat(Entry.of(1, -1, DATA)).hasToString("1/18446744073709551615 NORMAL 2 bytes");
    }

    @Test
    void refusesWhatIsNotAnEntryAndSaysWhere() {
        assertThatThrownBy(() -> parse("10012205"))
                .isInstanceOf(MalformedBytesException.class)
                .hasMessage("not an entry: a length of 5 is past the end, at byte 4 of 4");
    }

    private static Entry parse(String hex) {
        return Entry.parse(HexFormat.of().parseHex(hex));
    }

    private static String hex(Entry entry) {
        return HexFormat.of().formatHex(Fields.encode(entry));
    }
}
