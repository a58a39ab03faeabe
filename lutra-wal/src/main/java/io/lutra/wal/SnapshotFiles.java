package io.lutra.wal;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot files of a directory: which there are, which are being read, which are not needed any more. Safe for use by
 * many threads.
 */
final class SnapshotFiles {
    /** Something done to the disk. */
    interface Action {
        void run() throws IOException;
    }

    private final Disk disk;
    private final long logId;
    private final int kept;
    private final Consumer<IOException> onFailure;
    /** Held while a name is given or deleted, so that it is never the new file that goes. Never asked for by who holds another lock. */
    private final Object changing = new Object();

    private final NavigableSet<String> names = new TreeSet<>();
    private final Map<String, Integer> readers = new HashMap<>();
    /** Files that may go once the batch of this number is durable. */
    private final Map<String, Long> obsolete = new TreeMap<>();

    private long temporaries;

    /** Uses a directory; {@code onFailure} is told of errors after which nothing may be acknowledged. */
    SnapshotFiles(Disk disk, long logId, int kept, Consumer<IOException> onFailure) {
        this.disk = disk;
        this.logId = logId;
        this.kept = kept;
        this.onFailure = onFailure;
    }

    Disk disk() {
        return disk;
    }

    long logId() {
        return logId;
    }

    /** Does something, and if that fails makes a typed error of it after {@code onError}. */
    void guard(Action action, Action onError) {
        try {
            action.run();
        } catch (DiskFullException e) {
            guard(onError, () -> {});
            throw new LogFullException("no room for a snapshot", e);
        } catch (IOException e) {
            onFailure.accept(e);
            throw new LogFailedException("a snapshot could not be written", e);
        }
    }

    /** Begins a file. If that fails, it does alone: nothing depends on it yet. */
    SnapshotWriter create(SnapshotFile target) {
        byte[] header = SnapshotWriter.header(logId, target);
        String temporary;
        synchronized (this) {
            temporary = target.name() + "." + temporaries++ + Format.TEMPORARY_SUFFIX;
        }
        DiskFile file;
        try {
            file = disk.create(temporary);
        } catch (DiskFullException e) {
            throw new LogFullException("no room for a snapshot", e);
        } catch (IOException e) {
            throw new WalException("snapshot " + target + " cannot be begun", e);
        }
        return new SnapshotWriter(this, target, temporary, file, header);
    }

    /** Gives a whole file its name. One of that name may be waiting to be deleted, from before the log was opened. */
    void publish(String temporary, SnapshotFile file) throws IOException {
        synchronized (changing) {
            disk.rename(temporary, file.name());
            synchronized (this) {
                obsolete.remove(file.name());
                names.add(file.name());
            }
        }
    }

    /** Says that a file was found. */
    synchronized void found(String name) {
        names.add(name);
    }

    /** Tells whether a file is there to stay. */
    synchronized boolean has(SnapshotFile file) {
        return names.contains(file.name()) && !obsolete.containsKey(file.name());
    }

    /**
     * Keeps a file from being deleted until its reader is closed, and returns its name.
     *
     * @throws DamagedSnapshotException if it is missing
     */
    synchronized String hold(SnapshotFile snapshot) {
        String name = snapshot.name();
        if (!names.contains(name)) {
            throw new DamagedSnapshotException("snapshot " + name + " is missing");
        }
        readers.merge(name, 1, Integer::sum);
        return name;
    }

    /**
     * Opens a file that is held.
     *
     * @throws DamagedSnapshotException if it is missing, or does not begin as it should
     */
    SnapshotReader open(String name) {
        DiskFile file = null;
        try {
            file = disk.openToRead(name);
        } catch (IOException e) {
            throw cannotBeOpened(name, e);
        } finally {
            if (file == null) {
                closed(name);
            }
        }
        return new SnapshotReader(name, file, logId, () -> closed(name));
    }

    /** Only a file that is not there is damage: whoever hears of that gives the snapshot up. */
    private WalException cannotBeOpened(String name, IOException e) {
        try {
            if (!disk.list().contains(name)) {
                return new DamagedSnapshotException("snapshot " + name + " is missing", e);
            }
        } catch (IOException again) {
            e.addSuppressed(again);
        }
        return new WalException("snapshot " + name + " cannot be opened", e);
    }

    private synchronized void closed(String name) {
        readers.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Takes note of which snapshot is a group's newest: older ones beyond those kept, and those of earlier generations, may go
     * when a batch after {@code sequence} is durable. Newer ones stay, and those of a life whose beginning waits to be written:
     * they are to be marked yet. When the log is opened they may go too: nothing can mark them any more. Those of a group that is
     * out of service all stay until it is dropped: what the log says of them may be out of date.
     */
    synchronized void marked(GroupState group, long sequence, boolean opening) {
        if (group.status() == GroupRecord.Status.DAMAGED) {
            return;
        }
        String newest = SnapshotFile.name(
                group.id(),
                group.generation(),
                group.snapshot().index(),
                group.snapshot().term());
        String prefix = SnapshotFile.prefix(group.id());
        String ofGeneration = newest.substring(0, prefix.length() + 9);
        int left = kept;
        for (String name : names.subSet(prefix, true, prefix + "~", true).descendingSet()) {
            boolean isOurs = group.isLive() && name.startsWith(ofGeneration);
            boolean isOfNextLife = name.compareTo(ofGeneration + "~") > 0;
            boolean isNewer = isOfNextLife || (isOurs && name.compareTo(newest) > 0);
            boolean isKept = isNewer ? !opening : isOurs && left-- > 0;
            if (!isKept) {
                obsolete.putIfAbsent(name, sequence);
            }
        }
    }

    /** Says that files of other groups than these are of no use: they were made for groups of which the log says nothing. */
    synchronized void onlyOf(Set<Long> groups, long sequence) {
        for (String name : names) {
            if (!groups.contains(SnapshotFile.groupOf(name))) {
                obsolete.putIfAbsent(name, sequence);
            }
        }
    }

    /** Deletes one file that is not needed; returns false if there is none, or it must stay until a batch follows. */
    boolean deleteOne(long nextSequence) throws IOException {
        synchronized (changing) {
            String name = takeObsolete(nextSequence);
            if (name == null) {
                return false;
            }
            try {
                disk.delete(name);
            } catch (IOException e) {
                // Whoever removed it by hand only came first.
                if (disk.list().contains(name)) {
                    throw e;
                }
            }
            return true;
        }
    }

    private synchronized @Nullable String takeObsolete(long nextSequence) {
        for (Map.Entry<String, Long> each : obsolete.entrySet()) {
            String name = each.getKey();
            if (each.getValue() < nextSequence && !readers.containsKey(name)) {
                obsolete.remove(name);
                names.remove(name);
                return name;
            }
        }
        return null;
    }

    /** Tells whether something waits for a batch to follow. */
    synchronized boolean waitsForBatch(long nextSequence) {
        return obsolete.values().stream().anyMatch(sequence -> sequence >= nextSequence);
    }
}
