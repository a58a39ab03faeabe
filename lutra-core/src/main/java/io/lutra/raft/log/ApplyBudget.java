package io.lutra.raft.log;

/**
 * Bounds what is handed out for application and not acknowledged, in encoded bytes. Handing out pauses when the limit is
 * reached, and when the next entry did not fit: until an acknowledgement.
 */
final class ApplyBudget {
    private final long limit;
    private long outstanding;
    private boolean paused;

    ApplyBudget(long limit) {
        // With no room at all nothing would ever be applied; one entry at a time is the least that goes on.
        this.limit = Math.max(1, limit);
    }

    boolean isPaused() {
        return paused;
    }

    long left() {
        return limit - outstanding;
    }

    void take(long size, boolean moreToApply) {
        outstanding += size;
        paused = outstanding >= limit || moreToApply;
    }

    void give(long size) {
        outstanding = Math.max(0, outstanding - size);
        paused = outstanding >= limit;
    }
}
