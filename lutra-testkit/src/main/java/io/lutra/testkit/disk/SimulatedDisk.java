package io.lutra.testkit.disk;

import io.lutra.testkit.SeededRandom;
import java.io.IOException;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A disk that forgets what was not synced, and fails when told to. Every decision is drawn from its seed.
 *
 * <p>It holds files and directories, each twice: as the running program sees them, and as a power cut would leave them.
 * Writes go to the first; {@link SimulatedFile#sync} and {@link #syncDirectory} bring them to the second, and
 * {@link #crash} makes the second the first, after parts of what was not synced went there too, as a {@link Survival}
 * says. A new file needs both syncs: its own for its bytes, its directory's for its name.
 *
 * <p>Names are paths like {@code "wal/0001"}, {@code ""} is the root. Errors are those of {@code java.nio.file}, and
 * {@link SimulatedIOException} for the faults. No operation takes any time; what it would take adds up in
 * {@link #takeElapsedNanos}. Not safe for use by many threads.
 */
public final class SimulatedDisk {
    /** What a disk writes whole, unless it is torn. */
    public static final int SECTOR_BYTES = 512;

    private static final int SLOW_FACTOR = 1000;
    private static final long CHANGE_NANOS = 10_000;
    private static final long SYNC_NANOS = 200_000;

    private final SeededRandom random;
    private final DiskFaults faults;
    private final FileTree tree;
    private long capacityBytes = Long.MAX_VALUE;
    private long usedBytes;
    private long operations;
    private long changes;
    private long crashAt = Long.MAX_VALUE;
    private long elapsedNanos;
    private int life;
    private boolean crashed;

    /** Creates an empty disk. */
    public SimulatedDisk(long seed) {
        this(new SeededRandom(seed), new FileTree());
    }

    private SimulatedDisk(SeededRandom random, FileTree tree) {
        this.random = random;
        this.faults = new DiskFaults(random.fork("faults"));
        this.tree = tree;
    }

    /** Returns a disk that holds the same, synced and not, with no faults and no open files. */
    public SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk(random.fork(changes), tree.copy());
        copy.capacityBytes = capacityBytes;
        copy.usedBytes = usedBytes;
        return copy;
    }

    /** Makes a file and opens it. There must be none of that name. */
    public SimulatedFile create(String path) throws IOException {
        failOn(DiskOperation.CREATE, begin(DiskOperation.CREATE, path), path);
        return new SimulatedFile(this, tree.create(path), path);
    }

    /** Opens a file that is there, for reading and writing. */
    public SimulatedFile open(String path) throws IOException {
        failOn(DiskOperation.OPEN, begin(DiskOperation.OPEN, path), path);
        return new SimulatedFile(this, tree.file(path), path);
    }

    /** Makes a directory. There must be nothing of that name, and its parent must be there. */
    public void createDirectory(String path) throws IOException {
        failOn(DiskOperation.CREATE_DIRECTORY, begin(DiskOperation.CREATE_DIRECTORY, path), path);
        tree.createDirectory(path);
    }

    /** Returns the names in a directory, sorted; not those below them. */
    public List<String> list(String directory) throws IOException {
        failOn(DiskOperation.LIST, begin(DiskOperation.LIST, directory), directory);
        return List.copyOf(tree.directory(directory).live.keySet());
    }

    /** Gives a file or directory another name, and takes that of a file which had it, as one change. */
    public void rename(String from, String to) throws IOException {
        failOn(DiskOperation.RENAME, begin(DiskOperation.RENAME, from), from);
        FileImage replaced = tree.exists(to) && !from.equals(to) ? tree.fileOrNull(to) : null;
        tree.rename(from, to);
        if (replaced != null) {
            usedBytes -= replaced.size();
        }
    }

    /** Removes a file or an empty directory. Who has the file open can go on using it. */
    public void delete(String path) throws IOException {
        failOn(DiskOperation.DELETE, begin(DiskOperation.DELETE, path), path);
        FileImage removed = tree.fileOrNull(path);
        tree.delete(path);
        if (removed != null) {
            usedBytes -= removed.size();
        }
    }

    /** Makes the names in a directory durable; not its own name, nor the bytes of its files. */
    public void syncDirectory(String path) throws IOException {
        DiskFault fault = begin(DiskOperation.SYNC_DIRECTORY, path);
        failOn(DiskOperation.SYNC_DIRECTORY, fault, path);
        Directory directory = tree.directory(path);
        if (fault != DiskFault.LOST) {
            tree.sync(directory);
        }
    }

    /** Tells whether there is a file or directory of that name. */
    public boolean exists(String path) {
        return tree.exists(path);
    }

    /** Returns a copy of what a reader finds in a file: for the eyes of a test, no operation of the disk. */
    public byte[] contentOf(String path) throws IOException {
        return tree.file(path).content();
    }

    /** Returns a hash of the bytes of all files, as a reader sees them and as a power cut would leave them: to compare runs. */
    public long contentHash() {
        CRC32 sum = new CRC32();
        tree.files().forEach(file -> file.addTo(sum));
        return sum.getValue();
    }

    /** Returns the faults that it is to meet. */
    public DiskFaults faults() {
        return faults;
    }

    /** Returns the means to damage what it holds. */
    public DiskDamage damage() {
        return new DiskDamage(tree, random);
    }

    /** Sets how many bytes all files together can have; more is {@link DiskFault#NO_SPACE}. No bound at first. */
    public void capacityBytes(long bytes) {
        capacityBytes = bytes;
    }

    /** Returns how many bytes files may still grow by. */
    public long freeBytes() {
        return Math.max(0, capacityBytes - usedBytes);
    }

    /** Returns how many bytes all files that have a name have together. */
    public long usedBytes() {
        return usedBytes;
    }

    /** Returns how many operations there were. */
    public long operations() {
        return operations;
    }

    /** Returns how many operations there were that can change what the disk holds. */
    public long changes() {
        return changes;
    }

    /** Returns what the operations since the last call would have taken, and begins again with 0. */
    public long takeElapsedNanos() {
        long elapsed = elapsedNanos;
        elapsedNanos = 0;
        return elapsed;
    }

    /**
     * Makes the process die before the {@code nth} change from now, counted from 1: that operation and all later ones throw
     * {@link SimulatedCrash}, until {@link #crash} or {@link #kill} says what becomes of the disk.
     */
    public void crashAt(long nth) {
        crashAt = changes + nth;
    }

    /** Returns how many units of change are not synced; a {@link Survival} chooses among them. */
    public int unsyncedUnits() {
        return tree.unsyncedUnits();
    }

    /** Cuts the power: what was synced is there afterwards, and of the rest what survives. Open files are dead. */
    public void crash(Survival survival) {
        tree.persist(survival);
        tree.revert();
        usedBytes = tree.files().stream().mapToLong(FileImage::size).sum();
        kill();
    }

    /** Kills the process alone: what it wrote is there, as little synced as before. Open files are dead. */
    public void kill() {
        life++;
        crashed = false;
        crashAt = Long.MAX_VALUE;
    }

    /** Makes durable what survives, without a crash: an operating system writes back when it likes. */
    public void writeBack(Survival survival) {
        tree.persist(survival);
    }

    /** Forgets what is cached: reading then shows what a failed or lying disk really holds. */
    public void dropCaches() {
        tree.files().forEach(FileImage::dropCache);
        usedBytes = tree.files().stream()
                .filter(file -> file.linked)
                .mapToLong(FileImage::size)
                .sum();
    }

    int life() {
        return life;
    }

    SeededRandom random() {
        return random;
    }

    /** Tells whether the process died at a change: everything that it asks of the disk is refused since. */
    boolean hasCrashed() {
        return crashed;
    }

    void checkAlive(int lifeOfFile, String path) {
        if (lifeOfFile != life) {
            throw new SimulatedCrash(path + " was opened before a crash");
        }
    }

    @Nullable
    DiskFault begin(DiskOperation operation, String path) {
        crashed |= operation.changes() && changes + 1 >= crashAt;
        if (crashed) {
            throw new SimulatedCrash("crash before change " + (changes + 1) + ": " + operation + " " + path);
        }
        operations++;
        if (operation.changes()) {
            changes++;
        }
        DiskFault fault = faults.next(operation);
        if (operation.changes()) {
            boolean sync = operation == DiskOperation.SYNC || operation == DiskOperation.SYNC_DIRECTORY;
            elapsedNanos += (sync ? SYNC_NANOS : CHANGE_NANOS) * (fault == DiskFault.SLOW ? SLOW_FACTOR : 1);
        }
        return fault;
    }

    void failOn(DiskOperation operation, @Nullable DiskFault fault, String path) throws SimulatedIOException {
        if (fault == DiskFault.ERROR || fault == DiskFault.NO_SPACE) {
            throw new SimulatedIOException(operation, fault, path);
        }
    }

    /** Returns how many bytes can be written at a position before the disk is full. */
    int room(FileImage file, long position) {
        long growth = capacityBytes - usedBytes;
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, growth + file.size() - position));
    }

    void used(FileImage file, int more) {
        if (file.linked) {
            usedBytes += more;
        }
    }
}
