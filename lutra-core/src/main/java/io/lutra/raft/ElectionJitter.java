package io.lutra.raft;

/**
 * The only source of randomness: how much longer than {@link Config#electionTick} a node waits for a leader, so that not
 * all campaign at once. Paper §5.2.
 */
@FunctionalInterface
public interface ElectionJitter {
    /**
     * Returns a number of ticks in {@code [0, electionTick)}. Called whenever a node begins to wait anew, by the thread
     * that steps it.
     *
     * @param id the node
     * @param term the term it is in
     */
    int ticks(long id, long term, int electionTick);

    /**
     * Returns a jitter that gives the same numbers for the same seed. It belongs to one thread: to one node, or to all
     * those that the thread steps.
     */
    static ElectionJitter seeded(long seed) {
        return new SeededJitter(seed);
    }
}
