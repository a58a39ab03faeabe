package io.lutra.wal;

import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * The sizes of a log, in bytes.
 *
 * @param segmentSize of each file of the log, 32 KiB to 1 GiB; an entry may take half of it
 * @param sectorSize where batches begin, 512 to 4,096, a power of two: what the device writes as a whole. With 512 on a
 *     device that writes 4,096 a power cut can damage what was acknowledged
 * @param maxBatchBytes how much goes out in one write, at most half of a segment; one append may take more
 * @param maxQueuedBytes how much may wait to be written; appends beyond it are refused
 * @param cacheBytes how much of the newest entries stays in memory, all groups together, by their encodings: objects take some 50
 *     bytes an entry more, and an entry that is a slice of a larger array keeps that
 * @param budgetBytes how large the log should become at most; beyond it {@link Wal#isOverBudget} asks for snapshots
 * @param snapshotsKept how many snapshot files of each group are kept, at least 1
 * @param logIds gives a new log its random number
 */
public record WalOptions(
        int segmentSize,
        int sectorSize,
        int maxBatchBytes,
        long maxQueuedBytes,
        long cacheBytes,
        long budgetBytes,
        int snapshotsKept,
        LongSupplier logIds) {

    /** Segments of 64 MiB, sectors of 4 KiB, batches of 4 MiB, queue and cache of 64 MiB, a budget of 4 GiB, 2 snapshots. */
    public static final WalOptions DEFAULTS =
            new WalOptions(64 << 20, 4096, 4 << 20, 64 << 20, 64 << 20, 4L << 30, 2, new SecureRandom()::nextLong);

    /** Checks the sizes. */
    public WalOptions {
        boolean sane = segmentSize >= Format.MIN_SEGMENT
                && segmentSize <= Format.MAX_SEGMENT
                && segmentSize % Format.MAX_SECTOR == 0
                && sectorSize >= Format.MIN_SECTOR
                && sectorSize <= Format.MAX_SECTOR
                && Integer.bitCount(sectorSize) == 1
                && maxBatchBytes > 0
                && maxBatchBytes <= segmentSize / 2
                && maxQueuedBytes > 0
                && cacheBytes >= 0
                && budgetBytes > 0
                && snapshotsKept > 0;
        if (!sane) {
            throw new IllegalArgumentException("sizes out of bounds: segment " + segmentSize + ", sector " + sectorSize
                    + ", batch " + maxBatchBytes + ", queue " + maxQueuedBytes + ", cache " + cacheBytes + ", budget "
                    + budgetBytes + ", snapshots " + snapshotsKept);
        }
    }

    /** Returns what is left of a segment for marks: terms, votes, snapshots, compactions. */
    int reserve() {
        return segmentSize / 16;
    }

    /** Returns the same with other segments, and batches of at most a quarter of one. */
    public WalOptions withSegmentSize(int bytes) {
        return new WalOptions(
                bytes,
                sectorSize,
                Math.min(maxBatchBytes, bytes / 4),
                maxQueuedBytes,
                cacheBytes,
                budgetBytes,
                snapshotsKept,
                logIds);
    }

    /** Returns the same with other sectors. */
    public WalOptions withSectorSize(int bytes) {
        return new WalOptions(
                segmentSize, bytes, maxBatchBytes, maxQueuedBytes, cacheBytes, budgetBytes, snapshotsKept, logIds);
    }

    /** Returns the same with another bound on one write. */
    public WalOptions withMaxBatchBytes(int bytes) {
        return new WalOptions(
                segmentSize, sectorSize, bytes, maxQueuedBytes, cacheBytes, budgetBytes, snapshotsKept, logIds);
    }

    /** Returns the same with another bound on what waits. */
    public WalOptions withMaxQueuedBytes(long bytes) {
        return new WalOptions(
                segmentSize, sectorSize, maxBatchBytes, bytes, cacheBytes, budgetBytes, snapshotsKept, logIds);
    }

    /** Returns the same with another cache. */
    public WalOptions withCacheBytes(long bytes) {
        return new WalOptions(
                segmentSize, sectorSize, maxBatchBytes, maxQueuedBytes, bytes, budgetBytes, snapshotsKept, logIds);
    }

    /** Returns the same with another budget. */
    public WalOptions withBudgetBytes(long bytes) {
        return new WalOptions(
                segmentSize, sectorSize, maxBatchBytes, maxQueuedBytes, cacheBytes, bytes, snapshotsKept, logIds);
    }

    /** Returns the same with another number of snapshots. */
    public WalOptions withSnapshotsKept(int count) {
        return new WalOptions(
                segmentSize, sectorSize, maxBatchBytes, maxQueuedBytes, cacheBytes, budgetBytes, count, logIds);
    }

    /** Returns the same with another source of numbers for new logs, for tests that repeat. */
    public WalOptions withLogIds(LongSupplier source) {
        return new WalOptions(
                segmentSize, sectorSize, maxBatchBytes, maxQueuedBytes, cacheBytes, budgetBytes, snapshotsKept, source);
    }
}
