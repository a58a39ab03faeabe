package io.lutra.testkit.disk;

import static io.lutra.testkit.disk.SimulatedDisk.SECTOR_BYTES;

import io.lutra.testkit.SeededRandom;
import java.io.IOException;
import java.util.Arrays;

/**
 * Damage to what a {@link SimulatedDisk} holds, synced or not: what a medium does to bytes while nobody looks. Readers
 * find it at once.
 */
public final class DiskDamage {
    private final FileTree tree;
    private final SeededRandom random;

    DiskDamage(FileTree tree, SeededRandom random) {
        this.tree = tree;
        this.random = random;
    }

    /** Flips a bit of a file; bit 0 is the lowest of byte 0. */
    public void flipBit(String path, long bit) throws IOException {
        FileImage file = tree.file(path);
        int at = (int) (bit >>> 3);
        file.damage(at, new byte[] {(byte) (file.content()[at] ^ 1 << (bit & 7))});
    }

    /** Flips a bit that the seed chooses and returns which; the file is not empty. */
    public long flipAnyBit(String path) throws IOException {
        long bit = random.nextLong(8L * tree.file(path).size());
        flipBit(path, bit);
        return bit;
    }

    /** Replaces bytes of a file; what would lie behind its end is left out. */
    public void overwrite(String path, long position, byte[] bytes) throws IOException {
        tree.file(path).damage((int) position, bytes);
    }

    /** Fills a sector with zeros. */
    public void zeroSector(String path, int sector) throws IOException {
        overwrite(path, (long) sector * SECTOR_BYTES, new byte[SECTOR_BYTES]);
    }

    /** Puts what one sector holds into another too: a write that went to the wrong place. */
    public void copySector(String path, int from, int to) throws IOException {
        overwrite(path, (long) to * SECTOR_BYTES, sector(path, from));
    }

    /** Exchanges two sectors. */
    public void swapSectors(String path, int one, int other) throws IOException {
        byte[] bytes = sector(path, one);
        copySector(path, other, one);
        overwrite(path, (long) other * SECTOR_BYTES, bytes);
    }

    /** Cuts the end of a file off. */
    public void truncate(String path, long size) throws IOException {
        tree.file(path).damageSize((int) size);
    }

    private byte[] sector(String path, int sector) throws IOException {
        byte[] content = tree.file(path).content();
        int start = sector * SECTOR_BYTES;
        return Arrays.copyOfRange(content, start, Math.min(content.length, start + SECTOR_BYTES));
    }
}
