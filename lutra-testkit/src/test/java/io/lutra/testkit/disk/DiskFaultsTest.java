package io.lutra.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong with a disk when it is told to. */
class DiskFaultsTest {
    private static final int SECTOR = SimulatedDisk.SECTOR_BYTES;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final DiskFaults faults = disk.faults();
    private SimulatedFile file;

    @BeforeEach
    void createFile() throws IOException {
        disk.createDirectory("d");
        file = disk.create("d/log");
        disk.syncDirectory("");
        disk.syncDirectory("d");
    }

    @ParameterizedTest
    @EnumSource(DiskOperation.class)
    void everyOperationFailsOnceOrAlways(DiskOperation operation) throws IOException {
        faults.onceAt(operation, 2, DiskFault.ERROR);
        perform(operation);
        assertThatThrownBy(() -> perform(operation)).isInstanceOfSatisfying(SimulatedIOException.class, e -> {
            assertThat(e.operation()).isEqualTo(operation);
            assertThat(e.fault()).isEqualTo(DiskFault.ERROR);
        });
        perform(operation);
        faults.always(operation, DiskFault.ERROR);
        assertThatThrownBy(() -> perform(operation)).isInstanceOf(SimulatedIOException.class);
        assertThatThrownBy(() -> perform(operation)).isInstanceOf(SimulatedIOException.class);
        faults.none();
        assertThatCode(() -> perform(operation)).doesNotThrowAnyException();
        assertThat(faults.met(operation, DiskFault.ERROR)).isEqualTo(3);
    }

    @Test
    void meetsTheNthOperationOfAnyKind() throws IOException {
        faults.onceAt(3, DiskFault.ERROR);
        file.append(bytes("a"));
        file.sync();
        assertThatThrownBy(() -> disk.list("d")).isInstanceOf(SimulatedIOException.class);
        disk.list("d");
    }

    @Test
    void aFailedWriteMayHaveWrittenAPart() throws IOException {
        BitSet sizes = new BitSet();
        for (int i = 0; i < 100; i++) {
            faults.once(DiskOperation.WRITE, DiskFault.ERROR);
            assertThatThrownBy(() -> file.append(bytes("12345"))).isInstanceOf(IOException.class);
            sizes.set((int) file.size());
            file.truncate(0);
        }
        assertThat(sizes.cardinality()).isEqualTo(6);
    }

    @Test
    void shortWritesAndReadsSaySo() throws IOException {
        faults.always(DiskOperation.WRITE, DiskFault.SHORT);
        faults.always(DiskOperation.READ, DiskFault.SHORT);
        ByteBuffer source = bytes("hello world");
        int writes = 0;
        for (; source.hasRemaining(); writes++) {
            int before = source.position();
            assertThat(file.append(source)).isPositive().isEqualTo(source.position() - before);
        }
        assertThat(writes).isGreaterThan(1);
        ByteBuffer target = ByteBuffer.allocate(11);
        int reads = 0;
        for (; target.hasRemaining(); reads++) {
            assertThat(file.read(target.position(), target)).isPositive();
        }
        assertThat(reads).isGreaterThan(1);
        assertThat(target.array()).isEqualTo("hello world".getBytes());
    }

    @Test
    void isFullAtItsCapacity() throws IOException {
        disk.capacityBytes(10);
        assertThat(file.append(bytes("1234567"))).isEqualTo(7);
        ByteBuffer rest = bytes("abcdef");
        assertThat(file.append(rest)).isEqualTo(3);
        assertThatThrownBy(() -> file.append(rest))
                .isInstanceOfSatisfying(
                        SimulatedIOException.class, e -> assertThat(e.fault()).isEqualTo(DiskFault.NO_SPACE));
        assertThatThrownBy(() -> disk.create("d/more").allocate(1)).isInstanceOf(SimulatedIOException.class);
        assertThat(file.write(0, bytes("overwrites"))).isEqualTo(10);
        file.truncate(4);
        disk.open("d/more").allocate(6);
        assertThat(disk.usedBytes()).isEqualTo(10);
        disk.delete("d/more");
        assertThat(file.append(rest)).isEqualTo(3);
    }

