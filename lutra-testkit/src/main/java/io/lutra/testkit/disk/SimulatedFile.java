package io.lutra.testkit.disk;

import static io.lutra.testkit.disk.SimulatedDisk.SECTOR_BYTES;

import io.lutra.testkit.SeededRandom;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An open file of a {@link SimulatedDisk}: like a {@code FileChannel}, writes may be short and nothing is durable before
 * {@link #sync}. It follows the file when its name changes. A crash ends it: any use after that throws
 * {@link SimulatedCrash}.
 */
public final class SimulatedFile implements Closeable {
    /** A file is held in arrays. */
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8;

    private final SimulatedDisk disk;
    private final FileImage image;
    private final String path;
    private final int life;
    private boolean open = true;

    SimulatedFile(SimulatedDisk disk, FileImage image, String path) {
        this.disk = disk;
        this.image = image;
        this.path = path;
        this.life = disk.life();
    }

    /** Returns the name that it was opened by. */
    public String path() {
        return path;
    }

    /** Returns the size in bytes. */
    public long size() {
        return image.size();
    }

    /** Writes at a position, zeros fill a gap before it; returns how many bytes were written, at least 1 unless none were asked for. */
    public int write(long position, ByteBuffer source) throws IOException {
        DiskFault fault = begin(DiskOperation.WRITE);
        int wanted = source.remaining();
        if (wanted == 0) {
            return 0;
        }
        if (position + wanted > MAX_BYTES) {
            throw new IOException(path + ": File too large");
        }
        int count = Math.min(wanted, disk.room(image, position));
        if (count == 0 || fault == DiskFault.NO_SPACE) {
            throw new SimulatedIOException(DiskOperation.WRITE, DiskFault.NO_SPACE, path);
        }
        SeededRandom random = disk.random();
        if (fault == DiskFault.SHORT && count > 1) {
            count = random.nextInt(1, count);
        }
        if (fault == DiskFault.ERROR) {
            count = random.nextInt(count + 1);
        }
        int at = (int) position;
        if (fault == DiskFault.MISDIRECTED) {
            // The sector behind the end is one of them, so that there always is another.
            at = elsewhere(position, Math.max(2, image.size() / SECTOR_BYTES + 1));
        }
        int sizeBefore = image.size();
        image.write(at, source, count, fault != DiskFault.LOST);
        disk.used(image, image.size() - sizeBefore);
        if (fault == DiskFault.CORRUPT) {
            image.flipBit(8L * at + random.nextInt(8 * count));
        }
        if (fault == DiskFault.ERROR) {
            throw new SimulatedIOException(DiskOperation.WRITE, fault, path);
        }
        return count;
    }

    /** Writes at the end; returns how many bytes were written, at least 1 unless none were asked for. */
    public int append(ByteBuffer source) throws IOException {
        return write(image.size(), source);
    }

    /** Reads from a position; returns how many bytes were read, -1 at the end. */
    public int read(long position, ByteBuffer target) throws IOException {
        DiskFault fault = begin(DiskOperation.READ);
        if (fault == DiskFault.ERROR) {
            throw new SimulatedIOException(DiskOperation.READ, fault, path);
        }
        int count = (int) Math.min(target.remaining(), image.size() - position);
        if (count <= 0) {
            return target.hasRemaining() ? -1 : 0;
        }
        SeededRandom random = disk.random();
        if (fault == DiskFault.SHORT && count > 1) {
            count = random.nextInt(1, count);
        }
        int start = target.position();
        int at = (int) position;
        if (fault == DiskFault.MISDIRECTED && image.size() >= 2 * SECTOR_BYTES) {
            at = elsewhere(position, image.size() / SECTOR_BYTES);
        }
        count = image.read(at, target, count);
        if (fault == DiskFault.CORRUPT) {
            int flipped = start + random.nextInt(count);
            target.put(flipped, (byte) (target.get(flipped) ^ 1 << random.nextInt(8)));
        }
        return count;
    }

    /** Makes the file this short; one that is shorter stays as it is. */
    public void truncate(long size) throws IOException {
        failOn(DiskOperation.TRUNCATE, begin(DiskOperation.TRUNCATE));
        resize(Math.min(size, image.size()));
    }

    /** Makes the file this large, filled with zeros; one that is larger stays as it is. */
    public void allocate(long size) throws IOException {
        DiskFault fault = begin(DiskOperation.ALLOCATE);
        if (size > MAX_BYTES) {
            throw new IOException(path + ": File too large");
        }
        if (disk.room(image, 0) < size) {
            fault = DiskFault.NO_SPACE;
        }
        failOn(DiskOperation.ALLOCATE, fault);
        resize(Math.max(size, image.size()));
    }

    /** Makes the bytes and the size durable; not the name, for which its directory is synced. */
    public void sync() throws IOException {
        DiskFault fault = begin(DiskOperation.SYNC);
        if (fault == DiskFault.ERROR) {
            image.persist(Survival.subset(disk.random().nextLong()), 0);
            image.forgetDirt();
            throw new SimulatedIOException(DiskOperation.SYNC, fault, path);
        }
        if (fault != DiskFault.LOST) {
            image.sync();
        }
    }

    /** Closes it. Nothing becomes durable by that. */
    @Override
    public void close() {
        open = false;
    }

    private void resize(long size) {
        int before = image.size();
        image.resize((int) size);
        disk.used(image, image.size() - before);
    }

    /** Returns the same place in another of the first sectors. */
    private int elsewhere(long position, int sectors) {
        long sector = position / SECTOR_BYTES;
        long other = (sector + 1 + disk.random().nextInt(sectors - 1)) % sectors;
        return (int) (other * SECTOR_BYTES + position % SECTOR_BYTES);
    }

    private @Nullable DiskFault begin(DiskOperation operation) throws IOException {
        disk.checkAlive(life, path);
        if (!open) {
            throw new IOException(path + ": closed");
        }
        return disk.begin(operation, path);
    }

    private void failOn(DiskOperation operation, @Nullable DiskFault fault) throws SimulatedIOException {
        disk.failOn(operation, fault, path);
    }
}
