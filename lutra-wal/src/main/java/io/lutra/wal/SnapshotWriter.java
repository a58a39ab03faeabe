package io.lutra.wal;

import io.lutra.raft.SnapshotMetadata;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Streams a snapshot into a file. Nothing of it counts before {@link #commit}; closed without, it is gone.
 *
 * <p>At most 64 KiB are held in memory. Errors are {@link WalException}s: {@link LogFullException} if the disk is full, after
 * which the log goes on; {@link LogFailedException} for any other, once the file was begun. For one thread, which need not be the log's.
 */
public final class SnapshotWriter extends OutputStream {
    static final int HEADER = 64;
    static final int CHUNK_HEADER = 8;
    static final int MAX_CHUNK = 64 << 10;

    /** More than this of a membership is believed of no file, before its sum is known. */
    static final int MAX_MEMBERSHIP = 1 << 20;

    private final SnapshotFiles files;
    private final SnapshotFile target;
    private final String temporary;
    private final Checksum sums;
    private final DiskFile file;
    private final byte[] chunk = new byte[CHUNK_HEADER + MAX_CHUNK];
    private int filled;
    private long offset;
    private long total;
    private boolean done;

    /** Takes the file over, and begins it with a {@link #header}. */
    SnapshotWriter(SnapshotFiles files, SnapshotFile target, String temporary, DiskFile file, byte[] header) {
        this.files = files;
        this.target = target;
        this.temporary = temporary;
        this.sums = new Checksum(files.logId());
        this.file = file;
        files.guard(() -> file.write(ByteBuffer.wrap(header), 0), this::abort);
        offset = header.length;
    }

    /**
     * Returns how a file begins.
     *
     * @throws WalException if the membership is too large
     */
    static byte[] header(long logId, SnapshotFile target) {
        SnapshotMetadata metadata = target.metadata();
        byte[] confState = metadata.confState().encode();
        if (confState.length > MAX_MEMBERSHIP) {
            throw new WalException("the membership of snapshot " + target + " takes " + confState.length
                    + " bytes, more than " + MAX_MEMBERSHIP);
        }
        byte[] bytes = new byte[HEADER + confState.length];
        Format.putPreamble(bytes, Format.SNAPSHOT_MAGIC);
        LittleEndian.putInt(bytes, 20, confState.length);
        LittleEndian.putLong(bytes, 24, logId);
        LittleEndian.putLong(bytes, 32, target.group());
        LittleEndian.putInt(bytes, 40, target.generation());
        LittleEndian.putLong(bytes, 48, metadata.index());
        LittleEndian.putLong(bytes, 56, metadata.term());
        System.arraycopy(confState, 0, bytes, HEADER, confState.length);
        LittleEndian.putInt(bytes, Format.PREAMBLE, Checksum.plain(bytes, 20, bytes.length));
        return bytes;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        Objects.checkFromIndexSize(from, length, bytes.length);
        if (done) {
            throw new WalException("snapshot " + target + " is closed");
        }
        int written = 0;
        while (written < length) {
            int part = Math.min(length - written, MAX_CHUNK - filled);
            System.arraycopy(bytes, from + written, chunk, CHUNK_HEADER + filled, part);
            filled += part;
            written += part;
            if (filled == MAX_CHUNK) {
                writeChunk();
            }
        }
    }

    private void writeChunk() {
        int size = filled;
        total += size;
        filled = 0;
        LittleEndian.putInt(chunk, 4, size);
        writeSummed(size);
    }

    /** A chunk of length 0 ends the file; it says how many bytes there were. */
    private void writeEnd() {
        LittleEndian.putInt(chunk, 4, 0);
        LittleEndian.putLong(chunk, CHUNK_HEADER, total);
        writeSummed(8);
    }

    private void writeSummed(int size) {
        long index = target.metadata().index();
        LittleEndian.putInt(chunk, 0, sums.at(target.group(), index, offset, chunk, 4, CHUNK_HEADER + size));
        ByteBuffer buffer = ByteBuffer.wrap(chunk, 0, CHUNK_HEADER + size);
        files.guard(() -> file.write(buffer, offset), this::abort);
        offset += CHUNK_HEADER + size;
    }

    /** Makes the snapshot durable under its name. It becomes the group's newest when the group is told of it. */
    public SnapshotFile commit() {
        if (done) {
            throw new WalException("snapshot " + target + " is closed");
        }
        if (filled > 0) {
            writeChunk();
        }
        writeEnd();
        files.guard(
                () -> {
                    file.sync();
                    file.close();
                    files.publish(temporary, target);
                    files.disk().sync();
                },
                this::abort);
        done = true;
        return target;
    }

    /** Drops what was written, unless it was committed. */
    @Override
    public void close() {
        if (!done) {
            files.guard(this::abort, () -> {});
        }
    }

    private void abort() throws IOException {
        done = true;
        file.close();
        if (files.disk().list().contains(temporary)) {
            files.disk().delete(temporary);
        }
    }
}
