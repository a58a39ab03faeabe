package io.lutra.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.node.SpecificationWorld.Counts;
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
        if (only != null) {
            run(only);
            return;
        }
        Counts counts = Counts.NONE;
        for (long seed = 0; seed < SEEDS; seed++) {
            counts = counts.plus(run(seed));
        }
        System.out.println("SpecificationProgramTest: " + SEEDS + " seeds, " + counts);
        assertThat(counts.committed()).isGreaterThan(20 * SEEDS);
        assertThat(counts.terms()).isGreaterThan(SEEDS);
        assertThat(counts.discarded()).isGreaterThan(SEEDS);
        assertThat(counts.crashedWriting()).isGreaterThan(SEEDS);
        assertThat(counts.restored()).isGreaterThan(SEEDS);
        assertThat(counts.confChanges()).isGreaterThan(SEEDS / 10);
    }

    private static Counts run(long seed) {
        try {
            return new SpecificationWorld(seed).run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "repeat with: mvn -pl lutra-core test -Dtest=SpecificationProgramTest -Dlutra.seed=" + seed, e);
        }
    }
}
