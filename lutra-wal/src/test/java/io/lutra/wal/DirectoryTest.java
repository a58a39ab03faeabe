package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfState;
import io.lutra.raft.RaftException;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.wal.WrongDirectoryException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory belongs to one cluster, one host, one process; anything else is refused, by name, and left as it was. */
class DirectoryTest {
    @TempDir
    private Path parent;

    private Path path() {
        return parent.resolve("data");
    }

    private Disk disk() throws IOException {
        return new FileDisk(path());
    }

    private Wal create() throws IOException {
        return Wal.create(disk(), Scenes.IDENTITY, Scenes.SMALL);
    }

    private void refuses(Reason reason, WalIdentity identity) {
        assertThatThrownBy(() -> Wal.open(disk(), identity, Scenes.SMALL))
                .isInstanceOfSatisfying(
                        WrongDirectoryException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private void damage(String file, long at, byte... bytes) throws IOException {
        try (var channel = FileChannel.open(path().resolve(file), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), at);
        }
    }

    @Test
    void countsHowOftenItWasOpened() throws IOException {
        for (int times = 1; times <= 4; times++) {
            try (Wal wal = times == 1 ? create() : Wal.open(disk(), Scenes.IDENTITY, Scenes.SMALL)) {
                assertThat(wal.incarnation()).isEqualTo(times);
            }
        }
    }

    @Test
    void refusesToOpenWhatIsNotThere() {
        refuses(Reason.NO_LOG, Scenes.IDENTITY);
    }

    @Test
    void refusesToCreateWhereThereIsOne() throws IOException {
        create().close();
        assertThatThrownBy(this::create)
                .isInstanceOfSatisfying(
                        WrongDirectoryException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.NOT_EMPTY));
    }

    @Test
    void refusesAnotherClusterAndAnotherHost() throws IOException {
        create().close();
        refuses(Reason.OTHER_CLUSTER, new WalIdentity(new UUID(8, 2), 3));
        refuses(Reason.OTHER_HOST, new WalIdentity(Scenes.IDENTITY.clusterId(), 4));
        Wal.open(disk(), Scenes.IDENTITY, Scenes.SMALL).close();
    }

    @Test
    void refusesASecondOpening() throws IOException {
        Wal wal = create();
        refuses(Reason.IN_USE, Scenes.IDENTITY);
        wal.close();
        Wal.open(disk(), Scenes.IDENTITY, Scenes.SMALL).close();
    }

