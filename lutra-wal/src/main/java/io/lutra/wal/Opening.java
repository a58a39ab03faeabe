package io.lutra.wal;

import io.lutra.wal.WrongDirectoryException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a log ready to be written: reads what is there and begins a new segment with it.
 *
 * <p>A log is never written where it ended. The last batch, which nothing attests, is written again into the new segment, with
 * the state of all groups before it, and attested; so it does not matter whether it was durable, or only in the memory of an operating
 * system that had failed to write it. Until that is durable nothing was changed but the counter of openings, so a crash at any
 * point leaves what was there; after it, only what is left over is removed.
 */
final class Opening {
    private final HeldDirectory disk;
    private final WalOptions options;
    private final GroupTable table;
    private final List<Damage> damages;
    private final List<String> snapshotNames = new ArrayList<>();
    private final IdentityFile identity;
    private final Tail tail;

    static Opening create(Disk disk, WalIdentity identity, WalOptions options) {
        return guarded(disk, held -> {
            for (String name : held.list()) {
                boolean ours = name.equals(Format.IDENTITY)
                        || name.endsWith(Format.SEGMENT_SUFFIX)
                        || NewestSegment.isName(name)
                        || name.endsWith(Format.SNAPSHOT_SUFFIX);
                if (ours) {
                    throw new WrongDirectoryException(
                            Reason.NOT_EMPTY, disk + " holds " + name + ": there is a log already");
                }
            }
            IdentityFile file = new IdentityFile(identity, options.logIds().getAsLong(), 0);
            file.write(held);
            return new Opening(held, options, file);
        });
    }

    static Opening open(Disk disk, WalIdentity identity, WalOptions options) {
        return guarded(disk, held -> {
            IdentityFile file = identityOf(held);
            if (!file.identity().clusterId().equals(identity.clusterId())) {
                throw new WrongDirectoryException(
                        Reason.OTHER_CLUSTER,
                        disk + " belongs to cluster " + file.identity().clusterId() + ", not to "
                                + identity.clusterId());
            }
            if (file.identity().hostId() != identity.hostId()) {
                throw new WrongDirectoryException(
                        Reason.OTHER_HOST,
                        disk + " belongs to host "
                                + Long.toUnsignedString(file.identity().hostId()) + ", not to "
                                + Long.toUnsignedString(identity.hostId()));
            }
            return new Opening(held, options, file);
        });
    }

    /** Reads whose log a directory holds. */
    static IdentityFile identityOf(Disk disk) throws IOException {
        if (!disk.list().contains(Format.IDENTITY)) {
            throw new WrongDirectoryException(Reason.NO_LOG, disk + " holds no log");
        }
        return IdentityFile.read(disk);
    }

    private interface Step {
        Opening run(HeldDirectory held) throws IOException;
    }

    private static Opening guarded(Disk disk, Step step) {
        HeldDirectory held = null;
        Opening opened = null;
        try {
            held = new HeldDirectory(disk);
            opened = step.run(held);
            return opened;
        } catch (DiskLockedException e) {
            throw new WrongDirectoryException(Reason.IN_USE, disk + " is in use", e);
        } catch (DiskFullException e) {
            throw new LogFullException("no room to open the log in " + disk, e);
        } catch (IOException e) {
            throw new WrongDirectoryException(Reason.NO_ACCESS, disk + " cannot be used: " + e.getMessage(), e);
        } finally {
            if (opened == null && held != null) {
                closeQuietly(held);
            }
        }
    }

