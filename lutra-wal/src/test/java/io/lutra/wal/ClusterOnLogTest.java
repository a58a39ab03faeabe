package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.Seeds;
import org.junit.jupiter.api.Test;

/**
 * The testkit's cluster, its replicas on this log, while everything goes wrong: all invariants of the core, and those of the log
 * (I20, I21, I22). More seeds: {@code ./proof simulate --storage wal --seeds A-B}.
 */
class ClusterOnLogTest {
    @Test
    void keepsEveryInvariantOnTheFirstSeeds() {
        Seeds.check(
                1, 30, seed -> assertThat(LogUnderCluster.run(seed).report()).isEmpty());
    }

    @Test
    void isTheSameRunForTheSameSeed() {
        Seeds.check(
                1,
                5,
                seed -> assertThat(LogUnderCluster.run(seed).traceHash())
                        .isEqualTo(LogUnderCluster.run(seed).traceHash()));
    }

    @Test
    void keepsItsPromisesWithoutACluster() {
        Seeds.check(1, 60, LoneLog::run);
    }
}
