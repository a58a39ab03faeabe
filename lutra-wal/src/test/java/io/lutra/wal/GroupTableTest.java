package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.HardState;
import io.lutra.testkit.disk.SimulatedDisk;
import org.junit.jupiter.api.Test;

/** What a record does to its group, and what it does not. */
class GroupTableTest {
    private final GroupTable table = new GroupTable();
    private final Segment segment;

    GroupTableTest() throws Exception {
        segment = new Segment(1, new SimulatedDirectory(new SimulatedDisk(1)).create("a"), 1 << 20, 1);
    }

    private void take(RecordKind kind, int generation, byte[] body) {
        table.apply(segment, kind, generation, 7, Format.SEGMENT_HEADER, body, 0, body.length);
    }

    private void group(GroupRecord.Status status, int generation) {
        take(RecordKind.GROUP, generation, GroupRecord.empty(status).encode());
    }

    private void hardState(int generation, long term) {
        take(RecordKind.HARD_STATE, generation, GroupTable.hardState(HardState.of(term, 0, 0)));
    }

    private GroupState found() {
        GroupState found = table.get(7);
        assertThat(found).isNotNull();
        return found;
    }

    @Test
    void countsNoRecordOfALifeThatEnded() {
        group(GroupRecord.Status.LIVE, 1);
        group(GroupRecord.Status.DROPPED, 1);
        hardState(1, 5);
        assertThat(found().status()).isEqualTo(GroupRecord.Status.DROPPED);
        group(GroupRecord.Status.LIVE, 2);
        hardState(1, 5);
        assertThat(found().isLive()).isTrue();
        assertThat(found().hardState()).isEqualTo(HardState.EMPTY);
        group(GroupRecord.Status.DROPPED, 1);
        assertThat(found().isLive()).isTrue();
        assertThat(found().generation()).isEqualTo(2);
    }

    @Test
    void takesAGroupOutOfServiceWhoseBeginningIsNotThereAndKnowsItsLatestLife() {
        group(GroupRecord.Status.LIVE, 1);
        hardState(3, 5);
        hardState(2, 5);
        assertThat(found().status()).isEqualTo(GroupRecord.Status.DAMAGED);
        assertThat(found().damage()).contains("a record of generation 3 came");
        assertThat(found().generation()).isEqualTo(3);
    }
}
