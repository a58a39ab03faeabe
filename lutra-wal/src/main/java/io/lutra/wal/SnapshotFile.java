package io.lutra.wal;

import io.lutra.raft.SnapshotMetadata;

/** A snapshot that is durable in a file of its own; a log takes no other as a group's newest. */
public final class SnapshotFile {
    private final long group;
    private final int generation;
    private final SnapshotMetadata metadata;

    SnapshotFile(long group, int generation, SnapshotMetadata metadata) {
        this.group = group;
        this.generation = generation;
        this.metadata = metadata;
    }

    /** Returns which prefix of the log the snapshot stands for. */
    public SnapshotMetadata metadata() {
        return metadata;
    }

    long group() {
        return group;
    }

    int generation() {
        return generation;
    }

    /** Returns the name of the file. */
    String name() {
        return name(group, generation, metadata.index(), metadata.term());
    }

    static String name(long group, int generation, long index, long term) {
        return String.format(
                java.util.Locale.ROOT,
                "%016x-%08x-%016x-%016x%s",
                group,
                generation,
                index,
                term,
                Format.SNAPSHOT_SUFFIX);
    }

    /** Returns the start that the names of all snapshots of a group have, of this and other generations. */
    static String prefix(long group) {
        return String.format(java.util.Locale.ROOT, "%016x-", group);
    }

    static long groupOf(String name) {
        return Long.parseUnsignedLong(name, 0, 16, 16);
    }

    static boolean isName(String name) {
        return name.matches("[0-9a-f]{16}-[0-9a-f]{8}-[0-9a-f]{16}-[0-9a-f]{16}\\.snap");
    }

    @Override
    public String toString() {
        return name();
    }
}
