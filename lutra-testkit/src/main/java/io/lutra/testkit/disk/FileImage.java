package io.lutra.testkit.disk;

import static io.lutra.testkit.disk.SimulatedDisk.SECTOR_BYTES;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.zip.Checksum;

/**
 * A file's bytes, twice: as a reader sees them, and as a power cut would leave them.
 *
 * <p>Bytes after the size are zero in both images. A sector is dirty when a sync would write it; where one that is clean
 * differs, a disk lost it that did not say so.
 */
final class FileImage implements Inode {
    final int id;
    /** Tells whether a name leads here: only then its bytes count as used. */
    boolean linked = true;

    private byte[] live = {};
    private byte[] durable = {};
    private int size;
    private int durableSize;
    private boolean sizeDirty;
    /** The least and the largest size since the last sync: any size between may be what a power cut leaves. */
    private int leastSize;

    private int largestSize;
    private final BitSet dirty = new BitSet();
    /** Bytes of lost writes, until they are written again: no sync makes them durable, of whatever sector around them. */
    private final BitSet lost = new BitSet();

    FileImage(int id) {
        this.id = id;
    }

    FileImage copy() {
        FileImage copy = new FileImage(id);
        copy.linked = linked;
        copy.live = live.clone();
        copy.durable = durable.clone();
        copy.size = size;
        copy.durableSize = durableSize;
        copy.sizeDirty = sizeDirty;
        copy.leastSize = leastSize;
        copy.largestSize = largestSize;
        copy.dirty.or(dirty);
        copy.lost.or(lost);
        return copy;
    }

    int size() {
        return size;
    }

    byte[] content() {
        return Arrays.copyOf(live, size);
    }

    /** Puts both images into a checksum. */
    void addTo(Checksum sum) {
        sum.update(live, 0, size);
        sum.update(durable, 0, Math.min(durableSize, durable.length));
    }

    int read(int position, ByteBuffer target, int count) {
        int readable = Math.min(count, size - position);
        target.put(live, position, readable);
        return readable;
    }

    /** Writes bytes; those that do not make anything dirty are lost at a crash. */
    void write(int position, ByteBuffer source, int count, boolean makeDirty) {
        if (count == 0) {
            return;
        }
        resize(Math.max(size, position + count));
        source.get(live, position, count);
        lost.set(position, position + count, !makeDirty);
        if (makeDirty) {
            touch(position, position + count);
        }
    }

    void flipBit(long bit) {
        int at = (int) (bit >>> 3);
        live[at] ^= (byte) (1 << (bit & 7));
    }

    void resize(int newSize) {
        if (newSize == size) {
            return;
        }
        if (newSize > live.length) {
            live = Arrays.copyOf(live, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(newSize, 2L * live.length)));
        }
        if (newSize < size) {
            Arrays.fill(live, newSize, size, (byte) 0);
            lost.clear(newSize, size);
            touch(newSize, size);
        }
        size = newSize;
        leastSize = Math.min(leastSize, newSize);
        largestSize = Math.max(largestSize, newSize);
        sizeDirty = true;
    }

    private void touch(int from, int to) {
        dirty.set(from / SECTOR_BYTES, (to - 1) / SECTOR_BYTES + 1);
    }

    void sync() {
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            persist(sector, 0, SECTOR_BYTES);
        }
        durableSize = size;
        forgetDirt();
    }

    /** Forgets what was not made durable, as Linux does after a failed sync. */
    void forgetDirt() {
        dirty.clear();
        sizeDirty = false;
        leastSize = durableSize;
        largestSize = durableSize;
    }

    int unsyncedUnits() {
        return (sizeDirty ? 1 : 0) + dirty.cardinality();
    }

    /** Makes durable what survives, the first unit having this number; returns the number after the last. */
    int persist(Survival survival, int firstUnit) {
        int unit = firstUnit;
        if (sizeDirty) {
            persistSize(survival, unit++);
        }
        for (int sector = dirty.nextSetBit(0); sector >= 0; sector = dirty.nextSetBit(sector + 1)) {
            switch (survival.fate(unit)) {
                case KEPT -> {
                    persist(sector, 0, SECTOR_BYTES);
                    dirty.clear(sector);
                }
                case TORN -> {
                    int bytes = survival.newBytes(unit);
                    persist(sector, bytes > 0 ? 0 : SECTOR_BYTES + bytes, bytes > 0 ? bytes : SECTOR_BYTES);
                }
                case LOST -> {}
            }
            unit++;
        }
        return unit;
    }

    private void persistSize(Survival survival, int unit) {
        switch (survival.fate(unit)) {
            case KEPT -> {
                durableSize = size;
                sizeDirty = false;
                leastSize = size;
                largestSize = size;
            }
            case TORN -> durableSize = (int) survival.between(unit, leastSize, largestSize);
            case LOST -> {}
        }
    }

    /** Copies {@code [from, to)} of a sector to the durable image. */
    private void persist(int sector, int from, int to) {
        int start = sector * SECTOR_BYTES + from;
        int end = Math.min(live.length, sector * SECTOR_BYTES + to);
        if (end > durable.length) {
            durable = Arrays.copyOf(durable, live.length);
        }
        while (start < end) {
            int stop = lost.nextSetBit(start);
            stop = stop < 0 || stop > end ? end : stop;
            System.arraycopy(live, start, durable, start, stop - start);
            start = lost.nextClearBit(stop);
        }
    }

    /** What a power cut leaves is what is durable. */
    void revert() {
        if (durableSize > durable.length) {
            durable = Arrays.copyOf(durable, durableSize);
        }
        Arrays.fill(durable, durableSize, durable.length, (byte) 0);
        live = durable.clone();
        size = durableSize;
        lost.clear();
        forgetDirt();
    }

    /** Reads again from the disk what is not dirty. */
    void dropCache() {
        if (!sizeDirty) {
            size = durableSize;
        }
        durable = Arrays.copyOf(durable, Math.max(durable.length, live.length));
        live = Arrays.copyOf(live, durable.length);
        for (int at = lost.nextSetBit(0); at >= 0; at = lost.nextSetBit(at + 1)) {
            live[at] = durable[at];
        }
        lost.clear();
        for (int sector = dirty.nextClearBit(0); sector * SECTOR_BYTES < live.length; ) {
            int start = sector * SECTOR_BYTES;
            System.arraycopy(durable, start, live, start, Math.min(SECTOR_BYTES, live.length - start));
            sector = dirty.nextClearBit(sector + 1);
        }
        Arrays.fill(live, size, live.length, (byte) 0);
    }

    /** Replaces bytes in both images: damage to the medium, after all of it was written. */
    void damage(int position, byte[] bytes) {
        if (durable.length < size) {
            durable = Arrays.copyOf(durable, live.length);
        }
        int count = Math.min(bytes.length, size - position);
        System.arraycopy(bytes, 0, live, position, count);
        System.arraycopy(bytes, 0, durable, position, count);
        lost.clear(position, position + count);
    }

    void damageSize(int newSize) {
        resize(newSize);
        durableSize = newSize;
        durable = Arrays.copyOf(durable, Math.max(newSize, durable.length));
        Arrays.fill(durable, newSize, durable.length, (byte) 0);
    }
}
