package io.lutra.testkit.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.Seeds;
import io.lutra.testkit.invariants.Violations;
import org.junit.jupiter.api.Test;

/** The core keeps its promises while everything goes wrong, and goes on afterwards. */
class ClusterRunTest {
    @Test
    void keepsEveryInvariantOnTheFirstSeeds() {
        Seeds.check(1, 150, seed -> assertThat(ClusterRun.of(seed).report()).isEmpty());
    }

    @Test
    void isTheSameRunForTheSameSeed() {
        Seeds.check(
                1,
                10,
                seed -> assertThat(ClusterRun.of(seed).traceHash())
                        .isEqualTo(ClusterRun.of(seed).traceHash()));
    }

    @Test
    void isAnotherRunForOtherBytesOfTheSameLength() {
        long padded = 105;
        ClusterRun zeros = ClusterRun.of(padded, Violations.allFatal(), options -> options.paddingByte = 0);
        ClusterRun sevens = ClusterRun.of(padded, Violations.allFatal(), options -> options.paddingByte = 7);
        assertThat(sevens.events()).isEqualTo(zeros.events());
        assertThat(sevens.traceHash()).isNotEqualTo(zeros.traceHash());
    }

    @Test
    void isAnotherRunForAnotherSeed() {
        assertThat(ClusterRun.of(1).traceHash()).isNotEqualTo(ClusterRun.of(2).traceHash());
    }
}
