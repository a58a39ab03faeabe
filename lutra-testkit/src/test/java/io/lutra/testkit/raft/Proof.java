package io.lutra.testkit.raft;

import io.lutra.testkit.Fault;
import io.lutra.testkit.invariants.Violations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/** What {@code ./proof} runs: simulations of the core, planted defects, and both of them for CI. */
public final class Proof {
    private static final long CI_SEEDS = 2000;
    private static final long CI_EVENTS = 100_000_000;
    /** How often each fault meets each operation. */
    private static final long CI_MEETINGS = 10;

    /** The same of {@link Operation#INSTALL}, which is the rarest by far. */
    private static final long CI_MEETINGS_OF_INSTALL = 1;

    private static final long CI_DATA_LOST = 500;
    /** One seed of so many, at most, ends locked out by a change, and one with the check for linearizability given up. */
    private static final long CI_SEEDS_PER_EXCEPTION = 500;
    /** Invariant I24. */
    private static final long CI_SEEDS_TWICE = 100;
    /** Invariant I29, in election timeouts. */
    private static final double CI_RECOVERY_P99 = 3;

    private static final int CI_MUTANTS = 16;
    private static final String FAILED_SEEDS = "lutra-testkit/src/test/resources/failed-seeds.txt";

    private final Path root = Path.of(System.getProperty("lutra.root", "."));
    private int passed;
    private int failed;

    private Proof() {}

