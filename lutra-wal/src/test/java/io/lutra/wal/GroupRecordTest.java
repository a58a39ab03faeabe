package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.HardState;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.SnapshotMetadata;
import org.junit.jupiter.api.Test;

/** A group's state that does not hold together is refused before memory is taken for it. */
class GroupRecordTest {
    private static byte[] state(long offset, long last, long... starts) {
        TermRuns runs = new TermRuns();
        for (int i = 0; i < starts.length; i++) {
            runs.append(starts[i], i + 1);
        }
        return new GroupRecord(
                        GroupRecord.Status.LIVE, HardState.of(9, 1, 0), offset, 0, last, runs, SnapshotMetadata.EMPTY)
                .encode();
    }

    private static void refuses(byte[] state) {
        assertThatThrownBy(() -> GroupRecord.parse(state, 0, state.length)).isInstanceOf(MalformedBytesException.class);
    }

    @Test
    void readsWhatItWrote() {
        byte[] state = state(10, 20, 11, 15);
        assertThat(GroupRecord.parse(state, 0, state.length).encode()).isEqualTo(state);
    }

    @Test
    void refusesTermsThatDoNotBeginInOrderAtTheGroupsEntries() {
        refuses(state(10, 20, 11, 18, 15));
        refuses(state(10, 20, 11, 11));
        refuses(state(10, 20, 11, 21));
        refuses(state(10, 20, 12));
        refuses(state(10, 20));
        refuses(state(10, 10, 11));
        refuses(state(10, 9));
    }

    @Test
    void takesMemoryForNoMoreEntriesThanTheFilesHaveRoomFor() {
        GroupTable table = new GroupTable();
        table.fileBytes(1 << 20);
        byte[] huge = state(0, Long.MAX_VALUE / 2, 1);
        table.restate(RecordKind.GROUP, 1, 7, huge, 0, huge.length);
        GroupState group = table.get(7);
        assertThat(group.index().memory()).isLessThan(8 * 43_690 + 100);
        table.damageIncomplete();
        assertThat(group.damage()).contains("entry 1 is missing");
    }
}
