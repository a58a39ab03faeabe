package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MembershipChangeTest {
    private static final ConfChangeSingle ADD_4 = ConfChangeSingle.of(ConfChangeType.ADD_NODE, 4);
    private static final ConfChangeSingle REMOVE_5 = ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, 5);

    @Test
    void spellsOutWhatCountsAgainstLimits() {
        assertThat(hex(ConfChange.of(ConfChangeType.ADD_NODE, 4))).isEqualTo("1000" + "1804");
        assertThat(hex(ConfChange.of(9, ConfChangeType.REMOVE_NODE, 0, new byte[] {7})))
                .isEqualTo("0809" + "1001" + "1800" + "220107");
        assertThat(hex(ConfChangeV2.of(ConfChangeTransition.AUTO))).isEqualTo("0800");
        assertThat(hex(ConfChangeV2.of(ConfChangeTransition.JOINT_EXPLICIT, ADD_4, REMOVE_5)))
                .isEqualTo("0802" + "120408001004" + "120408011005");
        assertThat(hex(ConfChangeV2.of(ConfChangeTransition.AUTO, List.of(), new byte[] {7})))
                .isEqualTo("0800" + "1a0107");
        assertThat(hex(ConfChangeV2.LEAVE_JOINT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0800", "1000", "1800", "2200", "10631804", "08011002180322020405"})
    void keepsWhatASimpleChangeSpellsOut(String bytes) {
        ConfChange change = ConfChange.unmarshal(HexFormat.of().parseHex(bytes));
        assertThat(hex(change)).isEqualTo(bytes);
        ConfChange same = ConfChange.unmarshal(HexFormat.of().parseHex(bytes + "7801"));
        assertThat(same).isEqualTo(change).hasSameHashCodeAs(change);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0800", "1200", "12020800", "12021000", "1a00", "0802" + "120408631004" + "1200" + "1a0107"})
    void keepsWhatAJointChangeSpellsOut(String bytes) {
        ConfChangeV2 change = ConfChangeV2.unmarshal(HexFormat.of().parseHex(bytes));
        assertThat(hex(change)).isEqualTo(bytes);
        ConfChangeV2 same = ConfChangeV2.unmarshal(HexFormat.of().parseHex(bytes + "7801"));
        assertThat(same).isEqualTo(change).hasSameHashCodeAs(change);
    }

    @Test
    void isEqualToAChangeThatSaysTheSameInMoreWords() {
        assertThat(ConfChange.unmarshal(HexFormat.of().parseHex("1804")))
                .isEqualTo(ConfChange.of(ConfChangeType.ADD_NODE, 4));
        assertThat(ConfChangeV2.unmarshal(new byte[0])).isEqualTo(ConfChangeV2.of(ConfChangeTransition.AUTO));
        assertThat(ConfChange.of(ConfChangeType.ADD_NODE, 4))
                .isNotEqualTo(ConfChange.of(ConfChangeType.ADD_NODE, 5))
                .isNotEqualTo(ConfChange.of(ConfChangeType.REMOVE_NODE, 4))
                .isNotEqualTo(ConfChange.of(1, ConfChangeType.ADD_NODE, 4, new byte[0]))
                .isNotEqualTo(ConfChange.of(0, ConfChangeType.ADD_NODE, 4, new byte[1]));
        assertThat(ConfChangeV2.of(ConfChangeTransition.AUTO, ADD_4))
                .isNotEqualTo(ConfChangeV2.of(ConfChangeTransition.JOINT_IMPLICIT, ADD_4))
                .isNotEqualTo(ConfChangeV2.of(ConfChangeTransition.AUTO, REMOVE_5))
                .isNotEqualTo(ConfChangeV2.of(ConfChangeTransition.AUTO, List.of(ADD_4), new byte[1]));
    }

    @Test
    void simpleChangeIsAJointOneOfOnePart() {
        ConfChange change = ConfChange.of(9, ConfChangeType.ADD_LEARNER_NODE, 4, new byte[] {7});
        ConfChangeV2 v2 = change.asV2();
        assertThat(v2.changes()).containsExactly(ConfChangeSingle.of(ConfChangeType.ADD_LEARNER_NODE, 4));
        assertThat(v2.context()).containsExactly(7);
        assertThat(v2.transition()).isEqualTo(ConfChangeTransition.AUTO);
        assertThat(v2.entersJoint()).isFalse();
        assertThat(v2.leavesJoint()).isFalse();
        assertThat(v2.asV2()).isSameAs(v2);
    }

    @Test
    void entersJointIfAskedToOrWithMoreThanOneChange() {
        assertThat(ConfChangeV2.of(ConfChangeTransition.AUTO, ADD_4, REMOVE_5).entersJoint())
                .isTrue();
        assertThat(ConfChangeV2.of(ConfChangeTransition.AUTO, ADD_4).entersJoint())
                .isFalse();
        assertThat(ConfChangeV2.of(ConfChangeTransition.JOINT_IMPLICIT, ADD_4).entersJoint())
                .isTrue();
        assertThat(ConfChangeV2.of(ConfChangeTransition.JOINT_EXPLICIT).entersJoint())
                .isTrue();

        assertThat(ConfChangeV2.of(ConfChangeTransition.AUTO, ADD_4, REMOVE_5).autoLeave())
                .isTrue();
        assertThat(ConfChangeV2.of(ConfChangeTransition.JOINT_IMPLICIT, ADD_4).autoLeave())
                .isTrue();
        assertThat(ConfChangeV2.of(ConfChangeTransition.JOINT_EXPLICIT, ADD_4).autoLeave())
                .isFalse();
    }

    @Test
    void leavesJointIfEmptyWhateverTheContext() {
        assertThat(ConfChangeV2.LEAVE_JOINT.leavesJoint()).isTrue();
        assertThat(ConfChangeV2.of(ConfChangeTransition.AUTO, List.of(), new byte[] {7})
                        .leavesJoint())
                .isTrue();
        assertThat(ConfChangeV2.of(ConfChangeTransition.JOINT_IMPLICIT).leavesJoint())
                .isFalse();
        assertThat(ConfChangeV2.of(ConfChangeTransition.AUTO, ADD_4).leavesJoint())
                .isFalse();
    }

    @Test
    void isWhatItsEntryCarries() {
        for (MembershipChange change : List.of(
                ConfChange.of(ConfChangeType.ADD_NODE, 4),
                ConfChangeV2.LEAVE_JOINT,
                ConfChangeV2.of(ConfChangeTransition.AUTO, ADD_4))) {
            Entry entry = Entry.of(1, 2, change.entryType(), change.encode());
            assertThat(entry.type().isConfChange()).isTrue();
            assertThat(MembershipChange.of(entry)).isEqualTo(change);
        }
        assertThatThrownBy(() -> MembershipChange.of(Entry.of(1, 2, new byte[0])))
                .isInstanceOf(MisuseException.class);
        assertThatThrownBy(() -> MembershipChange.of(Entry.of(1, 2, EntryType.CONF_CHANGE, new byte[] {8})))
                .isInstanceOf(MalformedBytesException.class);
    }

    @Test
    void bytesAreCopiedAndListsCannotBeChanged() {
        byte[] context = {7};
        ConfChange change = ConfChange.of(0, ConfChangeType.ADD_NODE, 4, context);
        ConfChangeV2 v2 = ConfChangeV2.of(ConfChangeTransition.AUTO, List.of(ADD_4), context);
        context[0] = 8;
        change.context()[0] = 8;
        v2.context()[0] = 8;
        assertThat(change.context()).containsExactly(7);
        assertThat(v2.context()).containsExactly(7);
        assertThatThrownBy(() -> v2.changes().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ConfChangeV2.unmarshal(v2.encode()).changes().clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void keepsNumbersThatThisVersionDoesNotKnow() {
        ConfChange change = ConfChange.unmarshal(HexFormat.of().parseHex("1063"));
        assertThat(change.type()).isEqualTo(ConfChangeType.UNRECOGNIZED);
        assertThat(change.typeNumber()).isEqualTo(99);
        assertThat(change.asV2().changes().get(0).typeNumber()).isEqualTo(99);
        ConfChangeV2 v2 = ConfChangeV2.unmarshal(HexFormat.of().parseHex("0863"));
        assertThat(v2.transition()).isEqualTo(ConfChangeTransition.UNRECOGNIZED);
        assertThat(v2.transitionNumber()).isEqualTo(99);
    }

    @Test
    void changesAreReadAsTheyArePrinted() {
        String operations = "v1 l2 r3 u18446744073709551615";
        List<ConfChangeSingle> changes = ConfChangeSingle.listOf("  v1 l2\tr3  u18446744073709551615 ");
        assertThat(Describe.changes(changes)).isEqualTo(operations);
        assertThat(changes)
                .extracting(ConfChangeSingle::type)
                .containsExactly(
                        ConfChangeType.ADD_NODE,
                        ConfChangeType.ADD_LEARNER_NODE,
                        ConfChangeType.REMOVE_NODE,
                        ConfChangeType.UPDATE_NODE);
        assertThat(ConfChangeSingle.listOf(" ")).isEmpty();
        for (String wrong : List.of("x1", "v", "v-1", "vv", "v1,l2", "1")) {
            assertThatThrownBy(() -> ConfChangeSingle.listOf(wrong)).isInstanceOf(MisuseException.class);
        }
    }

    @Test
    void cannotBeMadeWithoutANumber() {
        assertThatThrownBy(() -> ConfChange.of(ConfChangeType.UNRECOGNIZED, 4)).isInstanceOf(MisuseException.class);
        assertThatThrownBy(() -> ConfChangeSingle.of(ConfChangeType.UNRECOGNIZED, 4))
                .isInstanceOf(MisuseException.class);
        assertThatThrownBy(() -> ConfChangeV2.of(ConfChangeTransition.UNRECOGNIZED))
                .isInstanceOf(MisuseException.class);
    }

    @ParameterizedTest
    @EnumSource(ConfChangeType.class)
    void typesAndNumbersBelongTogether(ConfChangeType type) {
        assertThat(ConfChangeType.of(type.number())).isEqualTo(type);
    }

    private static String hex(MembershipChange change) {
        return HexFormat.of().formatHex(change.encode());
    }
}
