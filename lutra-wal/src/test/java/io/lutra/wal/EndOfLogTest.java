package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A log that was closed or has failed: it has no way to the disk any more, and keeps nothing of it. */
class EndOfLogTest {
    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final WatchedDirectory disk = new WatchedDirectory(new SimulatedDirectory(simulated));
    private final Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
    private final GroupLog group = wal.createGroup(1, 1, Completion.NONE);

    {
        Scenes.write(wal);
    }

    /** Takes almost half a segment. */
    private static List<Entry> large(long index) {
        return List.of(Entry.of(1, index, new byte[14_000]));
    }

    /** Returns a hash of every file. */
    private Map<String, Integer> contents() throws IOException {
        Map<String, Integer> contents = new TreeMap<>();
        for (String name : disk.list()) {
            contents.put(name, Arrays.hashCode(simulated.contentOf(name)));
        }
        return contents;
    }

    /** Found by review: its allocator renamed a file over the segment that the next opening was writing. */
    @Test
    void changesNothingOfADirectoryThatAnotherHasOpened() throws IOException {
        GroupStorage storage = new GroupStorage(wal, group);
        for (long i = 1; i <= 3; i++) {
            group.append(null, large(i), Completion.NONE);
            Scenes.write(wal);
        }
        SnapshotWriter snapshot = group.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 1, 1));
        wal.close();
        Wal next = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        GroupLog again = next.group(1);
        again.append(null, large(4), Completion.NONE);
        Scenes.write(next);
        Map<String, Integer> before = contents();
        assertThatThrownBy(() -> storage.append(large(4))).hasMessageContaining("closed");
        assertThatThrownBy(() -> storage.createSnapshot(2, ConfState.EMPTY, new byte[10]))
                .hasMessageContaining("closed");
        assertThatThrownBy(snapshot::commit).hasMessageContaining("closed");
        assertThatThrownBy(wal::maintain).hasMessageContaining("closed");
        assertThatThrownBy(wal::prepareSegment).hasMessageContaining("closed");
        assertThat(contents()).isEqualTo(before);
        next.close();
    }

    /** Found by review: the next write of the log was acknowledged, in a segment without a checkpoint. */
    @Test
    void acknowledgesNothingAfterAnErrorOfTheVirtualMachine() {
        group.append(null, large(1), Completion.NONE);
        Scenes.write(wal);
        Scenes.settle(wal);
        disk.watch((operation, name) -> {
            if (operation.equals("write")) {
                throw new OutOfMemoryError("there is no memory for a buffer");
            }
        });
        group.append(null, large(2), Completion.NONE);
        assertThatThrownBy(wal::doWork).isInstanceOf(OutOfMemoryError.class);
        disk.watch(WatchedDirectory.NOBODY);
        assertThatThrownBy(wal::doWork).isInstanceOf(LogFailedException.class);
        wal.close();
        try (Wal again = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL)) {
            assertThat(again.damages()).isEmpty();
            assertThat(again.group(1).lastIndex()).isEqualTo(1);
        }
    }

    @Test
    void leavesNoFileOpenWhenTheFirstBatchOfASegmentFailed() {
        group.append(null, large(1), Completion.NONE);
        Scenes.write(wal);
        Scenes.settle(wal);
        disk.watch((operation, name) -> {
            if (operation.equals("write")) {
                throw new IOException("no write");
            }
        });
        group.append(null, large(2), Completion.NONE);
        assertThatThrownBy(wal::doWork).isInstanceOf(LogFailedException.class);
        wal.close();
        assertThat(disk.openFiles()).isEmpty();
    }

    @Test
    void leavesNoFileOpenWhenAnOpeningFailed() {
        wal.close();
        for (String failing : List.of("create", "write", "sync", "rename", "truncate")) {
            disk.watch((operation, name) -> {
                if (operation.equals(failing) && !name.startsWith(Format.IDENTITY)) {
                    throw new IOException("no " + operation);
                }
            });
            assertThatThrownBy(() -> Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL))
                    .as(failing)
                    .isInstanceOf(WrongDirectoryException.class);
            assertThat(disk.openFiles()).as(failing).isEmpty();
        }
        disk.watch(WatchedDirectory.NOBODY);
        Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL).close();
    }

    @Test
    void givesTheDirectoryFreeAlsoWhenAFileCannotBeClosed() {
        disk.watch((operation, name) -> {
            if (operation.equals("closed")) {
                throw new IOException("no close");
            }
        });
        assertThatThrownBy(wal::close).hasRootCauseMessage("no close");
        assertThat(disk.openFiles()).isEmpty();
        disk.watch(WatchedDirectory.NOBODY);
        Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL).close();
    }
}