    /** Runs what the arguments ask for; exits with 1 if anything fails. */
    public static void main(String[] arguments) throws IOException {
        Proof proof = new Proof();
        List<String> rest = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "simulate" -> proof.simulate(rest);
            case "mutants" -> proof.mutants(rest);
            case "ci" -> proof.ci(rest);
            case "twice" -> proof.twice(rest);
            case "hashes" -> proof.hashes(rest);
            default -> throw usage();
        }
        System.out.println(proof.passed + " passed, " + proof.failed + " failed");
        System.exit(proof.failed == 0 ? 0 : 1);
    }

    private static IllegalArgumentException usage() {
        return new IllegalArgumentException(
                "simulate [--storage wal] --seed N | --seeds A-B | twice --seeds A-B | mutants [--only ID[,ID] | --wal]"
                        + " | ci [FIRST_SEED]");
    }

    private void count(boolean ok) {
        passed += ok ? 1 : 0;
        failed += ok ? 0 : 1;
    }

    /** Returns the storage of that name, which is found where its classes are on the class path. */
    private static StorageKind storage(String name) {
        for (StorageKind kind : ServiceLoader.load(StorageKind.class)) {
            if (kind.name().equals(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("there is no storage " + name);
    }

    private void simulate(List<String> arguments) {
        if (arguments.size() == 4 && arguments.get(0).equals("--storage")) {
            simulate(storage(arguments.get(1)), arguments.subList(2, 4));
        } else {
            simulate(DiskStorage.KIND, arguments);
        }
    }

    private void simulate(StorageKind storages, List<String> arguments) {
        if (arguments.size() != 2) {
            throw usage();
        }
        String value = arguments.get(1);
        if (arguments.get(0).equals("--seed")) {
            ClusterRun run = ClusterRun.of(Long.parseLong(value), storages, Violations.allFatal());
            System.out.println(run.violation() == null ? "all invariants hold" : run.report());
            System.out.printf(
                    Locale.ROOT,
                    "seed %d, %s, %d events, trace hash %016x%n",
                    run.seed(),
                    run.mode(),
                    run.events(),
                    run.traceHash());
            count(run.violation() == null);
            return;
        }
        SeedRange range = run(value, storages);
        range.print();
        count(range);
    }

    /** Runs the seeds {@code A-B}. */
    private static SeedRange run(String seeds, StorageKind storages) {
        int dash = seeds.indexOf('-', 1);
        long first = Long.parseLong(seeds.substring(0, dash));
        long last = Long.parseLong(seeds.substring(dash + 1));
        SeedRange range = new SeedRange(storages);
        range.run(first, n -> first + n <= last);
        return range;
    }

    private void count(SeedRange range) {
        passed += (int) (range.seeds() - range.failed().size());
        failed += range.failed().size();
    }

    private void hashes(List<String> arguments) {
        SeedRange range = run(arguments.get(0), DiskStorage.KIND);
        range.traceHashes().forEach((seed, hash) -> System.out.printf(Locale.ROOT, "hash %d %016x%n", seed, hash));
        count(range);
    }

    private void twice(List<String> arguments) throws IOException {
        if (arguments.size() != 2) {
            throw usage();
        }
        compareWithInterpreted(run(arguments.get(1), DiskStorage.KIND).traceHashes());
    }

    /** Runs seeds once more, in a JVM that interprets them. */
    private void compareWithInterpreted(Map<Long, Long> here) throws IOException {
        Map<Long, Long> there = InterpretedJvm.traceHashes(Collections.min(here.keySet()), here.size());
        int equal = 0;
        for (Map.Entry<Long, Long> run : here.entrySet()) {
            boolean same = run.getValue().equals(there.get(run.getKey()));
            equal += same ? 1 : 0;
            count(same);
        }
        System.out.println("run twice, compiled here and interpreted in another JVM: " + here.size() + " seeds, "
                + equal + " of them with equal hashes");
    }

    private void mutants(List<String> arguments) throws IOException {
        if (arguments.equals(List.of("--wal"))) {
            plant(DurableLogMutants.all(), storage("wal"));
            return;
        }
        if (!arguments.isEmpty() && (arguments.size() != 2 || !arguments.get(0).equals("--only"))) {
            throw usage();
        }
        plant(arguments.isEmpty() ? PlantedDefects.catalogue() : PlantedDefects.named(arguments.get(1)));
    }

    private void plant(List<Mutant> chosen) throws IOException {
        plant(chosen, DiskStorage.KIND);
    }

    private void plant(List<Mutant> chosen, StorageKind storages) throws IOException {
        PlantedDefects planted = new PlantedDefects(root, storages);
        planted.plant(chosen);
        passed += planted.found();
        failed += planted.failures();
    }

    private void ci(List<String> arguments) throws IOException {
        long first = arguments.isEmpty() ? 1 : Long.parseLong(arguments.get(0));
        System.out.println("fresh seeds from " + first + " on");
        SeedRange fresh = new SeedRange();
        fresh.run(first, n -> n < CI_SEEDS || (fresh.events() < CI_EVENTS && n < 10 * CI_SEEDS));
        fresh.print();
        count(fresh);
        check("seeds", fresh.seeds(), CI_SEEDS);
        check("events", fresh.events(), CI_EVENTS);
        // Data is lost only while all run and no change is under way: what else there is, it hardly meets.
        Set<Fault> meeting = EnumSet.complementOf(EnumSet.of(Fault.DATA_LOST));
        meeting.retainAll(ClusterOptions.FAULTS);
        Set<String> tooSeldom = fresh.metLessThan(CI_MEETINGS, meeting);
        tooSeldom.removeIf(pair -> pair.endsWith(" x " + Operation.INSTALL));
        tooSeldom.addAll(fresh.metLessThan(CI_MEETINGS_OF_INSTALL, meeting));
        checkNone("a fault and an operation met too seldom", tooSeldom);
        check("replicas that lost their data", fresh.faults(Fault.DATA_LOST), CI_DATA_LOST);
        checkFew("locked out by a change", fresh.lockedOut(), fresh.seeds());
        checkFew("checks for linearizability given up", fresh.gaveUpOnLinearizability(), fresh.seeds());
        checkRecovery(fresh);
        compareWithInterpreted(first(CI_SEEDS_TWICE, fresh.traceHashes()));
        SeedRange again = new SeedRange();
        again.run(failedSeeds());
        System.out.println("seeds that failed once: " + again.seeds() + ", "
                + again.failed().size() + " of them again");
        count(again);
        plant(PlantedDefects.sample(first, CI_MUTANTS));
    }

    private static Map<Long, Long> first(long count, Map<Long, Long> runs) {
        Map<Long, Long> first = new TreeMap<>(runs);
        first.keySet().retainAll(runs.keySet().stream().sorted().limit(count).toList());
        return first;
    }

    private void checkRecovery(SeedRange fresh) {
        for (String storage : List.of("sync", "async")) {
            String mode = storage + "+prevote+checkquorum";
            double p99 = fresh.recoveryP99(mode);
            if (!(p99 <= CI_RECOVERY_P99)) {
                System.out.printf(
                        Locale.ROOT,
                        "FAILED: %s recovers within %.2f election timeouts in 99 of 100 runs, at most %.0f are allowed%n",
                        mode,
                        p99,
                        CI_RECOVERY_P99);
            }
            count(p99 <= CI_RECOVERY_P99);
        }
    }

    private void check(String what, long reached, long minimum) {
        if (reached < minimum) {
            System.out.println("FAILED: " + reached + " " + what + ", at least " + minimum + " are to be run");
        }
        count(reached >= minimum);
    }

    private void checkNone(String what, Set<String> found) {
        if (!found.isEmpty()) {
            System.out.println("FAILED: " + what + ": " + found);
        }
        count(found.isEmpty());
    }

    private void checkFew(String what, long reached, long seeds) {
        long most = seeds / CI_SEEDS_PER_EXCEPTION;
        if (reached > most) {
            System.out.println("FAILED: " + reached + " " + what + ", at most " + most + " are allowed");
        }
        count(reached <= most);
    }

    /** Returns every seed that ever failed: a line each, and what it found. */
    private List<Long> failedSeeds() throws IOException {
        return Files.readAllLines(root.resolve(FAILED_SEEDS)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> Long.parseLong(line.split(" ")[0]))
                .toList();
    }
}
