package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.Entry;
import io.lutra.testkit.disk.SimulatedCrash;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.SimulatedFile;
import io.lutra.testkit.disk.Survival;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged log is opened: whom it hurts is out of service and stays so, the others go on, nothing is cut. */
class DamagedLogTest {
    /** Batches begin at multiples of 512, and an entry 80 bytes after. */
    private static final int IN_AN_ENTRY = 39 * 512 + 90;

    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final SimulatedDirectory disk = new SimulatedDirectory(simulated);
    private Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);

    /** Group 1 has entries in the first segments alone, group 2 in the later ones alone, group 3 has none. */
    private void fill() {
        for (long id = 1; id <= 3; id++) {
            wal.createGroup(id, 1, Completion.NONE);
        }
        Scenes.write(wal);
        for (long i = 1; i <= 150; i++) {
            wal.group(1).append(null, Scenes.entries(i, i, 1), Completion.NONE);
            Scenes.write(wal);
        }
        for (long i = 1; i <= 150; i++) {
            wal.group(2).append(null, Scenes.entries(i, i, 1), Completion.NONE);
            Scenes.write(wal);
        }
        wal.close();
    }

    private void open() {
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
    }

    private Map<Long, String> inService() {
        Map<Long, String> found = new TreeMap<>();
        for (long id : wal.groups()) {
            if (wal.group(id).damage() == null) {
                found.put(id, LogModel.print(wal.group(id)));
            }
        }
        return found;
    }

    @Test
    void hurtsOnlyWhomTheDamagedSegmentServed() throws Exception {
        fill();
        open();
        Map<Long, String> whole = inService();
        wal.close();
        simulated.damage().flipBit(Format.segmentName(1), 8L * IN_AN_ENTRY);
        open();
        assertThat(wal.damages()).hasSize(1);
        assertThat(wal.damages().get(0).file()).isEqualTo(Format.segmentName(1));
        assertThat(wal.group(1).damage()).contains("is missing");
        assertThatThrownBy(() -> wal.group(1).entries(1, 2, 0)).isInstanceOf(DamagedLogException.class);
        assertThatThrownBy(() -> wal.group(1).append(null, Scenes.entries(151, 151, 1), Completion.NONE))
                .isInstanceOf(DamagedLogException.class);
        whole.remove(1L);
        assertThat(inService()).isEqualTo(whole).hasSize(2);
        wal.group(2).append(null, Scenes.entries(151, 151, 1), Completion.NONE);
        Scenes.write(wal);
        wal.close();
        open();
        assertThat(wal.group(1).damage()).isNotNull();
        assertThat(wal.group(2).lastIndex()).isEqualTo(151);
    }

    @Test
    void hurtsEveryGroupWhenNothingIsSaidAgainAfterIt() throws Exception {
        fill();
        long last = disk.list().stream().mapToLong(Format::segmentNumber).max().orElseThrow();
        // The last segment but the prepared one is the one that was written last; its first batches follow its
        // checkpoint.
        simulated.damage().flipBit(Format.segmentName(last - 1), 8L * (Format.SEGMENT_HEADER + 1024));
        simulated.damage().flipBit(Format.segmentName(last), 8L * (Format.SEGMENT_HEADER + 1024));
        open();
        assertThat(wal.damages()).isNotEmpty();
        assertThat(inService()).isEmpty();
        wal.close();
        open();
        assertThat(inService()).isEmpty();
        wal.dropGroup(1, Completion.NONE);
        Scenes.write(wal);
        wal.createGroup(1, 2, Completion.NONE);
        Scenes.write(wal);
        assertThat(inService()).hasSize(1);
    }

    @Test
    void noticesALostSegment() throws Exception {
        fill();
        simulated.delete(Format.segmentName(1));
        open();
        assertThat(wal.group(1).damage()).contains("is missing");
        assertThat(inService()).hasSize(2);
    }

    @Test
    void noticesThatTheSegmentWasLostThatWasWrittenLast() throws Exception {
        fillAndPrepare();
        List<String> segments = segments();
        String prepared = segments.get(segments.size() - 1);
        simulated.delete(segments.get(segments.size() - 2));
        open();
        assertThat(wal.damages()).hasSize(1);
        assertThat(wal.damages().get(0).file()).isEqualTo(segments.get(segments.size() - 2));
        assertThat(inService()).isEmpty();
        wal.createGroup(4, 1, Completion.NONE);
        Scenes.write(wal);
        Scenes.settle(wal);
        assertThat(disk.list()).as("needed no more").doesNotContain(prepared);
        wal.close();
        open();
        assertThat(inService().keySet()).containsExactly(4L);
    }

    @Test
    void noticesThatTheSegmentWasLostThatWasWrittenLastAlsoWhenNoneWasMadeAfterIt() throws Exception {
        fill();
        List<String> segments = segments();
        String lost = segments.get(segments.size() - 1);
        simulated.delete(lost);
        open();
        assertThat(wal.damages()).hasSize(1);
        assertThat(wal.damages().get(0).file()).isEqualTo(lost);
        assertThat(inService()).isEmpty();
        assertThat(segments()).as("another takes another name").doesNotContain(lost);
        wal.createGroup(4, 1, Completion.NONE);
        Scenes.write(wal);
        wal.close();
        open();
        assertThat(inService().keySet()).containsExactly(4L);
    }

    @Test
    void believesNoNameThatALogDoesNotWrite() throws Exception {
        fill();
        for (String name : List.of("7fffffffffffffff.newest", "000000007fffffff.newest", "2.newest")) {
            simulated.create(name).close();
        }
        open();
        assertThat(wal.damages()).isEmpty();
        assertThat(inService()).hasSize(3);
    }

    @Test
    void noticesThatTheLastSegmentsWereLost() throws Exception {
        fillAndPrepare();
        List<String> segments = segments();
        for (String lost : segments.subList(1, segments.size())) {
            simulated.delete(lost);
        }
        open();
        assertThat(wal.damages()).hasSize(1);
        assertThat(inService()).isEmpty();
    }

    @ParameterizedTest(name = "one was made after it: {0}")
    @ValueSource(booleans = {true, false})
    void noticesTheLostSegmentAgainAfterEveryCrashOfTheOpening(boolean oneWasMade) throws Exception {
        if (oneWasMade) {
            fillAndPrepare();
        } else {
            fill();
        }
        List<String> segments = segments();
        simulated.delete(segments.get(segments.size() - (oneWasMade ? 2 : 1)));
        simulated.syncDirectory("");
        boolean opened = false;
        for (int at = 1; !opened; at++) {
            SimulatedDisk left = simulated.copy();
            left.crashAt(at);
            opened = opens(left);
            left.crash(Survival.nothing());
            wal = Wal.open(new SimulatedDirectory(left), Scenes.IDENTITY, Scenes.SMALL);
            assertThat(inService()).as("after a crash at change %s", at).isEmpty();
        }
    }

    private static boolean opens(SimulatedDisk disk) {
        try {
            Wal.open(new SimulatedDirectory(disk), Scenes.IDENTITY, Scenes.SMALL);
            return true;
        } catch (SimulatedCrash e) {
            return false;
        }
    }

    @Test
    void refusesALogOfWhichNoSegmentIsLeft() throws Exception {
        fillAndPrepare();
        List<String> segments = segments();
        for (String name : segments.subList(0, segments.size() - 1)) {
            simulated.delete(name);
        }
        for (int left = 1; left >= 0; left--) {
            assertThat(segments()).hasSize(left);
            assertThatThrownBy(this::open)
                    .isInstanceOfSatisfying(
                            WrongDirectoryException.class,
                            e -> assertThat(e.reason()).isEqualTo(WrongDirectoryException.Reason.LOST_SEGMENTS));
            if (left == 1) {
                simulated.delete(segments.get(segments.size() - 1));
            }
        }
    }

    /** The last segment is one that was made and not begun. */
    private void fillAndPrepare() {
        fill();
        open();
        wal.prepareSegment();
        wal.close();
    }

    private List<String> segments() throws Exception {
        return disk.list().stream()
                .filter(name -> Format.segmentNumber(name) >= 0)
                .toList();
    }

    /** Found by review: it divided by the sector. */
    @Test
    void takesAHeaderWithASectorThatNoLogHasForDamage() throws Exception {
        fill();
        byte[] segment = simulated.contentOf(Format.segmentName(1));
        for (int sector : new int[] {0, -512, 256, 768, 8192}) {
            LittleEndian.putInt(segment, 20, sector);
            LittleEndian.putInt(segment, 16, Checksum.plain(segment, 20, SegmentHeader.SIZE));
            put(Format.segmentName(1), segment);
            open();
            assertThat(wal.damages()).hasSize(1);
            assertThat(wal.damages().get(0).file()).isEqualTo(Format.segmentName(1));
            assertThat(inService()).hasSizeGreaterThanOrEqualTo(2);
            wal.close();
        }
    }

    /** Found by review: an opening counted from the number of such a file, and missed the segment before the next. */
    @Test
    void passesOverFilesWithNumbersThatNoSegmentHas() throws Exception {
        fill();
        List<String> stray = List.of("7fffffffffffffff.seg", "0000000040000000.seg", "0000000000000000.seg");
        for (String name : stray) {
            simulated.create(name).close();
            put(name, new byte[32 << 10]);
        }
        open();
        assertThat(wal.damages()).isEmpty();
        assertThat(inService()).hasSize(3);
        wal.close();
        open();
        assertThat(inService()).hasSize(3);
        assertThat(disk.list()).as("they are not ours").containsAll(stray);
    }

    /** The last number is never given: the log ends before, by name. */
    @Test
    void refusesToCountBeyondTheLastNumber() throws Exception {
        fill();
        simulated.create("000000003fffffff.seg").close();
        put("000000003fffffff.seg", new byte[32 << 10]);
        assertThatThrownBy(this::open)
                .isInstanceOf(WrongDirectoryException.class)
                .hasMessageContaining("number");
    }

    /** Found by review: the opening's batch looked torn, and what it said again had been cut off before anything attested it. */
    @ParameterizedTest(name = "byte {0} of it")
    @ValueSource(ints = {0, 10, Format.BATCH_HEADER - 1})
    void losesNothingWithTheLastBatchOfAnOpening(int at) throws Exception {
        fill();
        open();
        Map<Long, String> whole = inService();
        wal.abandon();
        List<String> segments = segments();
        String last = segments.get(segments.size() - 1);
        byte[] content = simulated.contentOf(last);
        int batch = Format.SEGMENT_HEADER;
        for (int offset = batch; offset < content.length; offset += Format.MIN_SECTOR) {
            batch = LittleEndian.getInt(content, offset) == Format.BATCH_MAGIC ? offset : batch;
        }
        simulated.damage().flipBit(last, 8L * (batch + at));
        open();
        assertThat(wal.damages()).isEmpty();
        assertThat(inService()).isEqualTo(whole).hasSize(3);
    }

    @Test
    void noticesDamageUnderItsFeetWhenItReads() throws Exception {
        fill();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL.withCacheBytes(0));
        simulated.damage().flipBit(Format.segmentName(1), 8L * IN_AN_ENTRY);
        assertThatThrownBy(() -> wal.group(1).entries(1, 151, Long.MAX_VALUE))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("of group 1");
        assertThat(wal.group(2).entries(1, 151, Long.MAX_VALUE)).hasSize(150);
    }

    @Test
    void takesNoEntriesOfAnEarlierLifeForThoseOfTheNext() throws Exception {
        GroupLog first = wal.createGroup(1, 1, Completion.NONE);
        GroupLog filler = wal.createGroup(2, 1, Completion.NONE);
        filler.append(null, large(1), Completion.NONE);
        first.append(null, Scenes.entries(1, 3, 1), Completion.NONE);
        Scenes.write(wal);
        for (long index = 2; index <= 3; index++) {
            filler.append(null, large(index), Completion.NONE);
            Scenes.write(wal);
        }
        wal.dropGroup(1, Completion.NONE);
        wal.createGroup(1, 2, Completion.NONE).append(null, Scenes.entries(1, 3, 1), Completion.NONE);
        Scenes.write(wal);
        for (long index = 4; index <= 5; index++) {
            filler.append(null, large(index), Completion.NONE);
            Scenes.write(wal);
        }
        wal.close();
        simulated.delete(Format.segmentName(2));
        open();
        assertThat(wal.group(1).generation()).isEqualTo(2);
        assertThat(wal.group(1).damage()).contains("entry 1 is missing");
    }

    private static List<Entry> large(long index) {
        return List.of(Entry.of(1, index, new byte[12_000]));
    }

    @Test
    void knowsTheLifeOfAGroupWhoseBeginningWasDamaged() throws Exception {
        wal.createGroup(9, 1, Completion.NONE);
        Scenes.write(wal);
        wal.createGroup(1, 5, Completion.NONE);
        Scenes.write(wal);
        wal.group(1).append(null, Scenes.entries(1, 2, 1), Completion.NONE);
        Scenes.write(wal);
        wal.close();
        // Each batch takes a sector: that of the opening, of group 9, of group 1.
        simulated.damage().flipBit(Format.segmentName(1), 8L * (Format.SEGMENT_HEADER + 2 * 512 + 60));
        open();
        assertThat(wal.group(1).damage()).isNotNull();
        assertThat(wal.group(1).generation()).isEqualTo(5);
        wal.dropGroup(1, Completion.NONE);
        assertThatThrownBy(() -> wal.createGroup(1, 5, Completion.NONE)).isInstanceOf(WalException.class);
        assertThat(wal.createGroup(1, 6, Completion.NONE).generation()).isEqualTo(6);
    }

    /**
     * Found by the cluster: an opening cuts the rest of a torn batch off, the power is cut before that is durable, and later the
     * segment is freed that says where this one ends.
     */
    @Test
    void doesNotTakeTheRestOfATornBatchForDamage() throws Exception {
        wal.createGroup(1, 1, Completion.NONE);
        Scenes.write(wal);
        wal.group(1).append(null, Scenes.entries(1, 1, 1), Completion.NONE);
        Scenes.write(wal);
        wal.group(1).append(null, Scenes.entries(2, 30, 1), Completion.NONE);
        Scenes.write(wal);
        wal.abandon();
        int second = Format.SEGMENT_HEADER + 2 * 512; // after the first batch, and the one that made the group
        int third = second + 512;
        String first = Format.segmentName(1);
        byte[] torn = simulated.contentOf(first);
        Arrays.fill(torn, third + 512, torn.length, (byte) 0);
        put(first, torn);
        open();
        assertThat(wal.group(1).lastIndex()).isEqualTo(1);
        wal.abandon();
        Arrays.fill(torn, second, third, (byte) 0);
        put(first, torn);
        open();
        assertThat(wal.damages()).isEmpty();
        wal.abandon();
        simulated.crash(Survival.nothing());
        simulated.delete(Format.segmentName(2));
        simulated.syncDirectory("");
        open();
        assertThat(wal.damages()).isEmpty();
    }

    private void put(String name, byte[] content) throws Exception {
        try (SimulatedFile file = simulated.open(name)) {
            ByteBuffer source = ByteBuffer.wrap(content);
            while (source.hasRemaining()) {
                file.write(source.position(), source);
            }
            file.sync();
        }
    }
}
