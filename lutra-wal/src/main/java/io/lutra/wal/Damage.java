package io.lutra.wal;

/**
 * Bytes of the log that were durable once and are not what was written.
 *
 * @param file the file they are in
 * @param from the offset of the first byte that cannot be trusted
 * @param to the offset after the last
 * @param reason what was found
 */
public record Damage(String file, long from, long to, String reason) {
    @Override
    public String toString() {
        return file + " [" + from + ", " + to + "): " + reason;
    }
}
