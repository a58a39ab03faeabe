package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The forms of {@code FORMAT.md} section 8, and what lies outside of it. */
class DescribeTest {
    private static final ConfState CONF_STATE =
            ConfState.of(List.of(1L, 10L), List.of(4L), List.of(1L), List.of(), true);
    private static final Snapshot SNAPSHOT = Snapshot.of(new byte[] {7}, SnapshotMetadata.of(CONF_STATE, 7, 3));

    @Test
    void messageIsOneLineIfItHoldsOneEntry() {
        assertThat(Describe.message(Message.append(2, 1, 3, 3, 12, List.of(entry(3, 13, "p4")), 12)))
                .isEqualTo("2->1 MsgApp Term:3 Log:3/12 Commit:12 Entries:[3/13 EntryNormal \"p4\"]");
        assertThat(Describe.message(Message.appendRejection(1, 2, 1, 14, 1, 11)))
                .isEqualTo("1->2 MsgAppResp Term:1 Log:1/14 Rejected (Hint: 11)");
        assertThat(Describe.message(Message.forgetLeader(10, 0))).isEqualTo("a->None MsgForgetLeader Term:0 Log:0/0");
    }

    @Test
    void messageSpreadsOverLinesIfItHoldsMore() {
        Message response = Message.storageAppendResponse(1, 1, 1, 11, 0, SNAPSHOT);
        Message append = Message.storageAppend(
                1, HardState.of(3, 2, 8), List.of(entry(3, 13, "a"), entry(3, 14, "")), SNAPSHOT, List.of(response));
        assertThat(Describe.message(append)).isEqualTo("""
                        1->AppendThread MsgStorageAppend Term:3 Log:0/0 Commit:8 Vote:2 Entries:[
                          3/13 EntryNormal "a"
                          3/14 EntryNormal ""
                        ]
                          Snapshot: Index:7 Term:3 ConfState:Voters:[1 10] VotersOutgoing:[1] Learners:[4] LearnersNext:[] \
                        AutoLeave:true Responses:[
                          AppendThread->1 MsgStorageAppendResp Term:1 Log:1/11
                            Snapshot: Index:7 Term:3 ConfState:Voters:[1 10] VotersOutgoing:[1] Learners:[4] \
                        LearnersNext:[] AutoLeave:true
                        ]""");
    }

    @Test
    void entriesOfChangesShowTheOperations() {
        ConfChangeV2 change = ConfChangeV2.of(
                ConfChangeTransition.AUTO,
                ConfChangeSingle.of(ConfChangeType.ADD_NODE, 2),
                ConfChangeSingle.of(ConfChangeType.ADD_LEARNER_NODE, 30),
                ConfChangeSingle.of(ConfChangeType.REMOVE_NODE, 4),
                ConfChangeSingle.of(ConfChangeType.UPDATE_NODE, -1));
        assertThat(Describe.entry(Entry.of(1, 4, change.entryType(), change.encode())))
                .isEqualTo("1/4 EntryConfChangeV2 v2 l30 r4 u18446744073709551615");
        ConfChange simple = ConfChange.of(ConfChangeType.ADD_NODE, 2);
        assertThat(Describe.entry(Entry.of(1, 4, simple.entryType(), simple.encode())))
                .isEqualTo("1/4 EntryConfChange v2");
        assertThat(Describe.entry(Entry.of(1, 4, EntryType.CONF_CHANGE_V2, null)))
                .isEqualTo("1/4 EntryConfChangeV2");
    }

    @Test
    void whatCannotBeReadIsShownAsBytes() {
        assertThat(Describe.entry(Entry.of(1, 4, EntryType.CONF_CHANGE, new byte[] {8})))
                .isEqualTo("1/4 EntryConfChange \"\\x08\"");
        assertThat(Describe.entry(Entry.parse(new byte[] {8, 99, 0x22, 1, 'a'})))
                .isEqualTo("0/0 99 \"a\"");
    }

    @Test
    void dataMayBePrintedByTheApplication() {
        assertThat(Describe.entry(entry(1, 2, "abc"), data -> data.length + " letters"))
                .isEqualTo("1/2 EntryNormal 3 letters");
        assertThat(Describe.message(Message.propose(1, 2, List.of(entry(1, 2, "abc"))), data -> ""))
                .isEqualTo("1->2 MsgProp Term:0 Log:0/0 Entries:[1/2 EntryNormal]");
    }

    @Test
    void bytesFromOutsideAreEscaped() {
        assertThat(Describe.quoted("a\"b\\c\nä".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("\"a\\\"b\\\\c\\x0a\\xc3\\xa4\"");
        assertThat(Describe.quoted(new byte[] {0, 0x1f, 0x7e, 0x7f, -1})).isEqualTo("\"\\x00\\x1f~\\x7f\\xff\"");
    }

    @Test
    void readyHasALineForEachPart() {
        Ready ready = Ready.of(
                new SoftState(1, StateType.LEADER),
                HardState.of(3, 0, 8),
                List.of(ReadState.of(11, new byte[] {114, 49})),
                List.of(entry(3, 13, "a")),
                SNAPSHOT,
                List.of(entry(3, 12, "b")),
                List.of(Message.forgetLeader(1, 2)),
                true);
        assertThat(Describe.ready(ready)).isEqualTo("""
                        Ready MustSync=true:
                        Lead:1 State:StateLeader
                        HardState Term:3 Commit:8
                        ReadStates [{11 [114 49]}]
                        Entries:
                        3/13 EntryNormal "a"
                        Snapshot Index:7 Term:3 ConfState:Voters:[1 10] VotersOutgoing:[1] Learners:[4] LearnersNext:[] \
                        AutoLeave:true
                        CommittedEntries:
                        3/12 EntryNormal "b"
                        Messages:
                        1->2 MsgForgetLeader Term:0 Log:0/0
                        """);
        assertThat(ready.toString())
                .as("one line, no data")
                .doesNotContain("\n", "\"a\"")
                .contains("entries=1");
        Ready empty = Ready.of(null, HardState.EMPTY, List.of(), List.of(), null, List.of(), List.of(), false);
        assertThat(Describe.ready(empty)).isEqualTo("<empty Ready>");
    }

    @Test
    void progressShowsOnlyWhatIsUnusual() {
        assertThat(Describe.progress(
                        new PeerProgress(1, false, ProgressState.REPLICATE, 11, 13, 0, true, false, 0, 0, false)))
                .isEqualTo("StateReplicate match=11 next=13");
        assertThat(Describe.progress(
                        new PeerProgress(1, true, ProgressState.SNAPSHOT, 0, 8, 7, false, true, 1, 0, true)))
                .isEqualTo("StateSnapshot match=0 next=8 learner paused pendingSnap=7 inactive inflight=1[full]");
    }

    private static Entry entry(long term, long index, String data) {
        return Entry.of(term, index, data.getBytes(StandardCharsets.UTF_8));
    }
}
