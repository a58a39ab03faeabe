package io.lutra.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a disk keeps through a power cut: all that was synced, and of the rest any part. */
class SimulatedDiskTest {
    private static final int SECTOR = SimulatedDisk.SECTOR_BYTES;

    private final SimulatedDisk disk = new SimulatedDisk(1);

    @Test
    void readsWhatWasWritten() throws IOException {
        SimulatedFile file = disk.create("log");
        assertThat(file.append(bytes("hello"))).isEqualTo(5);
        assertThat(file.write(7, bytes("world"))).isEqualTo(5);
        ByteBuffer read = ByteBuffer.allocate(20);
        assertThat(file.read(3, read)).isEqualTo(9);
        assertThat(Arrays.copyOf(read.array(), 9)).isEqualTo("lo\0\0world".getBytes());
        assertThat(file.read(12, ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(file.size()).isEqualTo(12);
        assertThat(disk.usedBytes()).isEqualTo(12);
    }

    @Test
    void namesFollowTheRulesOfAFileSystem() throws IOException {
        disk.createDirectory("a");
        disk.create("a/x").append(bytes("x"));
        disk.create("b").append(bytes("bb"));
        assertThat(disk.list("")).containsExactly("a", "b");
        assertThat(disk.list("a")).containsExactly("x");
        assertThatThrownBy(() -> disk.create("b")).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk.open("c")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.create("c/d")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.open("a")).isInstanceOf(FileSystemException.class);
        assertThatThrownBy(() -> disk.delete("a")).isInstanceOf(FileSystemException.class);
        assertThatThrownBy(() -> disk.rename("b", "a")).isInstanceOf(FileSystemException.class);
        disk.rename("b", "a/x");
        assertThat(disk.contentOf("a/x")).isEqualTo("bb".getBytes());
        assertThat(disk.usedBytes()).isEqualTo(2);
        disk.delete("a/x");
        disk.delete("a");
        assertThat(disk.list("")).isEmpty();
        assertThat(disk.usedBytes()).isZero();
    }

    @Test
    void losesAFileWhoseDirectoryWasNotSynced() throws IOException {
        disk.create("log").append(bytes("hello"));
        disk.open("log").sync();
        disk.crash(Survival.nothing());
        assertThat(disk.list("")).isEmpty();
    }

    @Test
    void losesTheBytesOfAFileThatWasNotSynced() throws IOException {
        disk.create("log").append(bytes("hello"));
        disk.syncDirectory("");
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("log")).isEmpty();
    }

