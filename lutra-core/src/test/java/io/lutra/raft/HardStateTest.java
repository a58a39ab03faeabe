package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HardStateTest {

    @Test
    void isEncodedAsEtcdDoesIt() {
        HardState state = HardState.of(5, 2, 300);
        assertThat(HexFormat.of().formatHex(state.encode())).isEqualTo("0805" + "1002" + "18ac02");
        assertThat(HardState.parse(state.encode())).isEqualTo(state);

        byte[] record = new byte[9];
        assertThat(state.writeTo(record, 1)).isEqualTo(8);
        assertThat(HardState.parse(record, 1, 7)).isEqualTo(state);
    }

    @Test
    void leavesOutWhatIsZero() {
        assertThat(HardState.EMPTY.encode()).isEmpty();
        assertThat(HardState.parse(new byte[0])).isEqualTo(HardState.EMPTY);
        assertThat(HardState.of(-1, -1, -1).encodedSize()).as("the largest").isEqualTo(33);
    }

    @Test
    void isEmptyOnlyIfAllOfItIs() {
        assertThat(HardState.EMPTY.isEmpty()).isTrue();
        assertThat(HardState.of(1, 0, 0).isEmpty()).isFalse();
        assertThat(HardState.of(0, 1, 0).isEmpty()).isFalse();
        assertThat(HardState.of(0, 0, 1).isEmpty()).isFalse();
    }

    @Test
    void mustBeSyncedForTermAndVoteButNotForTheCommitIndex() {
        HardState state = HardState.of(5, 2, 300);
        assertThat(HardState.of(6, 2, 300).mustSyncAfter(state)).isTrue();
        assertThat(HardState.of(5, 3, 300).mustSyncAfter(state)).isTrue();
        assertThat(HardState.of(5, 2, 301).mustSyncAfter(state)).isFalse();
    }

    @Test
    void refusesWhatIsNotAHardState() {
        assertThatThrownBy(() -> HardState.parse(new byte[] {8}))
                .isInstanceOf(MalformedBytesException.class)
                .hasMessage("not a hard state: a varint is cut, at byte 1 of 1");
    }
}