    private static void closeQuietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            // The error that led here says more.
        }
    }

    private Opening(HeldDirectory disk, WalOptions options, IdentityFile found) throws IOException {
        this.disk = disk;
        this.options = options;
        LogReader reader = new LogReader();
        LogScan.Result log = new LogScan(disk, found.logId(), reader).run();
        table = reader.table();
        damages = reader.damages();
        boolean done = false;
        Tail begun = null;
        try {
            checkNotLost(disk, found, log);
            restate(log.pending());
            table.damageUnattested();
            identity = found.opened();
            int number = (int) log.nextSegment();
            NewestSegment newest = new NewestSegment(disk);
            newest.set(number - 1); // else what is removed now would be missing
            removeLeftovers(log);
            for (ScannedSegment segment : log.segments()) {
                reader.segment(segment, 0); // one of which no batch was read is kept until it is seen to be of no use
            }
            SegmentAllocator allocator =
                    new SegmentAllocator(disk, identity, newest, number, options.segmentSize(), options.sectorSize());
            begun = new Tail(
                    identity.logId(),
                    allocator,
                    options.sectorSize(),
                    identity.incarnation(),
                    log.nextSequence(),
                    log.previous());
            tail = begun;
            if (log.segments().isEmpty()) {
                // Before the identity says that the log is in use: from then on there always is a segment.
                allocator.prepare();
                if (!allocator.isReady()) {
                    throw new DiskFullException("no room for the first segment");
                }
            }
            identity.write(disk);
            tail.begin(table, log.pending(), number);
            table.damageIncomplete();
            if (!log.segments().isEmpty()) {
                tail.attest(); // else what was durable twice could be lost to damage of the new one, which looks torn
                cutTails(log, reader);
            }
            done = true;
        } finally {
            if (!done) {
                log.segments().forEach(Opening::closeQuietly);
                table.segments().forEach(segment -> closeQuietly(segment.file()));
                if (begun != null) {
                    begun.open().forEach(Opening::closeQuietly);
                }
            }
        }
    }

    /** Takes in the checkpoint of a batch, which is not written again with it: it is the state before the batch. */
    private void restate(@Nullable Batch pending) {
        if (pending == null) {
            return;
        }
        int[] left = {pending.header().checkpoint()};
        pending.forEach((kind, generation, group, position, bytes, from, to) -> {
            if (left[0]-- > 0) {
                table.restate(kind, generation, group, bytes, from, to);
            }
        });
    }

    /** Refuses a log that was in use and of which nothing is left: made anew, its groups would vote twice. */
    static void checkNotLost(Disk disk, IdentityFile identity, LogScan.Result log) {
        boolean isNew = identity.incarnation() == 0 || log.unused().equals(List.of(Format.segmentName(1)));
        if (log.segments().isEmpty() && !isNew) {
            throw new WrongDirectoryException(
                    Reason.LOST_SEGMENTS,
                    disk + " holds no segment of its log, which was opened " + identity.incarnation() + " times");
        }
    }

    /** Removes what a crash left half done. None of it was counted on. */
    private void removeLeftovers(LogScan.Result log) throws IOException {
        if (!log.segments().isEmpty()) { // else the first segment takes its place
            for (String name : log.unused()) {
                // The newest first, durably: one that stands alone would show that the one before it was lost.
                disk.delete(name);
                disk.sync();
            }
        }
        for (String name : disk.list()) {
            if (name.endsWith(Format.TEMPORARY_SUFFIX)) {
                disk.delete(name);
            } else if (SnapshotFile.isName(name)) {
                snapshotNames.add(name);
            }
        }
    }

    /**
     * Gives back the zeros after the last batch, and the batch that was written anew or torn; and what an earlier opening
     * wanted to give back and a crash left. Durably, before any segment is freed: without its successor, which says where it
     * ends, the rest of a torn batch would look like damage.
     */
    private void cutTails(LogScan.Result log, LogReader reader) throws IOException {
        ScannedSegment before = null;
        for (ScannedSegment segment : log.segments()) {
            if (before != null && before.cutFrom() > Format.SEGMENT_HEADER && isOfAnotherOpening(before, segment)) {
                cut(before, before.cutFrom(), reader);
            }
            before = segment;
        }
        if (before != null && log.end() > Format.SEGMENT_HEADER) {
            cut(before, log.end(), reader);
        }
    }

    private static boolean isOfAnotherOpening(ScannedSegment one, ScannedSegment other) {
        SegmentHeader header = one.header();
        SegmentHeader otherHeader = other.header();
        return header != null && otherHeader != null && header.incarnation() != otherHeader.incarnation();
    }

    private void cut(ScannedSegment segment, long end, LogReader reader) throws IOException {
        boolean damaged = damages.stream().anyMatch(damage -> damage.file().equals(segment.name()));
        if (!damaged && segment.size() > end) {
            try (DiskFile file = disk.open(segment.name())) {
                file.truncate(end);
                file.sync();
            }
            reader.segment(segment, 0).cutTo(end);
        }
    }

    HeldDirectory disk() {
        return disk;
    }

    WalOptions options() {
        return options;
    }

    IdentityFile identity() {
        return identity;
    }

    List<Damage> damages() {
        return List.copyOf(damages);
    }

    GroupTable table() {
        return table;
    }

    Tail tail() {
        return tail;
    }

    List<String> snapshotNames() {
        return snapshotNames;
    }
}
