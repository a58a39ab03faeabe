package io.lutra.raft;

import java.util.List;

/**
 * Where a node's log is read from, and where the application stores what a {@link Ready} asks it to.
 *
 * <p>The core reads from the thread that steps the node; the application may append from another. What was appended and
 * acknowledged must be there after a crash, if the application promises that to its own users.
 *
 * <p>Indexes begin at 1. A storage that was compacted, or began with a snapshot, still knows the term of the entry just
 * before its first one. Any other error than those named here makes the node unusable, and so does one of these where it is
 * not named.
 */
public interface Storage {
    /**
     * Appends entries, durably. They replace what the storage holds from their first index on; entries that were already
     * compacted are skipped. The list is not kept.
     *
     * @throws StorageException if they would leave a gap, do not follow each other, have indexes or terms above
     *     {@link Long#MAX_VALUE}, or cannot be stored; nothing was appended then
     */
    void append(List<Entry> entries);

    /** Returns the stored hard state and the membership that was applied. Called when a node starts. */
    InitialState initialState();

    /**
     * Returns entries of {@code [lo, hi)}: at least the first, more while their encodings add up to no more than
     * {@code maxSize} bytes. The list is the caller's, and does not change when the storage does.
     *
     * @throws CompactedException if {@code lo} is before the first entry
     * @throws UnavailableException if {@code hi - 1} is after the last entry
     * @throws EntriesNotInMemoryException if they have to be read from a disk first; the storage begins to, and what needs
     *     them waits for {@link Node#entriesFetched}
     */
    List<Entry> entries(long lo, long hi, long maxSize);

    /**
     * Returns the term of an entry, or of the one just before the first.
     *
     * @throws CompactedException if the index is before that
     * @throws UnavailableException if the index is after the last entry
     * @throws EntriesNotInMemoryException as {@link #entries} does, but neither of the last entry, by which votes are given,
     *     nor of one above the stored commit index, which a leader may be about to commit
     */
    long term(long index);

    /** Returns the index of the last entry; if there is none, that of the snapshot the log begins with, or 0. */
    long lastIndex();

    /** Returns the index of the first entry that can be read; {@code lastIndex() + 1} if there is none. */
    long firstIndex();

    /**
     * Returns the newest snapshot; {@link Snapshot#EMPTY} if there never was one.
     *
     * @throws SnapshotTemporarilyUnavailableException if one is being made; the core asks again later
     */
    Snapshot snapshot();
}
