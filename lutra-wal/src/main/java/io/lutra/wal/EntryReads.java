package io.lutra.wal;

import io.lutra.raft.CompactedException;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.RaftException;
import io.lutra.raft.UnavailableException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries from the disk for {@linkplain GroupStorage storages} whose threads must not wait for it: a duty for a thread
 * of its own, shared by all groups.
 *
 * <p>A storage that is asked for entries which are not in memory asks for them here, and throws
 * {@link EntriesNotInMemoryException}; {@link #doWork} reads them, and tells the storage's owner, who tells the node
 * ({@code entriesFetched}), which asks again. What was read is kept for that, up to a number of bytes together; beyond it what
 * was read first is dropped, and read anew if it is asked for after all. Safe for use by many threads.
 */
public final class EntryReads {
    /** What a page is counted for besides its entries, and if it has none: about what its objects take. */
    static final int PAGE_BYTES = 256;

    private record Key(long group, int generation, long lo) {}

    private static final class Page {
        final GroupLog group;
        final long lo;
        final long hi;
        final long maxSize;
        final Runnable onFetched;

        @Nullable
        List<Entry> entries;

        @Nullable
        RaftException failure;

        Page(GroupLog group, long lo, long hi, long maxSize, Runnable onFetched) {
            this.group = group;
            this.lo = lo;
            this.hi = hi;
            this.maxSize = maxSize;
            this.onFetched = onFetched;
        }

        boolean isRead() {
            return entries != null || failure != null;
        }

        long bytes() {
            long bytes = isRead() ? PAGE_BYTES : 0;
            return entries == null
                    ? bytes
                    : bytes + entries.stream().mapToLong(Entry::encodedSize).sum();
        }
    }

    private final long maxBytes;
    /** At most one for each place that somebody asked for: a follower, the application, a campaign. */
    private final Map<Key, Page> pages = new HashMap<>();

    private final ArrayDeque<Key> waiting = new ArrayDeque<>();
    /** What was read, first what was read first. */
    private final ArrayDeque<Key> read = new ArrayDeque<>();

    private long bytes;

    /** Keeps at most so many bytes of entries that were read, and some for each time something was; and what was read last. */
    public EntryReads(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Reads what was asked for first, and tells whoever asked; returns 0 if nothing waits, else 1. */
    public int doWork() {
        Page page;
        Key key;
        synchronized (this) {
            key = waiting.poll();
            page = key == null ? null : pages.get(key);
        }
        if (page == null || key == null) {
            return 0;
        }
        List<Entry> entries = null;
        RaftException failure = null;
        try {
            entries = page.group.entries(page.lo, page.hi, page.maxSize);
        } catch (RaftException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            // No memory, say. Whoever asked must be told, or would wait for ever.
            failure = new WalException("entries from " + page.lo + " on of " + page.group + " could not be read", e);
        }
        synchronized (this) {
            page.entries = entries;
            page.failure = failure;
            bytes += page.bytes();
            read.add(key);
            while (bytes > maxBytes && read.size() > 1) {
                drop(read.element());
            }
        }
        page.onFetched.run();
        return 1;
    }

    /** Tells whether something waits to be read. */
    public synchronized boolean hasWork() {
        return !waiting.isEmpty();
    }

    /** Returns the bytes of what was read and is kept. */
    public synchronized long bytes() {
        return bytes;
    }

    /**
     * Returns the entries if they were read, else sees to it that they are.
     *
     * @throws EntriesNotInMemoryException if they were not
     */
    List<Entry> entries(GroupLog group, long lo, int count, long maxSize, Runnable onFetched) {
        long hi = lo + count;
        Key key = new Key(group.id(), group.generation(), lo);
        synchronized (this) {
            Page page = pages.get(key);
            boolean waits = page != null && !page.isRead();
            if (page != null && !waits) {
                RaftException failure = page.failure;
                List<Entry> entries = page.entries;
                if (entries != null && entries.size() >= count && isCurrent(group, entries)) {
                    return List.copyOf(entries.subList(0, count));
                }
                drop(key);
                // That they are not there any more, or not yet, is for the log to say.
                if (failure != null
                        && !(failure instanceof CompactedException)
                        && !(failure instanceof UnavailableException)) {
                    throw failure;
                }
            }
            if (!waits) {
                pages.put(key, new Page(group, lo, hi, maxSize, onFetched));
                waiting.add(key);
            }
        }
        throw new EntriesNotInMemoryException(lo, hi);
    }

    /** Entries may have been replaced since. By Log Matching (paper §5.3) all are the same if the last is. */
    private static boolean isCurrent(GroupLog group, List<Entry> entries) {
        Entry last = entries.get(entries.size() - 1);
        return last.index() <= group.lastIndex() && group.term(last.index()) == last.term();
    }

    private void drop(Key key) {
        Page page = pages.remove(key);
        read.remove(key);
        bytes -= page == null ? 0 : page.bytes();
    }
}
