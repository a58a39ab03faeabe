package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfStateTest {
    private static final ConfState JOINT =
            ConfState.of(List.of(1L, 2L, 3L), List.of(4L), List.of(1L, 5L), List.of(5L), true);

    @Test
    void nodesAreTheIncomingVoters() {
        assertThat(JOINT.nodes()).containsExactly(1L, 2L, 3L);
        assertThat(JOINT.voters()).isEqualTo(JOINT.nodes());
        assertThat(JOINT.learners()).containsExactly(4L);
        assertThat(JOINT.votersOutgoing()).containsExactly(1L, 5L);
        assertThat(JOINT.learnersNext()).containsExactly(5L);
        assertThat(JOINT.autoLeave()).isTrue();
    }

    @Test
    void containsVotersOfBothHalvesAndLearners() {
        assertThat(List.of(1L, 2L, 3L, 4L, 5L)).allMatch(JOINT::contains);
        assertThat(JOINT.contains(6)).isFalse();
        assertThat(ConfState.EMPTY.contains(0)).isFalse();
    }

    @Test
    void isEquivalentWhateverTheOrderOfIds() {
        ConfState shuffled = ConfState.of(List.of(3L, 1L, 2L), List.of(4L), List.of(5L, 1L), List.of(5L), true);
        assertThat(shuffled.isEquivalentTo(JOINT)).isTrue();
        assertThat(JOINT.isEquivalentTo(shuffled)).isTrue();
        assertThat(shuffled).isNotEqualTo(JOINT);
        assertThat(JOINT.voters()).as("comparing sorts copies").containsExactly(1L, 2L, 3L);
    }

    @Test
    void isNotEquivalentIfAnyPartDiffers() {
        List<Long> voters = List.of(1L, 2L, 3L);
        List<Long> learners = List.of(4L);
        List<Long> outgoing = List.of(1L, 5L);
        List<Long> next = List.of(5L);
        assertThat(List.of(
                        ConfState.of(List.of(1L, 2L), learners, outgoing, next, true),
                        ConfState.of(List.of(1L, 2L, 3L, 3L), learners, outgoing, next, true),
                        ConfState.of(voters, List.of(), outgoing, next, true),
                        ConfState.of(voters, learners, List.of(1L), next, true),
                        ConfState.of(voters, learners, outgoing, List.of(1L), true),
                        ConfState.of(voters, learners, outgoing, next, false),
                        ConfState.EMPTY))
                .noneMatch(JOINT::isEquivalentTo)
                .doesNotContain(JOINT);
    }

    @Test
    void isEncodedUnpackedAndReadPackedToo() {
        assertThat(HexFormat.of().formatHex(JOINT.encode()))
                .isEqualTo("080108020803" + "1004" + "18011805" + "2005" + "2801");
        assertThat(ConfState.parse(JOINT.encode())).isEqualTo(JOINT).hasSameHashCodeAs(JOINT);
        assertThat(parse("0a03010203" + "12010422010528011a020105")).isEqualTo(JOINT);
    }

    @Test
    void joinsListsThatComeInPieces() {
        assertThat(parse("0801" + "0a00" + "2801" + "0a020203" + "0804").voters())
                .containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void leavesOutWhatIsEmpty() {
        assertThat(ConfState.EMPTY.encode()).isEmpty();
        assertThat(parse("")).isEqualTo(ConfState.EMPTY);
        assertThat(parse("28000a00")).isEqualTo(ConfState.EMPTY);
    }

    @Test
    void listsCannotBeChanged() {
        assertThatThrownBy(() -> JOINT.voters().add(9L)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> JOINT.voters().set(0, 9L)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(JOINT.voters()).isEqualTo(List.of(1L, 2L, 3L)).hasSameHashCodeAs(List.of(1L, 2L, 3L));
        assertThat(List.of(1L, 2L, 3L)).isEqualTo(JOINT.voters());
    }

    @Test
    void refusesAPackedListThatIsCut() {
        assertThatThrownBy(() -> parse("0a0201ff"))
                .isInstanceOf(MalformedBytesException.class)
                .hasMessageContaining("not a configuration state");
    }

    private static ConfState parse(String hex) {
        return ConfState.parse(HexFormat.of().parseHex(hex));
    }
}