    /** A file's POSIX locks end when its process closes any channel of it. */
    @Test
    void refusesAnotherProcessAlsoAfterItRefusedItself() throws Exception {
        Wal wal = create();
        refuses(Reason.IN_USE, Scenes.IDENTITY);
        assertThatThrownBy(() -> new WalTool(disk(), new PrintWriter(Writer.nullWriter())).verify())
                .isInstanceOfSatisfying(
                        WrongDirectoryException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE));
        assertThat(openedByAnotherProcess()).contains("IN_USE");
        wal.close();
        assertThat(openedByAnotherProcess()).contains("opened");
    }

    /** Found by review: the channel of the one that was refused was closed, and the lock of the other was gone. */
    @Test
    void refusesAnotherProcessAlsoAfterAnotherClassLoaderAsked() throws Exception {
        Wal wal = create();
        URL[] classes = {
            FileDisk.class.getProtectionDomain().getCodeSource().getLocation(),
            RaftException.class.getProtectionDomain().getCodeSource().getLocation()
        };
        try (URLClassLoader other = new URLClassLoader(classes, null)) {
            Class<?> type = other.loadClass(FileDisk.class.getName());
            Object disk = type.getConstructor(Path.class).newInstance(path());
            Method lock = type.getMethod("lock", String.class);
            Method isLocked = type.getMethod("isLocked", String.class);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> lock.invoke(disk, Format.LOCK))
                        .hasRootCauseMessage(path().resolve(Format.LOCK) + " is locked");
                assertThat(isLocked.invoke(disk, Format.LOCK)).isEqualTo(true);
                assertThat(openedByAnotherProcess()).contains("IN_USE");
            }
            wal.close();
            assertThat(isLocked.invoke(disk, Format.LOCK)).isEqualTo(false);
            try (Closeable held = (Closeable) lock.invoke(disk, Format.LOCK)) {
                assertThat(held).isNotNull();
                assertThat(openedByAnotherProcess()).contains("IN_USE");
            }
        }
        assertThat(openedByAnotherProcess()).contains("opened");
    }

    private String openedByAnotherProcess() throws Exception {
        Process process = RealProcess.of(DirectoryTest.class, path().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    /** What the other process does: it opens a log, and says what came of it. */
    public static void main(String[] args) throws IOException {
        try (Wal wal = Wal.open(new FileDisk(Path.of(args[0])), Scenes.IDENTITY, Scenes.SMALL)) {
            System.out.println("opened " + wal.incarnation());
        } catch (WrongDirectoryException e) {
            System.out.println(e.reason());
        }
    }

    @Test
    void refusesADamagedIdentity() throws IOException {
        create().close();
        damage(Format.IDENTITY, 41, (byte) 0x55);
        refuses(Reason.DAMAGED_IDENTITY, Scenes.IDENTITY);
    }

    @Test
    void refusesANewerFormat() throws IOException {
        create().close();
        byte[] preamble = Files.readAllBytes(path().resolve(Format.IDENTITY));
        LittleEndian.putInt(preamble, 8, 2);
        LittleEndian.putInt(preamble, 12, Checksum.plain(preamble, 0, 12));
        Files.write(path().resolve(Format.IDENTITY), preamble);
        refuses(Reason.NEWER_FORMAT, Scenes.IDENTITY);
    }

    @Test
    void refusesASegmentOfAnotherLog() throws IOException {
        create().close();
        try (Wal other =
                Wal.create(new FileDisk(parent.resolve("other")), Scenes.IDENTITY, Scenes.SMALL.withLogIds(() -> 77))) {
            assertThat(other.incarnation()).isEqualTo(1);
        }
        Files.copy(parent.resolve("other").resolve(Format.segmentName(1)), path().resolve(Format.segmentName(9)));
        refuses(Reason.FOREIGN_FILE, Scenes.IDENTITY);
    }

    @Test
    void refusesAFileSystemThatCannotBeWritten() {
        assertThatThrownBy(() -> Wal.create(new FrozenDirectory(Map.of()), Scenes.IDENTITY, Scenes.SMALL))
                .isInstanceOfSatisfying(
                        WrongDirectoryException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.NO_ACCESS));
    }

    @Test
    void outlivesAnInterruptOfWhoeverUsesIt() throws IOException {
        Wal wal = create();
        GroupLog group = wal.createGroup(1, 1, Completion.NONE);
        Thread.currentThread().interrupt();
        group.append(null, Scenes.entries(1, 2, 1), Completion.NONE);
        Scenes.write(wal);
        wal.maintain();
        assertThat(Thread.interrupted()).isTrue();
        group.append(null, Scenes.entries(3, 3, 1), Completion.NONE);
        Scenes.write(wal);
        assertThat(group.lastIndex()).isEqualTo(3);
        wal.close();
    }

    /** Found by review: the first interrupt that came in the middle closed the file that all share. */
    @Test
    void outlivesInterruptsInTheMiddleOfWhateverUsesIt() throws Exception {
        Wal wal = Wal.create(disk(), Scenes.IDENTITY, Scenes.SMALL.withCacheBytes(0));
        GroupStorage storage = GroupStorage.openOrCreate(wal, 1);
        storage.append(Scenes.entries(1, 100, 1));
        Set<String> failures = new ConcurrentSkipListSet<>();
        AtomicLong done = new AtomicLong();
        List<Runnable> duties = List.of(
                () -> storage.entries(1, 101, Long.MAX_VALUE),
                () -> storage.append(Scenes.entries(storage.lastIndex() + 1, storage.lastIndex() + 1, 1)),
                () -> {
                    try (SnapshotWriter snapshot =
                            storage.group().newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 5, 1))) {
                        snapshot.write(new byte[100_000]);
                        snapshot.commit();
                    }
                });
        List<Thread> threads = new ArrayList<>();
        for (Runnable duty : duties) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    try {
                        duty.run();
                        done.incrementAndGet();
                    } catch (RuntimeException e) {
                        failures.add(e + " for " + e.getCause());
                    }
                    Thread.interrupted();
                }
            }));
        }
        threads.forEach(Thread::start);
        while (threads.stream().anyMatch(Thread::isAlive)) {
            threads.forEach(Thread::interrupt);
            Thread.onSpinWait();
        }
        assertThat(failures).isEmpty();
        assertThat(done.get()).isEqualTo(300);
        wal.close();
    }

    @Test
    void keepsItsFilesToItself() throws IOException {
        Wal wal = create();
        GroupLog group = wal.createGroup(1, 1, Completion.NONE);
        group.append(null, Scenes.entries(1, 2, 1), Completion.NONE);
        Scenes.write(wal);
        Scenes.snapshot(group, 1, "state");
        wal.close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(path())) {
            assertThat(files.toList())
                    .hasSizeGreaterThan(3)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }
}
