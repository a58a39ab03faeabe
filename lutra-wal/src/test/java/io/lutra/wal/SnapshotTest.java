package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotOutOfDateException;
import io.lutra.raft.UnavailableException;
import io.lutra.testkit.disk.SimulatedDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshot files: whole or refused, kept while they are needed or read. */
class SnapshotTest {
    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final SimulatedDirectory disk = new SimulatedDirectory(simulated);
    private Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
    private GroupLog group = wal.createGroup(1, 1, Completion.NONE);

    {
        group.append(null, Scenes.entries(1, 100, 1), Completion.NONE);
        Scenes.write(wal);
    }

    private List<String> files() throws Exception {
        return disk.list().stream().filter(SnapshotFile::isName).toList();
    }

    private void reopen() {
        wal.close();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        group = wal.group(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void keepsAsManyAsConfigured(int kept) throws Exception {
        wal.close();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL.withSnapshotsKept(kept));
        group = wal.group(1);
        for (long index = 10; index <= 60; index += 10) {
            Scenes.snapshot(group, index, "state " + index);
            Scenes.write(wal);
        }
        Scenes.settle(wal);
        assertThat(files()).hasSize(kept);
        reopen();
        try (SnapshotReader reader = group.openSnapshot()) {
            assertThat(reader.readAllBytes()).isEqualTo(Scenes.data("state 60"));
        }
    }

    @Test
    void keepsOneThatIsBeingRead() throws Exception {
        Scenes.snapshot(group, 10, "state 10");
        Scenes.write(wal);
        SnapshotReader reader = group.openSnapshot();
        for (long index = 20; index <= 60; index += 10) {
            Scenes.snapshot(group, index, "state " + index);
            Scenes.write(wal);
        }
        Scenes.settle(wal);
        assertThat(files()).hasSize(3);
        assertThat(reader.readAllBytes()).isEqualTo(Scenes.data("state 10"));
        reader.close();
        Scenes.settle(wal);
        assertThat(files()).hasSize(2);
    }

    /** Found by review: whoever removed one by hand that was to be deleted ended the log. */
    @Test
    void goesOnWhenOneThatIsNotNeededIsGoneAlready() throws Exception {
        for (long index = 10; index <= 40; index += 10) {
            Scenes.snapshot(group, index, "state " + index);
            Scenes.write(wal);
        }
        simulated.delete(files().get(0));
        Scenes.settle(wal);
        assertThat(files()).hasSize(2);
        assertThat(group.lastIndex()).isEqualTo(100);
    }

    /** Found by review: the one who writes waited for it with the lock that everyone asks for. */
    @Test
    void holdsUpNobodyWhileOneIsDeleted() throws Exception {
        wal.close();
        WatchedDirectory watched = new WatchedDirectory(disk);
        wal = Wal.open(watched, Scenes.IDENTITY, Scenes.SMALL);
        group = wal.group(1);
        for (long index = 10; index <= 40; index += 10) {
            Scenes.snapshot(group, index, "state " + index);
            Scenes.write(wal);
        }
        Scenes.snapshot(group, 50, "state 50");
        List<Long> seen = new ArrayList<>();
        watched.watch((operation, name) -> {
            if (operation.equals("delete") && seen.isEmpty()) {
                Thread writer = new Thread(() -> {
                    Scenes.write(wal);
                    seen.add(group.snapshot().index());
                });
                writer.start();
                try {
                    writer.join(TimeUnit.SECONDS.toMillis(10));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
        Scenes.settle(wal);
        assertThat(seen).containsExactly(50L);
    }

    private SnapshotFile made(long index, long term) {
        try (SnapshotWriter writer = group.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, index, term))) {
            return writer.commit();
        }
    }

    @Test
    void refusesToMarkOneOfWhatTheLogDoesNotHave() {
        assertThatThrownBy(() -> group.mark(made(101, 1), Completion.NONE))
                .as("it is after the last entry")
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> group.mark(made(50, 2), Completion.NONE))
                .as("the log has another term there")
                .isInstanceOf(WalException.class)
                .hasMessageContaining("term");
        group.compact(70, Completion.NONE);
        assertThatThrownBy(() -> group.mark(made(50, 1), Completion.NONE))
                .as("it would not cover what was compacted")
                .isInstanceOf(CompactedException.class);
        Scenes.write(wal);
        assertThat(group.snapshot().index()).isZero();
        group.mark(made(70, 1), Completion.NONE);
        Scenes.write(wal);
        assertThat(group.snapshot().index()).isEqualTo(70);
    }

    /** To install one of them would drop entries that were committed, or acknowledged to a leader. */
    @Test
    void refusesToInstallOneOfWhatTheLogHas() {
        group.append(HardState.of(2, 1, 40), List.of(), Completion.NONE);
        for (SnapshotFile file : List.of(made(30, 2), made(40, 2), made(40, 1), made(60, 1), made(100, 1))) {
            assertThatThrownBy(() -> group.install(file, Completion.NONE))
                    .as("%s", file)
                    .isInstanceOf(SnapshotOutOfDateException.class);
        }
        Scenes.write(wal);
        assertThat(group.lastIndex()).isEqualTo(100);
        // The leader's log has another entry there: what is here from there on never was committed.
        group.install(made(60, 2), Completion.NONE);
        Scenes.write(wal);
        assertThat(group.firstIndex()).isEqualTo(61);
        assertThat(group.lastIndex()).isEqualTo(60);
    }

    @Test
    void refusesToInstallOneOfWhatWasCompacted() {
        group.compact(70, Completion.NONE);
        assertThatThrownBy(() -> group.install(made(50, 2), Completion.NONE))
                .isInstanceOf(SnapshotOutOfDateException.class);
    }

    @Test
    void removesOneOfAGroupThatNeverWas() throws Exception {
        GroupLog other = wal.createGroup(2, 1, Completion.NONE);
        try (SnapshotWriter writer = other.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 5, 1))) {
            writer.commit();
        }
        wal.abandon();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        assertThat(wal.group(2)).isNull();
        Scenes.settle(wal);
        assertThat(files()).isEmpty();
    }

