package io.lutra.testkit.disk;

import java.util.TreeMap;

/** A directory's names, twice: as a reader sees them, and as a power cut would leave them. */
final class Directory implements Inode {
    final TreeMap<String, Inode> live = new TreeMap<>();
    final TreeMap<String, Inode> durable = new TreeMap<>();
}
