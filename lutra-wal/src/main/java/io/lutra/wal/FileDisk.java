package io.lutra.wal;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the file system. New files are readable and writable by their owner alone, and so is the directory if it
 * is created here.
 *
 * <p>A sync is {@code fdatasync}; that of the directory is {@code fsync} on it. File systems that write in place keep the
 * promises of the log (ext4, XFS); on one that copies on write a zero-filled segment does not guard against a full disk.
 */
public final class FileDisk implements Disk {
    /** With less than a block to give, a file system counts as full. */
    private static final long MIN_SPACE = 4096;

    private static final Set<String> FULL = Set.of("No space left on device", "Disk quota exceeded", "File too large");

    /** Errors that a full file system may have as well. */
    private static final Set<String> OTHERS = Set.of(
            "Input/output error",
            "Too many open files",
            "Read-only file system",
            "Permission denied",
            "Stale file handle");

    /**
     * The locks of this process. A file that has one must not be opened again here: closing any of its channels would give the
     * lock away (POSIX).
     */
    private static final Set<Object> HELD = new HashSet<>();

    /**
     * Channels of files on which another class loader's {@code FileDisk} has the lock, for the same reason not closed: the next who asks
     * uses them. One for each such file, and one for who asks to share it.
     */
    private static final Map<Object, AsynchronousFileChannel> KEPT_OPEN = new HashMap<>();

    private static final ExecutorService CALLER = new Caller();

    private final Path directory;

    /** Uses a directory, which is created if it is absent (its parent must exist). */
    public FileDisk(Path directory) throws IOException {
        this.directory = directory;
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, ownerOnly(directory, "rwx------"));
            Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                syncDirectory(parent);
            }
        }
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new File(name, Set.of(CREATE_NEW, READ, WRITE));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new File(name, Set.of(READ, WRITE));
    }

    @Override
    public DiskFile openToRead(String name) throws IOException {
        return new File(name, Set.of(READ));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        typed(to, () -> Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE));
    }

    @Override
    public void delete(String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    @Override
    public void sync() throws IOException {
        syncDirectory(directory);
    }

    @Override
    public long freeBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    @SuppressWarnings("resource") // the lock lives as long as its channel, which the caller closes
    public Closeable lock(String name) throws IOException {
        Path path = directory.resolve(name);
        synchronized (HELD) {
            if (!Files.exists(path)) {
                Files.createFile(path, ownerOnly(directory, "rw-------"));
            }
            Object key = keyOf(path);
            AsynchronousFileChannel channel = HELD.contains(key) ? null : lockedChannel(path, key, false);
            if (channel == null) {
                throw new DiskLockedException(path + " is locked");
            }
            HELD.add(key);
            return () -> {
                synchronized (HELD) {
                    HELD.remove(key);
                    channel.close();
                }
            };
        }
    }

    @Override
    public boolean isLocked(String name) throws IOException {
        Path path = directory.resolve(name);
        synchronized (HELD) {
            if (!Files.exists(path)) {
                return false;
            }
            Object key = keyOf(path);
            if (HELD.contains(key)) {
                return true;
            }
            try (AsynchronousFileChannel channel = lockedChannel(path, key, true)) {
                return channel == null;
            }
        }
    }

    /** Returns a channel with a lock that lasts until it is closed; {@code null} if somebody else has the lock. */
    private static @Nullable AsynchronousFileChannel lockedChannel(Path path, Object key, boolean shared)
            throws IOException {
        List<Object> use = List.of(key, shared);
        AsynchronousFileChannel kept = KEPT_OPEN.remove(use);
        // A shared lock asks for no right to write.
        AsynchronousFileChannel channel =
                kept != null ? kept : channelOf(path, shared ? Set.of(READ) : Set.of(READ, WRITE));
        boolean isDone = false;
        try {
            isDone = channel.tryLock(0, Long.MAX_VALUE, shared) != null;
            return isDone ? channel : null;
        } catch (OverlappingFileLockException e) {
            KEPT_OPEN.put(use, channel);
            isDone = true;
            return null;
        } finally {
            if (!isDone) {
                channel.close();
            }
        }
    }

    private static Object keyOf(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path.toRealPath() : key;
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (AsynchronousFileChannel channel = channelOf(directory, Set.of(READ))) {
            channel.force(true);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path directory, String permissions) {
        boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /**
     * Opens a file that is read and written by the thread that asks, and by no other.
     *
     * <p>Not a {@code FileChannel}: that is closed by an interrupt of any thread that uses it, so that one reader who is told to
     * stop would take the file from the log and all other readers, and the log would have failed. The operating system is asked
     * for the same: one positional read or write, one {@code fdatasync}.
     */
    private static AsynchronousFileChannel channelOf(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return AsynchronousFileChannel.open(path, options, CALLER, attributes);
    }

    /** Returns what a channel did. It did it before it returned, so nothing is waited for, and no interrupt is looked at. */
    private static int done(Future<Integer> operation) throws IOException {
        try {
            return operation.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Runs everything at once, in the thread that asks. It is never shut down. */
    private static final class Caller extends AbstractExecutorService {
        @Override
        public void execute(Runnable command) {
            command.run();
        }

        @Override
        public void shutdown() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Runnable> shutdownNow() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return false;
        }
    }

    interface Operation<T> {
        T run() throws IOException;
    }

    /** The JDK tells a full disk by the operating system's words alone, which depend on the locale: space decides too. */
    private <T> T typed(String name, Operation<T> operation) throws IOException {
        try {
            return operation.run();
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw isFull(e, this::freeBytes)
                    ? new DiskFullException(directory.resolve(name) + ": " + e.getMessage(), e)
                    : e;
        }
    }

    /** Tells whether an error says that there is no room. Free space is asked for only if its words are none of those known here. */
    static boolean isFull(IOException e, Operation<Long> freeBytes) {
        String message = String.valueOf(e.getMessage());
        if (FULL.stream().anyMatch(message::contains)) {
            return true;
        }
        if (e instanceof ClosedChannelException || OTHERS.stream().anyMatch(message::contains)) {
            return false;
        }
        try {
            return freeBytes.run() < MIN_SPACE;
        } catch (IOException again) {
            e.addSuppressed(again);
            return false;
        }
    }

    private final class File implements DiskFile {
        private final String name;
        private final AsynchronousFileChannel channel;

        File(String name, Set<OpenOption> options) throws IOException {
            this.name = name;
            this.channel =
                    typed(name, () -> channelOf(directory.resolve(name), options, ownerOnly(directory, "rw-------")));
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int count = done(channel.read(target, offset + total));
                if (count < 0) {
                    break;
                }
                total += count;
            }
            return total;
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            typed(name, () -> {
                long at = offset;
                while (source.hasRemaining()) {
                    at += done(channel.write(source, at));
                }
                return at;
            });
        }

        @Override
        public void sync() throws IOException {
            typed(name, () -> {
                channel.force(false);
                return channel;
            });
        }

        @Override
        public void truncate(long size) throws IOException {
            typed(name, () -> channel.truncate(size));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
