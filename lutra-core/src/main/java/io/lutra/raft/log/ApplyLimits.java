package io.lutra.raft.log;

/**
 * What may be handed out for application.
 *
 * @param unstable whether entries may be that the storage does not have yet
 * @param size how much may be and not be acknowledged, in encoded bytes; one entry always may, or nothing would go on
 */
public record ApplyLimits(boolean unstable, long size) {
    /** Limits at least to one entry. */
    public ApplyLimits {
        size = Math.max(1, size);
    }
}
