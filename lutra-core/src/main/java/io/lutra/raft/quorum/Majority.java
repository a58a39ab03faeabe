package io.lutra.raft.quorum;

import java.util.Arrays;

/**
 * What a majority of one set of voters decides. Without voters it agrees to everything, so that an empty set is neutral as
 * one half of a {@link JointConfig}.
 */
public final class Majority {
    /** What {@link #committedIndex} returns where nobody has to acknowledge. */
    public static final long EVERYTHING = Long.MAX_VALUE;

    /** Flipping this bit turns the order of unsigned numbers into that of signed ones. */
    private static final long UNSIGNED = Long.MIN_VALUE;

    private Majority() {}

    /**
     * Returns the largest index that a majority has acknowledged, {@link #EVERYTHING} if there are no voters. Indexes are
     * 64 unsigned bits.
     */
    public static long committedIndex(IdSet voters, AckedIndexer acks) {
        int n = voters.size();
        if (n == 0) {
            return EVERYTHING;
        }
        if (n == 1) {
            return acks.ackedIndex(voters.get(0));
        }
        long[] acked = new long[n];
        for (int i = 0; i < n; i++) {
            acked[i] = acks.ackedIndex(voters.get(i)) ^ UNSIGNED;
        }
        Arrays.sort(acked);
        // The q-th largest, q = n/2 + 1: that many voters have acknowledged it or more.
        return acked[n - (n / 2 + 1)] ^ UNSIGNED;
    }

    /** Tells where a vote stands; it is won if there are no voters. */
    public static VoteResult voteResult(IdSet voters, Ballots ballots) {
        int n = voters.size();
        if (n == 0) {
            return VoteResult.WON;
        }
        int granted = 0;
        int missing = 0;
        for (int i = 0; i < n; i++) {
            switch (ballots.of(voters.get(i))) {
                case GRANTED -> granted++;
                case MISSING -> missing++;
                case REJECTED -> {}
            }
        }
        int majority = n / 2 + 1;
        if (granted >= majority) {
            return VoteResult.WON;
        }
        return granted + missing >= majority ? VoteResult.PENDING : VoteResult.LOST;
    }
}
