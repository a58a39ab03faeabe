package io.lutra.raft;

/** SplitMix64 (Steele, Lea, Flood 2014) in one object of 24 bytes, where a {@code SplittableRandom} takes three and 80. */
final class SeededJitter implements ElectionJitter {
    private long state;

    SeededJitter(long seed) {
        this.state = seed;
    }

    @Override
    public int ticks(long id, long term, int electionTick) {
        state += 0x9e3779b97f4a7c15L;
        long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        mixed ^= mixed >>> 31;
        // The high half of a 32 x 32 bit product: as even as a remainder, without a division.
        return (int) (((mixed >>> 32) * electionTick) >>> 32);
    }
}
