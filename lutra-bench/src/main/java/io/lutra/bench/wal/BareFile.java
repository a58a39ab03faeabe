package io.lutra.bench.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The machine's own limit: a zero-filled file, overwritten in pieces, each synced. */
final class BareFile implements AutoCloseable {
    private static final int SIZE = 64 << 20;

    private final Path path;
    private final FileChannel channel;
    private final ByteBuffer piece;
    private long offset;

    BareFile(Path directory, int pieceBytes) throws IOException {
        path = directory.resolve("bare");
        channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        piece = ByteBuffer.allocateDirect(pieceBytes);
        for (int i = 0; i < pieceBytes; i++) {
            piece.put(i, (byte) (i * 31 + 7));
        }
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (int at = 0; at < SIZE; at += zeros.capacity()) {
            channel.write(zeros.duplicate(), at);
        }
        channel.force(true);
    }

    /** Overwrites the next piece and syncs. */
    void write() throws IOException {
        if (offset + piece.capacity() > SIZE) {
            offset = 0;
        }
        ByteBuffer source = piece.duplicate();
        long at = offset;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
        channel.force(false);
        offset = at;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.delete(path);
    }
}