    @Test
    void keepsWhatWasSynced() throws IOException {
        SimulatedFile file = synced("log", "hello");
        file.append(bytes(" world"));
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("log")).isEqualTo("hello".getBytes());
    }

    @Test
    void keepsEverythingIfEverythingSurvives() throws IOException {
        disk.createDirectory("d");
        disk.create("d/log").append(bytes("hello"));
        disk.crash(Survival.everything());
        assertThat(disk.contentOf("d/log")).isEqualTo("hello".getBytes());
    }

    @Test
    void whatSurvivedACrashSurvivesTheNext() throws IOException {
        disk.create("log").append(bytes("hello"));
        disk.crash(Survival.everything());
        assertThat(disk.unsyncedUnits()).isZero();
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("log")).isEqualTo("hello".getBytes());
    }

    @Test
    void keepsAnySubsetOfSectors() throws IOException {
        SimulatedFile file = synced("log", "a".repeat(3 * SECTOR));
        file.write(0, bytes("b".repeat(3 * SECTOR)));
        assertThat(disk.unsyncedUnits()).isEqualTo(3);
        Set<String> outcomes = new TreeSet<>();
        for (Survival survival : Survival.variants(3, 8, 0)) {
            SimulatedDisk copy = disk.copy();
            copy.crash(survival);
            outcomes.add(sectors(copy.contentOf("log")));
        }
        assertThat(outcomes).containsExactly("aaa", "aab", "aba", "abb", "baa", "bab", "bba", "bbb");
    }

    @Test
    void tearsASectorIntoNewAndOldBytes() throws IOException {
        SimulatedFile file = synced("log", "a".repeat(SECTOR));
        file.write(0, bytes("b".repeat(SECTOR)));
        Set<Boolean> frontIsNew = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            SimulatedDisk copy = disk.copy();
            copy.crash(Survival.tornAt(0, seed));
            String torn = new String(copy.contentOf("log"));
            assertThat(torn).hasSize(SECTOR).matches("a+b+|b+a+");
            frontIsNew.add(torn.startsWith("b"));
        }
        assertThat(frontIsNew).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void sizeAndBytesSurviveApart() throws IOException {
        SimulatedFile file = synced("log", "");
        file.append(bytes("b".repeat(SECTOR)));
        assertThat(disk.unsyncedUnits()).isEqualTo(2);
        SimulatedDisk sizeAlone = disk.copy();
        sizeAlone.crash(Survival.only(0));
        assertThat(sizeAlone.contentOf("log")).isEqualTo(new byte[SECTOR]);
        SimulatedDisk bytesAlone = disk.copy();
        bytesAlone.crash(Survival.only(1));
        assertThat(bytesAlone.contentOf("log")).isEmpty();
    }

    @Test
    void aSizeInBetweenSurvives() throws IOException {
        SimulatedFile file = synced("log", "");
        for (int i = 0; i < 10; i++) {
            file.append(bytes("b".repeat(100)));
        }
        Set<Integer> sizes = new TreeSet<>();
        for (int seed = 0; seed < 100; seed++) {
            SimulatedDisk copy = disk.copy();
            copy.crash(Survival.tornAt(0, seed));
            sizes.add(copy.contentOf("log").length);
        }
        assertThat(sizes).hasSizeGreaterThan(10).allMatch(size -> size >= 0 && size <= 1000);
    }

    @Test
    void anUnsyncedTruncationMaySurviveOrNot() throws IOException {
        SimulatedFile file = synced("log", "a".repeat(2 * SECTOR));
        file.truncate(10);
        SimulatedDisk lost = disk.copy();
        lost.crash(Survival.nothing());
        assertThat(lost.contentOf("log")).isEqualTo("a".repeat(2 * SECTOR).getBytes());
        SimulatedDisk kept = disk.copy();
        kept.crash(Survival.everything());
        assertThat(kept.contentOf("log")).isEqualTo("a".repeat(10).getBytes());
        file.sync();
        file.allocate(20);
        file.sync();
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("log")).isEqualTo(Arrays.copyOf("a".repeat(10).getBytes(), 20));
    }

    @Test
    void aRenameSurvivesWholeOrNotAtAll() throws IOException {
        synced("new", "new");
        synced("old", "old");
        disk.rename("new", "old");
        assertThat(disk.unsyncedUnits()).isEqualTo(1);
        SimulatedDisk lost = disk.copy();
        lost.crash(Survival.nothing());
        assertThat(lost.list("")).containsExactly("new", "old");
        assertThat(lost.contentOf("old")).isEqualTo("old".getBytes());
        SimulatedDisk kept = disk.copy();
        kept.crash(Survival.everything());
        assertThat(kept.list("")).containsExactly("old");
        assertThat(kept.contentOf("old")).isEqualTo("new".getBytes());
        disk.syncDirectory("");
        disk.crash(Survival.nothing());
        assertThat(disk.list("")).containsExactly("old");
    }

    @Test
    void changesOfDifferentNamesSurviveInAnyCombination() throws IOException {
        synced("old", "");
        disk.delete("old");
        disk.create("new");
        Set<List<String>> outcomes = new HashSet<>();
        for (Survival survival : Survival.variants(disk.unsyncedUnits(), 4, 0)) {
            SimulatedDisk copy = disk.copy();
            copy.crash(survival);
            outcomes.add(copy.list(""));
        }
        assertThat(outcomes)
                .containsExactlyInAnyOrder(List.of("old"), List.of(), List.of("new", "old"), List.of("new"));
    }

    @Test
    void changesOfOneNameSurviveInOrder() throws IOException {
        synced("a", "first");
        disk.rename("a", "b");
        disk.create("a");
        disk.crash(Survival.allBut(0));
        assertThat(disk.list("")).containsExactly("a");
        assertThat(disk.contentOf("a")).isEqualTo("first".getBytes());
    }

    @Test
    void syncingADirectoryTakesAlongWhatItNeedsFromOthers() throws IOException {
        disk.createDirectory("from");
        disk.createDirectory("to");
        disk.syncDirectory("");
        disk.create("from/x");
        disk.rename("from/x", "to/x");
        disk.create("from/y");
        disk.syncDirectory("to");
        disk.crash(Survival.nothing());
        assertThat(disk.list("to")).containsExactly("x");
        assertThat(disk.list("from")).isEmpty();
    }

    @Test
    void filesOfADirectoryThatWasNotSyncedGoWithIt() throws IOException {
        disk.createDirectory("d");
        disk.create("d/x").sync();
        disk.syncDirectory("d");
        disk.crash(Survival.nothing());
        assertThat(disk.exists("d")).isFalse();
    }

    @Test
    void aDeletedFileComesBackWithItsBytes() throws IOException {
        synced("log", "hello");
        disk.delete("log");
        disk.create("log").append(bytes("new"));
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("log")).isEqualTo("hello".getBytes());
        assertThat(disk.usedBytes()).isEqualTo(5);
    }

    @Test
    void aKilledProcessLosesNothingButNothingIsSyncedByThat() throws IOException {
        SimulatedFile file = synced("log", "hello");
        file.append(bytes(" world"));
        disk.kill();
        assertThat(disk.contentOf("log")).isEqualTo("hello world".getBytes());
        assertThatThrownBy(file::sync).isInstanceOf(SimulatedCrash.class);
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("log")).isEqualTo("hello".getBytes());
    }

    @Test
    void whatWasWrittenBackBeforeALaterWriteMaySurviveItsLoss() throws IOException {
        SimulatedFile file = synced("log", "1");
        file.write(0, bytes("2"));
        disk.writeBack(Survival.everything());
        file.write(0, bytes("3"));
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("log")).isEqualTo("2".getBytes());
    }

    @Test
    void crashesBeforeTheNthChange() throws IOException {
        SimulatedFile file = synced("log", "");
        disk.crashAt(2);
        file.append(bytes("a"));
        file.read(0, ByteBuffer.allocate(1));
        assertThatThrownBy(file::sync).isInstanceOf(SimulatedCrash.class).hasMessageContaining("SYNC log");
        assertThatThrownBy(() -> disk.list("")).isInstanceOf(SimulatedCrash.class);
        disk.crash(Survival.nothing());
        assertThat(disk.contentOf("log")).isEmpty();
    }

    @Test
    void aCopyIsApart() throws IOException {
        SimulatedFile file = synced("log", "a");
        file.write(0, bytes("b"));
        SimulatedDisk copy = disk.copy();
        file.write(0, bytes("c"));
        file.sync();
        disk.create("new");
        assertThat(copy.contentOf("log")).isEqualTo("b".getBytes());
        assertThat(copy.list("")).containsExactly("log");
        copy.crash(Survival.nothing());
        assertThat(copy.contentOf("log")).isEqualTo("a".getBytes());
    }

    @Test
    void thePossibleOutcomesOfOneSeedAreTheSameEveryTime() throws IOException {
        synced("log", "a".repeat(10_000)).write(0, bytes("b".repeat(10_000)));
        for (Survival survival : Survival.variants(disk.unsyncedUnits(), 100, 7)) {
            SimulatedDisk one = disk.copy();
            SimulatedDisk other = disk.copy();
            one.crash(survival);
            other.crash(survival);
            assertThat(one.contentOf("log")).as(survival.toString()).isEqualTo(other.contentOf("log"));
        }
    }

    private SimulatedFile synced(String path, String content) throws IOException {
        SimulatedFile file = disk.create(path);
        file.append(bytes(content));
        file.sync();
        disk.syncDirectory("");
        return file;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes());
    }

    /** Returns the first letter of every sector. */
    private static String sectors(byte[] content) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < content.length; i += SECTOR) {
            letters.append((char) content[i]);
        }
        return letters.toString();
    }
}
