package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {
    private static final byte[] CONTEXT = {7, 8};
    private static final List<Entry> ENTRIES = List.of(entry(5, 10), entry(5, 300));
    private static final Snapshot SNAPSHOT =
            Snapshot.of(new byte[] {1, 2, 3}, SnapshotMetadata.of(ConfState.of(List.of(1L, 2L), List.of(3L)), 9, 4));

    @Test
    void factoriesTakeWhatTheTypeSays() {
        assertFields(Message.propose(1, 2, ENTRIES), 2, Map.of("entries", fields(ENTRIES)));
        assertFields(
                Message.append(1, 2, 5, 4, 9, ENTRIES, 8),
                3,
                Map.of("term", 5L, "logTerm", 4L, "index", 9L, "entries", fields(ENTRIES), "commit", 8L));
        assertFields(Message.appendResponse(1, 2, 5, 9), 4, Map.of("term", 5L, "index", 9L));
        assertFields(
                Message.appendRejection(1, 2, 5, 9, 3, 7),
                4,
                Map.of("term", 5L, "index", 9L, "reject", true, "logTerm", 3L, "rejectHint", 7L));
        assertFields(
                Message.vote(1, 2, 5, 4, 9, CONTEXT),
                5,
                Map.of("term", 5L, "logTerm", 4L, "index", 9L, "context", "0708"));
        assertFields(Message.voteResponse(1, 2, 5, true), 6, Map.of("term", 5L, "reject", true));
        assertFields(Message.voteResponse(1, 2, 5, false), 6, Map.of("term", 5L));
        assertFields(Message.preVote(1, 2, 5, 4, 9), 17, Map.of("term", 5L, "logTerm", 4L, "index", 9L));
        assertFields(Message.preVoteResponse(1, 2, 5, true), 18, Map.of("term", 5L, "reject", true));
        assertFields(Message.snapshot(1, 2, 5, SNAPSHOT), 7, Map.of("term", 5L, "snapshot", Fields.of(SNAPSHOT)));
        assertFields(Message.heartbeat(1, 2, 5, 9, CONTEXT), 8, Map.of("term", 5L, "commit", 9L, "context", "0708"));
        assertFields(Message.transferLeader(1, 2, 5), 13, Map.of("term", 5L));
        assertFields(Message.timeoutNow(1, 2, 5), 14, Map.of("term", 5L));
        assertFields(Message.readIndex(1, 2, ENTRIES), 15, Map.of("entries", fields(ENTRIES)));
        assertFields(
                Message.readIndexResponse(1, 2, 5, 9, ENTRIES),
                16,
                Map.of("term", 5L, "index", 9L, "entries", fields(ENTRIES)));
        assertFields(Message.forgetLeader(1, 2), 23, Map.of());
    }

    @Test
    void heartbeatIsAnsweredWithItsContext() {
        Message answer = Message.heartbeatResponse(2, 6, Message.heartbeat(1, 2, 5, 9, CONTEXT));
        assertThat(answer.type()).isEqualTo(MessageType.HEARTBEAT_RESP);
        assertThat(answer.from()).isEqualTo(2);
        assertThat(answer.to()).isEqualTo(1);
        assertThat(answer.term()).isEqualTo(6);
        assertThat(answer.context()).isEqualTo(CONTEXT);
        assertThat(answer.contextSize()).isEqualTo(2);
        assertThat(answer.commit()).isZero();
    }

    @Test
    void storageMessagesGoToTheThreadsAndBack() {
        Message response = Message.storageAppendResponse(1, 5, 5, 300, 0, SNAPSHOT);
        Message append = Message.storageAppend(1, HardState.of(5, 2, 8), ENTRIES, SNAPSHOT, List.of(response));
        assertThat(Fields.of(append))
                .isEqualTo(Map.of(
                        "type", 19,
                        "from", 1L,
                        "to", -1L,
                        "term", 5L,
                        "vote", 2L,
                        "commit", 8L,
                        "entries", fields(ENTRIES),
                        "snapshot", Fields.of(SNAPSHOT),
                        "responses", List.of(Fields.of(response))));
        assertThat(response.from()).isEqualTo(Message.LOCAL_APPEND_THREAD);
        assertThat(response.logTerm()).isEqualTo(5);
        assertThat(response.index()).isEqualTo(300);

        Message applied = Message.storageApplyResponse(1, ENTRIES);
        Message apply = Message.storageApply(1, ENTRIES, List.of(applied));
        assertThat(apply.to()).isEqualTo(Message.LOCAL_APPLY_THREAD);
        assertThat(apply.term()).isZero();
        assertThat(apply.entries()).isEqualTo(ENTRIES);
        assertThat(apply.responses()).containsExactly(applied);
        assertThat(applied.from()).isEqualTo(Message.LOCAL_APPLY_THREAD);
        assertThat(applied.to()).isEqualTo(1);
    }

    @Test
    void isForwardedWithAllItSaysAndACount() {
        Message read = Message.readIndex(1, 2, ENTRIES);
        Message forwarded = read.forwarded(3, 7);
        assertThat(read.timesForwarded()).isZero();
        assertThat(forwarded.timesForwarded()).isEqualTo(1);
        assertThat(forwarded.forwarded(4, 0).timesForwarded()).isEqualTo(2);
        assertThat(Message.parse(forwarded.data()).timesForwarded()).isEqualTo(1);
        for (Message message : all().toList()) {
            Map<String, Object> expected = Fields.of(message);
            expected.put("to", 3L);
            expected.put("term", 7L);
            expected.put("rejectHint", message.rejectHint() + 1);
            assertThat(Fields.of(message.forwarded(3, 7))).isEqualTo(expected);
        }
    }

    @Test
    void sizeIsCheckedWhereNoArrayIsLargeEnough() {
        Entry large = Entry.of(1, 1, new byte[1 << 20]);
        Message message = Message.append(1, 2, 5, 4, 9, Collections.nCopies(2048, large), 8);
        assertThatThrownBy(message::encodedSize)
                .isInstanceOf(MisuseException.class)
                .hasMessageContaining("array");
        assertThatThrownBy(message::data).isInstanceOf(MisuseException.class);
        assertThat(message.gather(1024)).as("nothing large is copied").hasSize(2 * 2048 + 1);
    }

    @ParameterizedTest
    @MethodSource("all")
    void comesBackFromItsBytes(Message message) {
        byte[] bytes = message.data();
        assertThat(message.encodedSize()).isEqualTo(bytes.length);
        assertThat(Message.parse(bytes)).isEqualTo(message).hasSameHashCodeAs(message);
        assertThat(Message.parse(bytes).data()).isEqualTo(bytes);

        byte[] frame = new byte[bytes.length + 5];
        assertThat(message.writeTo(frame, 2)).isEqualTo(bytes.length + 2);
        assertThat(Message.parse(frame, 2, bytes.length)).isEqualTo(message);
        assertThat(frame[0] | frame[1] | frame[bytes.length + 2]).isZero();
    }

    @ParameterizedTest
    @MethodSource("all")
    void isGatheredToTheSameBytes(Message message) {
        for (int copyBelow : new int[] {1, 2, 7, 10, 1000}) {
            List<ByteBuffer> gathered = message.gather(copyBelow);
            assertThat(joined(gathered)).as("copy below %d", copyBelow).isEqualTo(message.data());
            assertThat(gathered).allMatch(ByteBuffer::isReadOnly).allMatch(ByteBuffer::hasRemaining);
        }
        assertThat(message.gather(1000)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void gatheredEntriesAndSnapshotsAreShared() {
        Message message = Message.append(1, 2, 5, 4, 9, ENTRIES, 8);
        assertThat(message.gather(1))
                .hasSize(5)
                .contains(ENTRIES.get(0).encoding(), ENTRIES.get(1).encoding());
        assertThat(Message.snapshot(1, 2, 5, SNAPSHOT).gather(3)).hasSize(3).contains(SNAPSHOT.payload());
        assertThatThrownBy(() -> message.gather(0)).isInstanceOf(MisuseException.class);
        assertThatThrownBy(() -> message.gather(1).get(0).put(0, (byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void differsFromMessagesThatSayAnythingElse() {
        List<Message> all = all().toList();
        assertThat(all).doesNotHaveDuplicates();
        assertThat(Message.appendResponse(1, 2, 5, 9)).isNotEqualTo(Message.appendResponse(1, 2, 5, 8));
        assertThat(parse("0803")).isNotEqualTo(parse("08034a00"));
    }

    @Test
    void tellsAnEmptySnapshotFromNone() {
        assertThat(parse("").snapshot()).isNull();
        Message old = parse("080348004a0a12080a022800100018006800");
        assertThat(old.snapshot()).isEqualTo(Snapshot.EMPTY);
        assertThat(hex(old.data())).isEqualTo("08034a00");
    }

    @Test
    void mergesWhatComesTwice() {
        String first = "4a0d" + "0a0161" + "1208" + "0a020801" + "10091801";
        String second = "4a0c" + "0a0162" + "1207" + "0a0308ac02" + "1007";
        Snapshot merged = parse(first + "1005" + second + "1006").snapshot();
        assertThat(merged)
                .isEqualTo(Snapshot.of(
                        new byte[] {'b'}, SnapshotMetadata.of(ConfState.of(List.of(1L, 300L), List.of()), 7, 1)));
        assertThat(parse("1005" + "1006").to()).isEqualTo(6);
        assertThat(parse("3a00" + "1005" + "3a021001").entries()).hasSize(2);
    }

    @Test
    void keepsTypesThatThisVersionDoesNotKnow() {
        Message message = parse("0863");
        assertThat(message.type()).isEqualTo(MessageType.UNRECOGNIZED);
        assertThat(message.typeNumber()).isEqualTo(99);
        assertThat(hex(message.data())).isEqualTo("0863");
        assertThat(message).hasToString("None->None 99 Term:0 Log:0/0");
    }

    @Test
    void printsOneLineWithoutWhatEntriesHold() {
        Message append = Message.append(1, 2, 5, 4, 9, ENTRIES, 8);
        assertThat(append).hasToString("1->2 MsgApp Term:5 Log:4/9 Commit:8 Entries:2");
        assertThat(Message.storageAppend(1, HardState.EMPTY, List.of(), SNAPSHOT, List.of(append)))
                .hasToString("1->AppendThread MsgStorageAppend Term:0 Log:0/0 Snapshot:9 Responses:1");
    }

    @Test
    void contextIsCopied() {
        Message message = Message.heartbeat(1, 2, 5, 9, CONTEXT.clone());
        message.context()[0] = 0;
        assertThat(message.context()).isEqualTo(CONTEXT);
    }

    /** JVMs make no array of the largest number. */
    @Test
    void whatFitsIntoNoArrayIsNotEncoded() {
        List<Entry> entries = Collections.nCopies(2047, Entry.proposal(EntryType.NORMAL, new byte[1 << 20]));
        int largest = Integer.MAX_VALUE - 8;
        // Tag and length of the entry, tag and length of its data.
        int left = largest - Message.propose(1, 2, entries).encodedSize() - 8;
        assertThat(with(entries, left).encodedSize()).isEqualTo(largest);
        assertThatThrownBy(() -> with(entries, left + 1).data()).isInstanceOf(MisuseException.class);
    }

    private static Message with(List<Entry> entries, int bytes) {
        List<Entry> more = new ArrayList<>(entries);
        more.add(Entry.proposal(EntryType.NORMAL, new byte[bytes]));
        return Message.propose(1, 2, more);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, ProtoReader.MAX_DEPTH})
    void responsesMayNest(int depth) {
        byte[] nested = nested(depth);
        assertThat(Message.parse(nested).data()).isEqualTo(nested);
    }

    @ParameterizedTest
    @ValueSource(ints = {ProtoReader.MAX_DEPTH + 1, 10_000})
    void refusesResponsesThatNestTooDeep(int depth) {
        assertThatThrownBy(() -> Message.parse(nested(depth)))
                .isInstanceOf(MalformedBytesException.class)
                .hasMessageContaining("deeper than 64");
    }

    @Test
    void whatIsMadeNestsNoDeeperThanItCanBeReadAgain() {
        Message message = Message.snapshot(1, 2, 5, SNAPSHOT);
        for (int i = 0; i < MessageBuilder.MAX_RESPONSE_DEPTH; i++) {
            message = Message.storageApply(1, List.of(), List.of(Message.forgetLeader(1, 1), message));
        }
        assertThat(Message.parse(message.data())).isEqualTo(message);

        List<Message> deepest = List.of(message);
        assertThatThrownBy(() -> Message.storageApply(1, List.of(), deepest)).isInstanceOf(MisuseException.class);
        assertThatThrownBy(() -> Message.storageAppend(1, HardState.EMPTY, List.of(), null, deepest))
                .isInstanceOf(MisuseException.class);
    }

    /** All kinds of messages, one of each, and one that says everything. */
    static Stream<Message> all() {
        Message heartbeat = Message.heartbeat(1, 2, 5, 9, CONTEXT);
        Message stored = Message.storageAppendResponse(1, 5, 5, 300, 0, SNAPSHOT);
        return Stream.of(
                Message.propose(1, 2, ENTRIES),
                Message.append(1, 2, 5, 4, 9, ENTRIES, 8),
                Message.append(1, 2, 5, 4, 9, List.of(), 8),
                Message.appendResponse(1, 2, 5, 9),
                Message.appendRejection(1, 2, 5, 9, 3, 7),
                Message.vote(1, 2, 5, 4, 9, CONTEXT),
                Message.voteResponse(1, 2, 5, true),
                Message.preVote(1, 2, 5, 4, 9),
                Message.preVoteResponse(1, 2, 5, true),
                Message.snapshot(1, 2, 5, SNAPSHOT),
                heartbeat,
                Message.heartbeatResponse(2, 5, heartbeat),
                Message.transferLeader(1, 2, 5),
                Message.timeoutNow(1, 2, 5),
                Message.readIndex(1, 2, ENTRIES),
                Message.readIndexResponse(1, 2, 5, 9, ENTRIES),
                Message.forgetLeader(1, 2),
                Message.storageAppend(1, HardState.of(5, 2, 8), ENTRIES, SNAPSHOT, List.of(stored, heartbeat)),
                stored,
                Message.storageApply(1, ENTRIES, List.of(Message.storageApplyResponse(1, ENTRIES))),
                Message.storageApplyResponse(1, ENTRIES),
                new MessageBuilder().build(),
                new MessageBuilder(MessageType.APP, -1, -2, -3)
                        .log(-4, -5)
                        .entries(List.of(entry(-1, -1), Entry.proposal(EntryType.NORMAL, null)))
                        .commit(-6)
                        .snapshot(Snapshot.EMPTY)
                        .reject(true, -7)
                        .context(CONTEXT)
                        .vote(-8)
                        .responses(List.of(stored, new MessageBuilder().build()))
                        .build());
    }

    private static void assertFields(Message message, int type, Map<String, ?> others) {
        Map<String, Object> expected = new TreeMap<>(others);
        expected.put("type", type);
        expected.put("from", 1L);
        expected.put("to", 2L);
        assertThat(Fields.of(message)).isEqualTo(expected);
    }

    private static List<Map<String, Object>> fields(List<Entry> entries) {
        return entries.stream().map(Fields::of).toList();
    }

    private static Entry entry(long term, long index) {
        return Entry.of(term, index, ("entry " + index).getBytes(StandardCharsets.UTF_8));
    }

    private static Message parse(String hex) {
        return Message.parse(HexFormat.of().parseHex(hex));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] joined(List<ByteBuffer> buffers) {
        ByteBuffer all = ByteBuffer.allocate(
                buffers.stream().mapToInt(ByteBuffer::remaining).sum());
        buffers.forEach(buffer -> all.put(buffer.duplicate()));
        return all.array();
    }

    private static byte[] nested(int depth) {
        byte[] message = {};
        for (int i = 0; i < depth; i++) {
            byte[] outer = new byte[(int) ProtoSize.delimited(message.length)];
            new ProtoWriter(outer, 0).field(14, message);
            message = outer;
        }
        return message;
    }
}
