package io.lutra.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeededRandomTest {
    @Test
    void isSplitMix64() {
        // The published reference sequence of state 1234567.
        SeededRandom random = new SeededRandom(unmixed(1234567));
        assertThat(random.nextLong()).isEqualTo(6457827717110365317L);
        assertThat(random.nextLong()).isEqualTo(3203168211198807973L);
        assertThat(random.nextLong()).isEqualTo(-8629252141511181193L);
    }

    @Test
    void drawsTheSameNumbersForASeed() {
        SeededRandom random = new SeededRandom(42);
        assertThat(new long[] {random.nextLong(), random.nextInt(1000), random.nextLong(5, 1L << 40)})
                .containsExactly(-7450291807549245335L, 160, 988829626385L);
        assertThat(random.nextDouble()).isEqualTo(0.04802579547595631);
    }

    @Test
    void drawsEvenly() {
        SeededRandom random = new SeededRandom(1);
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++) {
            counts[random.nextInt(10)]++;
        }
        assertThat(Arrays.stream(counts).boxed()).allMatch(count -> count > 9_500 && count < 10_500);
    }

    @Test
    void staysInItsBounds() {
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < 10_000; i++) {
            assertThat(random.nextInt(3, 7)).isBetween(3, 6);
            assertThat(random.nextLong(-5, 5)).isBetween(-5L, 4L);
            assertThat(random.nextLong(Long.MAX_VALUE)).isNotNegative();
            assertThat(random.nextInt(Integer.MAX_VALUE)).isNotNegative();
            assertThat(random.nextDouble()).isGreaterThanOrEqualTo(0).isLessThan(1);
        }
    }

    @Test
    void aForkDependsOnSeedAndNameAlone() {
        SeededRandom drawn = new SeededRandom(7);
        drawn.nextLong();
        assertThat(drawn.fork("disk").nextLong())
                .isEqualTo(new SeededRandom(7).fork("disk").nextLong());
        Set<Long> firsts = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            SeededRandom random = new SeededRandom(seed);
            firsts.add(random.nextLong());
            firsts.add(random.fork("disk").nextLong());
            firsts.add(random.fork("network").nextLong());
            for (int i = 0; i < 100; i++) {
                firsts.add(random.fork(i).nextLong());
            }
        }
        assertThat(firsts).hasSize(100 * 103);
    }

    @Test
    void shufflesIntoEveryOrder() {
        SeededRandom random = new SeededRandom(1);
        Set<String> orders = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            int[] values = {0, 1, 2, 3};
            random.shuffle(values);
            orders.add(Arrays.toString(values));
        }
        assertThat(orders).hasSize(24);
    }

    @Test
    void chanceIsAboutWhatItSays() {
        SeededRandom random = new SeededRandom(1);
        int hits = 0;
        for (int i = 0; i < 100_000; i++) {
            hits += random.chance(0.3) ? 1 : 0;
        }
        assertThat(hits).isBetween(29_000, 31_000);
        assertThat(random.chance(0)).isFalse();
        assertThat(random.chance(1)).isTrue();
    }

    /** Returns the seed whose sequence begins with this state: the inverse of the mixing, found by its own inverses. */
    private static long unmixed(long state) {
        long z = unshift(state, 31);
        z = unshift(z * inverse(0x94d049bb133111ebL), 27);
        return unshift(z * inverse(0xbf58476d1ce4e5b9L), 30);
    }

    private static long unshift(long value, int shift) {
        long original = value;
        for (int i = 0; i < 3; i++) {
            original = value ^ (original >>> shift);
        }
        return original;
    }

    private static long inverse(long odd) {
        long inverse = odd;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }
}
