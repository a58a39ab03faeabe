package io.lutra.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * A program that uses only the specification's names is safe: whatever the network does, and wherever the program ends, no
 * committed entry is lost or changed, no vote is given twice, and in the end there is progress.
 *
 * <p>{@code -Dlutra.seed=N} runs one seed, {@code -Dlutra.seeds=N} as many from 0 on.
 */
class SpecificationProgramTest {
    private static final long SEEDS = Long.getLong("lutra.seeds", 250);

    @Test
    void losesNothingWhereverItEnds() {
        Long only = Long.getLong("lutra.seed");
        SpecificationWorld.Counts counts = SpecificationWorld.Counts.NONE;
        for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
            try {
                counts = counts.plus(new SpecificationWorld(seed).run());
            } catch (Throwable e) {
                throw new AssertionError(
                        "repeat with: mvn -pl lutra-core test -Dtest=SpecificationProgramTest -Dlutra.seed=" + seed, e);
            }
        }
        System.out.println("specification program: " + counts);
        assertThat(counts.committed()).isPositive();
    }
}