    @Test
    void aSyncThatLiesMakesNothingDurableYet() throws IOException {
        file.append(bytes("a"));
        faults.once(DiskOperation.SYNC, DiskFault.LOST);
        file.sync();
        SimulatedDisk copy = disk.copy();
        copy.crash(Survival.nothing());
        assertThat(copy.contentOf("d/log")).isEmpty();
        file.sync();
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("d/log")).isEqualTo("a".getBytes());
    }

    @Test
    void aDirectorySyncThatLiesMakesNothingDurableYet() throws IOException {
        disk.create("d/new");
        faults.once(DiskOperation.SYNC_DIRECTORY, DiskFault.LOST);
        disk.syncDirectory("d");
        disk.crash(Survival.nothing());
        assertThat(disk.list("d")).containsExactly("log");
    }

    @Test
    void theSyncAfterAFailedOneSucceedsAndKeepsNothing() throws IOException {
        file.allocate(100 * SECTOR);
        file.sync();
        file.write(0, bytes("b".repeat(100 * SECTOR)));
        faults.once(DiskOperation.SYNC, DiskFault.ERROR);
        assertThatThrownBy(file::sync).isInstanceOf(SimulatedIOException.class);
        file.sync();
        assertThat(disk.contentOf("d/log")).containsOnly('b');
        disk.crash(Survival.everything());
        assertThat(disk.contentOf("d/log")).contains((byte) 'b').contains((byte) 0);
    }

    @Test
    void readersSeeWhatAFailedSyncLostOnceTheCacheIsGone() throws IOException {
        file.allocate(100 * SECTOR);
        file.sync();
        file.write(0, bytes("b".repeat(100 * SECTOR)));
        faults.once(DiskOperation.SYNC, DiskFault.ERROR);
        assertThatThrownBy(file::sync).isInstanceOf(SimulatedIOException.class);
        file.write(0, bytes("c"));
        disk.dropCaches();
        assertThat(disk.contentOf("d/log")).contains((byte) 'b').contains((byte) 0);
        assertThat(disk.contentOf("d/log")[0]).isEqualTo((byte) 'c');
    }

    @Test
    void aLostWriteIsReadUntilTheCrash() throws IOException {
        file.append(bytes("a"));
        faults.once(DiskOperation.WRITE, DiskFault.LOST);
        file.write(0, bytes("b"));
        file.sync();
        assertThat(disk.contentOf("d/log")).isEqualTo("b".getBytes());
        SimulatedFile other = disk.create("d/other");
        other.allocate(2 * SECTOR);
        other.sync();
        faults.once(DiskOperation.WRITE, DiskFault.LOST);
        other.write(SECTOR, bytes("b"));
        other.sync();
        disk.syncDirectory("d");
        disk.crash(Survival.everything());
        assertThat(disk.contentOf("d/other")).containsOnly(0);
    }

    @Test
    void aLostWriteIsGoneAfterTheCrashThoughItsSectorWasWrittenAgain() throws IOException {
        file.append(bytes("a".repeat(100)));
        faults.once(DiskOperation.WRITE, DiskFault.LOST);
        file.append(bytes("b".repeat(100)));
        file.append(bytes("c".repeat(100)));
        file.sync();
        disk.syncDirectory("d");
        assertThat(disk.contentOf("d/log")).asString().isEqualTo("a".repeat(100) + "b".repeat(100) + "c".repeat(100));
        SimulatedDisk cold = disk.copy();
        cold.dropCaches();
        disk.crash(Survival.everything());
        for (SimulatedDisk found : List.of(cold, disk)) {
            assertThat(found.contentOf("d/log"))
                    .asString()
                    .isEqualTo("a".repeat(100) + "\0".repeat(100) + "c".repeat(100));
        }
    }

    @Test
    void whatIsWrittenOverALostWriteIsThereAfterTheCrash() throws IOException {
        faults.once(DiskOperation.WRITE, DiskFault.LOST);
        file.append(bytes("bbb"));
        file.write(1, bytes("c"));
        file.sync();
        disk.syncDirectory("d");
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("d/log")).asString().isEqualTo("\0c\0");
    }

    @Test
    void aMisdirectedWriteHitsAnotherSector() throws IOException {
        file.allocate(4 * SECTOR);
        faults.once(DiskOperation.WRITE, DiskFault.MISDIRECTED);
        file.write(SECTOR, bytes("b".repeat(SECTOR)));
        byte[] content = disk.contentOf("d/log");
        assertThat(Arrays.copyOfRange(content, SECTOR, 2 * SECTOR)).containsOnly(0);
        assertThat(content).contains((byte) 'b');
    }

    @Test
    void aMisdirectedReadShowsAnotherSector() throws IOException {
        file.append(bytes("a".repeat(SECTOR) + "b".repeat(SECTOR)));
        for (int i = 0; i < 20; i++) {
            faults.once(DiskOperation.READ, DiskFault.MISDIRECTED);
            ByteBuffer target = ByteBuffer.allocate(SECTOR);
            int count = file.read(0, target);
            assertThat(Arrays.copyOf(target.array(), Math.max(0, count))).doesNotContain('a');
        }
    }

    @Test
    void corruptionFlipsOneBitOfWhatIsReadOrWritten() throws IOException {
        file.append(ByteBuffer.allocate(1000));
        faults.once(DiskOperation.READ, DiskFault.CORRUPT);
        ByteBuffer target = ByteBuffer.allocate(1000);
        file.read(0, target);
        assertThat(BitSet.valueOf(target.array()).cardinality()).isEqualTo(1);
        assertThat(disk.contentOf("d/log")).containsOnly(0);
        faults.once(DiskOperation.WRITE, DiskFault.CORRUPT);
        file.write(0, ByteBuffer.allocate(1000));
        assertThat(BitSet.valueOf(disk.contentOf("d/log")).cardinality()).isEqualTo(1);
    }

    @Test
    void damageIsSeenAtOnceAndStays() throws IOException {
        file.append(bytes("a".repeat(SECTOR) + "b".repeat(SECTOR) + "c".repeat(SECTOR)));
        file.sync();
        disk.damage().flipBit("d/log", 9);
        assertThat(disk.contentOf("d/log")[1]).isEqualTo((byte) ('a' ^ 2));
        disk.damage().zeroSector("d/log", 0);
        disk.damage().swapSectors("d/log", 1, 2);
        assertThat(new String(disk.contentOf("d/log")))
                .isEqualTo("\0".repeat(SECTOR) + "c".repeat(SECTOR) + "b".repeat(SECTOR));
        disk.damage().copySector("d/log", 1, 0);
        disk.damage().truncate("d/log", 600);
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("d/log")).hasSize(600).containsOnly('c');
        long bit = disk.damage().flipAnyBit("d/log");
        assertThat(disk.contentOf("d/log")[(int) (bit / 8)]).isNotEqualTo((byte) 'c');
    }

    @Test
    void aSlowDiskTakesLonger() throws IOException {
        file.append(bytes("a"));
        file.sync();
        long usual = disk.takeElapsedNanos();
        faults.always(DiskOperation.SYNC, DiskFault.SLOW);
        file.append(bytes("a"));
        file.sync();
        assertThat(disk.takeElapsedNanos()).isGreaterThan(100 * usual);
        assertThat(disk.takeElapsedNanos()).isZero();
    }

    @Test
    void chanceMeetsAboutAsManyAsItShould() throws IOException {
        faults.sometimes(DiskOperation.SYNC, DiskFault.LOST, 0.2);
        faults.sometimes(DiskOperation.SYNC, DiskFault.SLOW, 0.1);
        for (int i = 0; i < 10_000; i++) {
            file.sync();
        }
        assertThat(faults.met(DiskOperation.SYNC, DiskFault.LOST)).isBetween(1_800L, 2_200L);
        assertThat(faults.met(DiskOperation.SYNC, DiskFault.SLOW)).isBetween(850L, 1_150L);
        assertThat(faults.met()).containsOnlyKeys(DiskFault.LOST, DiskFault.SLOW);
    }

    @Test
    void anOperationIsNotAskedToMeetWhatItCannot() {
        assertThatThrownBy(() -> faults.once(DiskOperation.READ, DiskFault.NO_SPACE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(faults.met()).isEqualTo(Map.of());
    }

    private void perform(DiskOperation operation) throws IOException {
        switch (operation) {
            case CREATE -> disk.create("d/" + disk.operations());
            case OPEN -> disk.open("d/log");
            case WRITE -> file.write(0, bytes("a"));
            case READ -> file.read(0, ByteBuffer.allocate(1));
            case TRUNCATE -> file.truncate(0);
            case ALLOCATE -> file.allocate(0);
            case SYNC -> file.sync();
            case CREATE_DIRECTORY -> disk.createDirectory("d/" + disk.operations());
            case LIST -> disk.list("d");
            case SYNC_DIRECTORY -> disk.syncDirectory("d");
            case RENAME -> disk.rename("d/log", "d/log");
            case DELETE -> {
                disk.create("d/deleted" + disk.operations());
                disk.delete("d/" + disk.list("d").get(0));
            }
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes());
    }
}
