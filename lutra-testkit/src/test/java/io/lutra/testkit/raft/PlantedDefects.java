package io.lutra.testkit.raft;

import io.lutra.testkit.raft.MutantRunner.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The catalogue of planted defects, and what becomes of them: each has to be found by an invariant that is named for it,
 * half of them within {@link #MEDIAN_SEEDS} seeds, and the same seeds without a defect must raise no alarm.
 */
final class PlantedDefects {
    static final int MOST_SEEDS = 2000;
    static final int MEDIAN_SEEDS = 50;
    private static final long FIRST_SEED = 1;
    private static final String ROW = "%-4s %-9s %-4s %5s %8s  %s%n";

    private final Path root;
    private final StorageKind storages;
    private int found;
    private int failures;

    /** Plants in a copy of the sources below {@code root}; the same seeds without a defect run on storages of a kind. */
    PlantedDefects(Path root, StorageKind storages) {
        this.root = root;
        this.storages = storages;
    }

    static List<Mutant> catalogue() {
        List<Mutant> all = Stream.of(
                        ElectionMutants.all(),
                        LogMutants.all(),
                        MembershipMutants.all(),
                        ReadAndSnapshotMutants.all(),
                        OwnMutants.all())
                .flatMap(List::stream)
                .toList();
        Set<String> ids = new HashSet<>();
        for (Mutant mutant : all) {
            if (!ids.add(mutant.id)) {
                throw new IllegalStateException("two defects are called " + mutant.id);
            }
        }
        return all;
    }

    /** Returns the defects of these ids, separated by commas. */
    static List<Mutant> named(String ids) {
        List<String> wanted = Arrays.asList(ids.split(","));
        List<Mutant> chosen = catalogue().stream()
                .filter(mutant -> wanted.contains(mutant.id))
                .toList();
        if (chosen.size() != wanted.size()) {
            throw new IllegalArgumentException("not all of " + wanted + " are in the catalogue");
        }
        return chosen;
    }

    /** Returns so many defects, spread over the catalogue; another {@code draw} gives others. */
    static List<Mutant> sample(long draw, int count) {
        List<Mutant> all = catalogue();
        List<Mutant> sample = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            sample.add(all.get((int) ((Math.floorMod(draw, all.size()) + i * all.size() / count) % all.size())));
        }
        return sample;
    }

    int found() {
        return found;
    }

    int failures() {
        return failures;
    }

    /** Plants each defect, on all processors, and prints a row for each. */
    void plant(List<Mutant> chosen) throws IOException {
        System.out.printf(Locale.ROOT, ROW, "id", "", "by", "seeds", "seconds", "defect, and what was seen");
        List<Integer> seeds = new ArrayList<>();
        for (Outcome outcome : outcomes(chosen)) {
            seeds.add(outcome.seeds());
        }
        seeds.sort(null);
        int median = seeds.get(seeds.size() / 2);
        int most = seeds.get(seeds.size() - 1);
        System.out.printf(
                Locale.ROOT,
                "%d of %d planted defects found, median %d seeds, most %d%n",
                found,
                chosen.size(),
                median,
                most);
        if (chosen.size() == catalogue().size() && median > MEDIAN_SEEDS) {
            System.out.println("FAILED: the median is above " + MEDIAN_SEEDS + " seeds");
            failures++;
        }
        SeedRange without = new SeedRange(storages);
        without.run(FIRST_SEED, n -> n < most);
        System.out.printf(
                Locale.ROOT,
                "the same %d seeds without a defect: %d alarms%n",
                without.seeds(),
                without.failed().size());
        failures += without.failed().size();
    }

    private List<Outcome> outcomes(List<Mutant> chosen) throws IOException {
        MutantRunner runner = new MutantRunner(root);
        ExecutorService processors =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<Outcome>> running = new ArrayList<>();
            for (Mutant mutant : chosen) {
                running.add(processors.submit(() -> runner.run(mutant, FIRST_SEED, MOST_SEEDS)));
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> one : running) {
                Outcome outcome = one.get();
                print(outcome);
                outcomes.add(outcome);
            }
            return outcomes;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            processors.shutdownNow();
        }
    }

    private void print(Outcome outcome) {
        String seen = outcome.found();
        found += seen == null ? 0 : 1;
        failures += seen == null ? 1 : 0;
        System.out.printf(
                Locale.ROOT,
                ROW,
                outcome.mutant().id,
                seen == null ? "SURVIVED" : "found",
                seen == null ? "-" : seen.substring(0, seen.indexOf(' ')),
                outcome.seeds(),
                String.format(Locale.ROOT, "%.1f", outcome.seconds()),
                outcome.mutant().defect);
        System.out.println("     " + (seen == null ? "none of " + outcome.mutant().invariants : firstLine(seen)));
    }

    private static String firstLine(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= 160 ? line : line.substring(0, 160) + "...";
    }
}
