/**
 * The durable log: one append-only log per host, shared by all its groups, and the snapshot files beside it.
 *
 * <p>Begin with {@link io.lutra.wal.Wal}, the log of a directory; a {@link io.lutra.wal.GroupLog} is one group's part of
 * it, and {@link io.lutra.wal.GroupStorage} lets a {@link io.lutra.raft.Node} run on that part. Inside, {@code LogScan}
 * reads what {@code BatchBuilder} wrote, and {@code GroupTable} makes the state of the groups from it; the format is in
 * {@code docs/wal-format.md}. Everything touches the disk through {@link io.lutra.wal.Disk}.
 *
 * <p>Nothing here has a thread or a clock: {@link io.lutra.wal.Wal#doWork} and {@link io.lutra.wal.Wal#maintain} each do
 * one unit of work when asked. Every error of a log is a {@link io.lutra.raft.StorageException}; {@link io.lutra.wal.FileDisk}, as
 * every disk, throws {@link java.io.IOException}s, and {@link io.lutra.wal.WalOptions} refuses sizes with an
 * {@link IllegalArgumentException}.
 */
@NullMarked
package io.lutra.wal;

import org.jspecify.annotations.NullMarked;
