package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.wal.WrongDirectoryException.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operating system refuses: a full file system, one that cannot be written, a directory that is not ours. */
class RealDiskTest {
    @TempDir
    private Path parent;

    private interface Use {
        void of(Path directory) throws Exception;
    }

    /** Mounts a small file system in memory, which only root can. */
    private void withTmpfs(String size, Use use) throws Exception {
        Path mount = Files.createDirectory(parent.resolve("mount"));
        try {
            Kills.run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", mount.toString());
        } catch (Exception e) {
            skip("no tmpfs can be mounted: " + e.getMessage());
        }
        try {
            use.of(mount);
        } finally {
            Kills.run("umount", mount.toString());
        }
    }

    private static void skip(String why) {
        System.out.println("SKIPPED: " + why);
        Assumptions.abort(why);
    }

    private static void refuses(Path directory, Reason reason) {
        assertThatThrownBy(() -> Wal.open(new FileDisk(directory), Scenes.IDENTITY, Scenes.SMALL))
                .isInstanceOfSatisfying(
                        WrongDirectoryException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    /** Found by review: on a full file system every error was that it is full. */
    @Test
    void anErrorIsAFullFileSystemByItsWordsAndOnlyIfTheyAreUnknownBySpace() {
        IOException full = new IOException("No space left on device");
        IOException translated = new IOException("Auf dem Ger\u00e4t ist kein Speicherplatz mehr verf\u00fcgbar");
        assertThat(FileDisk.isFull(full, () -> 1L << 30)).isTrue();
        assertThat(FileDisk.isFull(translated, () -> 0L)).isTrue();
        assertThat(FileDisk.isFull(translated, () -> 1L << 30)).isFalse();
        assertThat(FileDisk.isFull(new IOException("a: Input/output error"), () -> 0L))
                .isFalse();
        assertThat(FileDisk.isFull(new IOException("a: Too many open files"), () -> 0L))
                .isFalse();
        assertThat(FileDisk.isFull(new AsynchronousCloseException(), () -> 0L)).isFalse();
        IOException unknown = new IOException("?");
        assertThat(FileDisk.isFull(unknown, () -> {
                    throw full;
                }))
                .as("the first error is the one that counts")
                .isFalse();
        assertThat(unknown.getSuppressed()).containsExactly(full);
    }

    @Test
    void aFullFileSystemIsMetWhenTheNextSegmentIsMadeAndNothingIsLost() throws Exception {
        withTmpfs("256k", mount -> {
            Path data = mount.resolve("data");
            Wal wal = Wal.create(new FileDisk(data), Scenes.IDENTITY, Scenes.SMALL);
            GroupLog group = wal.createGroup(1, 1, Completion.NONE);
            long last = 0;
            LogFullException full = null;
            while (full == null) {
                wal.maintain();
                try {
                    group.append(null, List.of(Scenes.entry(last + 1, 1)), Completion.NONE);
                    Scenes.write(wal);
                    last++;
                } catch (LogFullException e) {
                    full = e;
                }
            }
            assertThat(group.lastIndex()).isEqualTo(last).isGreaterThan(100);
            Scenes.settle(wal);
            group.compact(last - 1, Completion.NONE);
            Scenes.write(wal);
            Scenes.settle(wal);
            assertThat(wal.isFull()).isFalse();
            group.append(null, Scenes.entries(last + 1, last + 9, 1), Completion.NONE);
            Scenes.write(wal);
            wal.close();
            try (Wal again = Wal.open(new FileDisk(data), Scenes.IDENTITY, Scenes.SMALL)) {
                assertThat(again.damages()).isEmpty();
                assertThat(again.group(1).entries(last, last + 10, Long.MAX_VALUE))
                        .isEqualTo(Scenes.entries(last, last + 9, 1));
            }
        });
    }

    @Test
    void aFileSystemWithoutRoomForASegmentIsRefusedAndLeftAsItWas() throws Exception {
        withTmpfs("256k", mount -> {
            Path data = mount.resolve("data");
            try (Wal wal = Wal.create(new FileDisk(data), Scenes.IDENTITY, Scenes.SMALL)) {
                wal.createGroup(1, 1, Completion.NONE).append(null, Scenes.entries(1, 9, 1), Completion.NONE);
            }
            Path filler = mount.resolve("filler");
            Files.write(filler, new byte[(int) (new FileDisk(data).freeBytes() - 4096)]);
            assertThatThrownBy(() -> Wal.open(new FileDisk(data), Scenes.IDENTITY, Scenes.SMALL))
                    .isInstanceOf(LogFullException.class);
            Files.delete(filler);
            try (Wal again = Wal.open(new FileDisk(data), Scenes.IDENTITY, Scenes.SMALL)) {
                assertThat(again.group(1).entries(1, 10, Long.MAX_VALUE)).isEqualTo(Scenes.entries(1, 9, 1));
            }
        });
    }

    @Test
    void aReadOnlyFileSystemIsRefusedButShown() throws Exception {
        withTmpfs("1m", mount -> {
            Path data = mount.resolve("data");
            Wal.create(new FileDisk(data), Scenes.IDENTITY, Scenes.SMALL).close();
            Kills.run("mount", "-o", "remount,ro", mount.toString());
            refuses(data, Reason.NO_ACCESS);
            PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
            assertThat(new WalTool(new FileDisk(data), nowhere).verify()).isEqualTo(WalTool.WHOLE);
        });
    }

    @Test
    void aDirectoryThatMayNotBeWrittenIsRefused() throws Exception {
        Path data = parent.resolve("data");
        Wal.create(new FileDisk(data), Scenes.IDENTITY, Scenes.SMALL).close();
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            if (Files.isWritable(data)) {
                skip("rights do not bind this user");
            }
            refuses(data, Reason.NO_ACCESS);
        } finally {
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