    /** Found by review: the batch of the drop came before that of the snapshot, whose file it made obsolete. */
    @ParameterizedTest(name = "it is {0} when the drop is written")
    @ValueSource(strings = {"begun", "committed", "installed"})
    void keepsOneOfTheNextLifeThatWasMadeWhileTheEndOfTheLastWasOnItsWay(String state) throws Exception {
        GroupLog other = wal.createGroup(2, 1, Completion.NONE);
        Scenes.write(wal);
        wal.dropGroup(1, Completion.NONE);
        // Takes a batch: so the drop is written before what follows.
        other.append(null, List.of(Entry.of(1, 1, new byte[12_000])), Completion.NONE);
        GroupLog next = wal.createGroup(1, 2, Completion.NONE);
        SnapshotWriter writer = next.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 50, 5));
        SnapshotFile file = state.equals("begun") ? null : writer.commit();
        if (state.equals("installed")) {
            next.install(file, Completion.NONE);
        }
        wal.doWork();
        assertThat(wal.hasWork()).isTrue();
        Scenes.settle(wal);
        if (!state.equals("installed")) {
            next.install(file == null ? writer.commit() : file, Completion.NONE);
            Scenes.settle(wal);
        }
        assertThat(files()).hasSize(1);
        reopen();
        assertThat(group.damage()).isNull();
        try (SnapshotReader reader = group.openSnapshot()) {
            assertThat(reader.metadata().index()).isEqualTo(50);
        }
    }

    /** Nothing of the life that ended stays, also what was made when its end was queued already. */
    @Test
    void removesThoseOfALifeThatEnded() throws Exception {
        Scenes.snapshot(group, 10, "state 10");
        SnapshotWriter writer = group.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 50, 1));
        wal.dropGroup(1, Completion.NONE);
        writer.commit();
        GroupLog next = wal.createGroup(1, 2, Completion.NONE);
        next.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 60, 1)).commit();
        wal.dropGroup(1, Completion.NONE);
        assertThat(files()).hasSize(3);
        Scenes.settle(wal);
        assertThat(files()).isEmpty();
    }

    @Test
    void leavesNothingOfOneThatWasNotFinished() throws Exception {
        List<String> before = disk.list();
        try (SnapshotWriter writer = group.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 5, 1))) {
            writer.write(new byte[200_000]);
        }
        assertThat(disk.list()).isEqualTo(before);
    }

    @Test
    void removesOneThatWasNeverMarked() throws Exception {
        Scenes.snapshot(group, 10, "state 10");
        Scenes.write(wal);
        try (SnapshotWriter writer = group.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 50, 1))) {
            writer.commit();
        }
        assertThat(files()).hasSize(2);
        reopen();
        Scenes.settle(wal);
        assertThat(files()).hasSize(1);
        assertThat(group.snapshot().index()).isEqualTo(10);
    }

    /** Found by a power cut: the file of before the crash waited to be deleted, and its successor of the same name went. */
    @Test
    void keepsOneThatIsMadeAgainUnderTheNameOfOneNeverMarked() throws Exception {
        try (SnapshotWriter writer = group.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 50, 1))) {
            writer.commit();
        }
        reopen();
        Scenes.snapshot(group, 50, "state 50");
        Scenes.write(wal);
        Scenes.settle(wal);
        reopen();
        try (SnapshotReader reader = group.openSnapshot()) {
            assertThat(reader.readAllBytes()).isEqualTo(Scenes.data("state 50"));
        }
    }

    /** Found by the cluster: a node that starts with its snapshot as what it has applied is refused a lower commit index. */
    @Test
    void raisesTheCommitIndexThatANodeStartsWith() {
        Scenes.snapshot(group, 60, "state 60");
        Scenes.write(wal);
        assertThat(group.hardState().commit()).isEqualTo(60);
        reopen();
        assertThat(group.hardState().commit()).isEqualTo(60);
    }

    @Test
    void refusesOneThatIsOlder() {
        Scenes.snapshot(group, 20, "state 20");
        assertThatThrownBy(() -> Scenes.snapshot(group, 20, "again")).isInstanceOf(SnapshotOutOfDateException.class);
    }

    @Test
    void takesAGroupOutOfServiceWhoseFileIsMissing() throws Exception {
        Scenes.snapshot(group, 20, "state 20");
        wal.close();
        simulated.delete(files().get(0));
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        group = wal.group(1);
        assertThat(group.damage()).contains("is missing");
        assertThatThrownBy(() -> group.lastIndex()).isInstanceOf(DamagedLogException.class);
        wal.dropGroup(1, Completion.NONE);
        Scenes.write(wal);
        assertThat(wal.createGroup(1, 2, Completion.NONE).id()).isEqualTo(1);
    }

    @Test
    void refusesOneThatWasMadeBeforeTheLogWasOpened() throws Exception {
        SnapshotFile made;
        try (SnapshotWriter writer = group.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 50, 1))) {
            made = writer.commit();
        }
        reopen();
        assertThatThrownBy(() -> group.mark(made, Completion.NONE))
                .isInstanceOf(WalException.class)
                .hasMessageContaining("is not there");
        assertThatThrownBy(() -> group.install(made, Completion.NONE)).isInstanceOf(WalException.class);
        Scenes.settle(wal);
        assertThat(files()).isEmpty();
    }

    /** The record that marked the newest one is damaged, and the log knows only of the one before. */
    @Test
    void keepsThoseOfAGroupThatIsOutOfServiceUntilItIsDropped() throws Exception {
        Scenes.snapshot(group, 10, "state 10");
        Scenes.write(wal);
        Scenes.snapshot(group, 50, "state 50");
        group.compact(50, Completion.NONE);
        Scenes.write(wal);
        wal.close();
        List<String> before = files();
        assertThat(before).hasSize(2);
        simulated.damage().flipBit(Format.segmentName(1), 8L * lastButOneBatch() + 8L * Format.BATCH_HEADER);
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        assertThat(wal.group(1).damage()).isNotNull();
        Scenes.settle(wal);
        assertThat(files()).isEqualTo(before);
        wal.dropGroup(1, Completion.NONE);
        Scenes.write(wal);
        Scenes.settle(wal);
        assertThat(files()).isEmpty();
    }

    private int lastButOneBatch() throws Exception {
        byte[] segment = simulated.contentOf(Format.segmentName(1));
        int last = 0;
        int before = 0;
        for (int at = Format.SEGMENT_HEADER; at < segment.length; at += Format.MIN_SECTOR) {
            if (LittleEndian.getInt(segment, at) == Format.BATCH_MAGIC) {
                before = last;
                last = at;
            }
        }
        return before;
    }

    /** Every bit flipped, every truncation, chunks swapped: refused, and no byte given that was not written (S11). */
    @Test
    void refusesEveryDamage() throws Exception {
        byte[] state = new byte[3000];
        new Random(5).nextBytes(state);
        SnapshotMetadata metadata = SnapshotMetadata.of(ConfState.of(List.of(1L, 2L), List.of(3L)), 50, 1);
        SnapshotFile file;
        try (SnapshotWriter writer = group.newSnapshot(metadata)) {
            writer.write(state);
            file = writer.commit();
        }
        byte[] content = simulated.contentOf(files().get(0));
        assertThat(read(file, content)).isEqualTo(state);
        long refused = 0;
        for (int at = 0; at < content.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                content[at] ^= (byte) (1 << bit);
                refused += refuses(file, content, "bit " + bit + " of " + at);
                content[at] ^= (byte) (1 << bit);
            }
            refused += refuses(file, Arrays.copyOf(content, at), "size " + at);
        }
        refused += refuses(file, Arrays.copyOf(content, content.length + 1), "a byte more");
        assertThat(refused).isEqualTo(9L * content.length + 1);
    }

    /** Found by review: the length was believed before its sum was known, and so much memory taken. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 2 << 20, 0x4000_0000, Integer.MAX_VALUE})
    void takesNoMemoryOnTheWordOfADamagedLength(int length) throws Exception {
        SnapshotFile file = made(50, 1);
        byte[] content = simulated.contentOf(file.name());
        LittleEndian.putInt(content, 20, length);
        AtomicInteger most = new AtomicInteger();
        DiskFile large = new DamagedLargeFile(content, most);
        assertThatThrownBy(() -> new SnapshotReader(file.name(), large, 0x1234_5678_9abc_def0L, () -> {}))
                .isInstanceOf(DamagedSnapshotException.class);
        assertThat(most.get()).isLessThanOrEqualTo(1 << 20);
    }

    /** Says that it has 5 GiB. */
    private record DamagedLargeFile(byte[] content, AtomicInteger most) implements DiskFile {
        @Override
        public long size() {
            return 5L << 30;
        }

        @Override
        public int read(ByteBuffer target, long offset) {
            most.accumulateAndGet(target.remaining(), Math::max);
            int count = (int) Math.max(0, Math.min(target.remaining(), content.length - offset));
            target.put(content, (int) offset, count);
            return count;
        }

        @Override
        public void write(ByteBuffer source, long offset) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sync() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    /** What is written can be read. */
    @Test
    void makesNoneOfAMembershipThatNoReaderWouldTake() throws Exception {
        List<Long> members = LongStream.range(1, 400_000).boxed().toList();
        List<String> before = disk.list();
        assertThatThrownBy(() -> group.newSnapshot(SnapshotMetadata.of(ConfState.of(members, List.of()), 50, 1)))
                .isExactlyInstanceOf(WalException.class)
                .hasMessageContaining("membership");
        assertThat(disk.list()).isEqualTo(before);
    }

    private static int refuses(SnapshotFile file, byte[] content, String what) {
        try {
            read(file, content);
        } catch (DamagedSnapshotException e) {
            return 1;
        }
        throw new AssertionError(what + " was not noticed");
    }

    private static byte[] read(SnapshotFile file, byte[] content) {
        FrozenDirectory directory = new FrozenDirectory(Map.of(file.name(), content));
        DiskFile opened = directory.openToRead(file.name());
        try (SnapshotReader reader = new SnapshotReader(file.name(), opened, 0x1234_5678_9abc_def0L, () -> {})) {
            return reader.readAllBytes();
        }
    }
}
