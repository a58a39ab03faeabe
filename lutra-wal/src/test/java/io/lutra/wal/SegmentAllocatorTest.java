package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import io.lutra.testkit.disk.DiskFault;
import io.lutra.testkit.disk.DiskOperation;
import io.lutra.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The next segment is as large as its header says, has its name once, and waits for room without harm to the log. */
class SegmentAllocatorTest {
    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final SimulatedDirectory disk = new SimulatedDirectory(simulated);
    private Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
    private final GroupLog group = wal.createGroup(1, 1, Completion.NONE);
    private long last;
    private int groups = 1;

    private void addGroups(int count) {
        for (int i = 0; i < count; i++) {
            wal.createGroup(++groups, 1, Completion.NONE);
        }
        Scenes.write(wal);
    }

    private void append() {
        group.append(null, List.of(Entry.of(1, ++last, new byte[2_000])), Completion.NONE);
        if (wal.doWork() == 0) { // a full disk is asked again
            Scenes.write(wal);
        }
    }

    private void compact() {
        Scenes.settle(wal);
        group.compact(last - 1, Completion.NONE);
        Scenes.write(wal);
        Scenes.settle(wal);
    }

    private void fillSegments(int count) {
        for (long size = wal.sizeBytes(); wal.sizeBytes() < size + count * (long) Scenes.SMALL.segmentSize(); ) {
            append();
        }
    }

    /** Returns the segments whose files are not as large as they say. */
    private List<String> missized() throws IOException {
        List<String> missized = new ArrayList<>();
        for (String name : disk.list()) {
            if (Format.segmentNumber(name) >= 0) {
                byte[] content = simulated.contentOf(name);
                SegmentHeader header = SegmentHeader.read(content, 0x1234_5678_9abc_def0L, Format.segmentNumber(name));
                if (header == null || header.size() != content.length) {
                    missized.add(name + " of " + content.length + " bytes: " + header);
                }
            }
        }
        return missized;
    }

    /** Found by review: it was given the new size and not made larger, and all groups were out of service after a clean close. */
    @Test
    void doesNotUseAFreedSegmentAgainWhenSegmentsHaveBecomeLarger() throws Exception {
        addGroups(150);
        fillSegments(2);
        compact();
        assertThat(disk.list()).contains("spare.tmp");
        addGroups(100);
        for (int i = 0; i < 60; i++) {
            append();
            Scenes.settle(wal);
            assertThat(missized()).isEmpty();
        }
        wal.close();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        assertThat(wal.damages()).isEmpty();
        assertThat(wal.groups())
                .hasSize(groups)
                .allSatisfy(id -> assertThat(wal.group(id).damage()).isNull());
    }

    /** Found by review: what had its name already was looked for under the temporary one, and the log failed. */
    @Test
    void goesOnWhenTheDiskHasNoRoomForAName() throws Exception {
        for (int refused = 1; refused <= 12; refused++) {
            simulated.faults().onceAt(DiskOperation.RENAME, refused % 3 + 1, DiskFault.NO_SPACE);
            fillSegments(2);
            compact();
        }
        wal.close();
        assertThat(simulated.faults().met(DiskOperation.RENAME, DiskFault.NO_SPACE))
                .isEqualTo(12);
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        assertThat(wal.damages()).isEmpty();
        assertThat(wal.group(1).lastIndex()).isEqualTo(last);
    }
}
