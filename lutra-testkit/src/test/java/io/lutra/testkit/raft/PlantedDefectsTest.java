package io.lutra.testkit.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.lutra.testkit.invariants.Invariant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlantedDefectsTest {
    private static final Path ROOT = Path.of("..");

    @Test
    void everyEditFitsTheSources() throws IOException {
        for (Mutant mutant : PlantedDefects.catalogue()) {
            assertFalse(mutant.sources(ROOT).isEmpty(), mutant.id);
        }
        for (Mutant mutant : DurableLogMutants.all()) {
            assertFalse(mutant.sources(ROOT).isEmpty(), mutant.id);
        }
    }

    @Test
    void everyDefectNamesInvariantsThatThereAre() {
        for (Mutant mutant : PlantedDefects.catalogue()) {
            mutant.invariants.forEach(Invariant::valueOf);
            assertFalse(mutant.invariants.isEmpty(), mutant.id);
        }
    }

    @Test
    void theSampleOfEveryCommitIsSpreadOverTheCatalogueAndReachesAllOfIt() {
        int all = PlantedDefects.catalogue().size();
        Set<String> met = new HashSet<>();
        for (long draw = 0; draw < all; draw++) {
            List<Mutant> sample = PlantedDefects.sample(draw, 16);
            assertEquals(16, new HashSet<>(sample).size(), "no defect twice");
            sample.forEach(mutant -> met.add(mutant.id));
        }
        assertEquals(all, met.size());
    }
}
