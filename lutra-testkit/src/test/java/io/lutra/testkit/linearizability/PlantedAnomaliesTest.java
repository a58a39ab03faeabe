package io.lutra.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.Seeds;
import io.lutra.testkit.linearizability.KeyValueModel.Answer;
import io.lutra.testkit.linearizability.KeyValueModel.CompareAndSet;
import io.lutra.testkit.linearizability.KeyValueModel.Get;
import io.lutra.testkit.linearizability.KeyValueModel.Put;
import io.lutra.testkit.linearizability.KeyValueModel.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Long histories of a real map into which one more operation is put. No value is written twice and none is deleted, so
 * that its answer is wrong by construction, whatever else there is.
 */
class PlantedAnomaliesTest {
    private static final int OPERATIONS = 3_000;
    private static final int CLIENTS = 8;
    private static final double UNKNOWN = 0.005;
    private static final int SEEDS_PER_ANOMALY = 25;

    private final LinearizabilityChecker<Optional<String>, Request, Answer> checker =
            new LinearizabilityChecker<>(new KeyValueModel());

    /** Eight kinds, 25 seeds each: 200 anomalies. */
    enum Anomaly {
        /** A value is read that a later write, finished before the read began, had replaced. */
        STALE_READ,
        /** What was never written is read. */
        INVENTED_VALUE,
        /** What is read is written later. */
        READ_FROM_THE_FUTURE,
        /** Nothing is found after something was written. */
        LOST_VALUE,
        /** Two swaps find the same value, and both replace it. */
        LOST_UPDATE,
        /** A swap is refused though what it expects was there before and is there afterwards. */
        REFUSED_SWAP,
        /** A swap replaces a value that had been replaced before. */
        BLIND_SWAP,
        /** A value that was seen to be replaced by another is seen again. */
        FLICKER
    }

    @ParameterizedTest
    @EnumSource(Anomaly.class)
    void findsEveryOne(Anomaly anomaly) {
        Seeds.check(0, SEEDS_PER_ANOMALY, seed -> {
            int keys = 2 + (int) seed % 7;
            List<Operation<Request, Answer>> history =
                    new HistoryGenerator(seed, CLIENTS, keys, UNKNOWN, false).generate(OPERATIONS);
            assertThat(checker.check(history).verdict()).as("before").isEqualTo(Verdict.LINEARIZABLE);
            Operation<Request, Answer> planted =
                    new Planter(history, new SeededRandom(seed).fork(anomaly.name())).operation(anomaly);
            history.add(planted);
            CheckResult result = checker.check(history);
            assertThat(result.verdict()).as(planted.toString()).isEqualTo(Verdict.NOT_LINEARIZABLE);
            // That none of the writes can have refused a swap takes all of them to explain.
            long most = anomaly == Anomaly.REFUSED_SWAP ? 19 : 8;
            assertThat(result.explanation().lines().count()).isBetween(3L, most);
        });
    }

    @Test
    void findsNothingInLongHistoriesWithoutOne() {
        Seeds.check(1_000, 50, seed -> {
            int clients = 2 + (int) seed % 10;
            List<Operation<Request, Answer>> history =
                    new HistoryGenerator(seed, clients, 3, 0.02, true).generate(OPERATIONS);
            assertThat(checker.check(history).verdict()).isEqualTo(Verdict.LINEARIZABLE);
        });
    }

    /** Finds a place in a history for an operation that is wrong there. */
    private static final class Planter {
        private final List<Operation<Request, Answer>> completed = new ArrayList<>();
        private final SeededRandom random;

        Planter(List<Operation<Request, Answer>> history, SeededRandom random) {
            this.random = random;
            for (Operation<Request, Answer> operation : history) {
                if (!operation.isOpen()) {
                    completed.add(operation);
                }
            }
        }

        Operation<Request, Answer> operation(Anomaly anomaly) {
            return switch (anomaly) {
                case STALE_READ -> {
                    List<Operation<Request, Answer>> writes = twoWrites();
                    yield read(
                            writes.get(0), valueOf(writes.get(0)), writes.get(1).returned() + 1);
                }
                case INVENTED_VALUE -> {
                    Operation<Request, Answer> any = any(operation -> true);
                    yield read(any, "invented", any.invoked());
                }
                case READ_FROM_THE_FUTURE -> {
                    Operation<Request, Answer> write = any(this::writes);
                    yield read(write, valueOf(write), write.invoked() - 3);
                }
                case LOST_VALUE -> {
                    Operation<Request, Answer> write = any(this::writes);
                    yield read(write, null, write.returned() + 1);
                }
                case LOST_UPDATE -> {
                    Operation<Request, Answer> swap = any(operation -> operation.input() instanceof CompareAndSet
                            && writes(operation)
                            && expectedOf(operation) != null);
                    yield swap(swap, expectedOf(swap), Answer.DONE, swap.invoked());
                }
                case REFUSED_SWAP -> {
                    List<Operation<Request, Answer>> reads =
                            two(this::reads, (first, second) -> valueOf(first).equals(valueOf(second)));
                    yield swap(
                            reads.get(0),
                            valueOf(reads.get(0)),
                            Answer.NOT_DONE,
                            reads.get(0).returned() + 1);
                }
                case BLIND_SWAP -> {
                    List<Operation<Request, Answer>> writes = twoWrites();
                    yield swap(
                            writes.get(0),
                            valueOf(writes.get(0)),
                            Answer.DONE,
                            writes.get(1).returned() + 1);
                }
                case FLICKER -> {
                    List<Operation<Request, Answer>> reads =
                            two(this::reads, (first, second) -> !valueOf(first).equals(valueOf(second)));
                    yield read(reads.get(0), valueOf(reads.get(0)), reads.get(1).returned() + 1);
                }
            };
        }

        private static Operation<Request, Answer> read(Operation<Request, Answer> like, String value, long invoked) {
            return Operation.completed(new Get(like.input().key()), Answer.found(value), invoked, invoked + 2);
        }

        private static Operation<Request, Answer> swap(
                Operation<Request, Answer> like, String expected, Answer answer, long invoked) {
            return Operation.completed(
                    new CompareAndSet(like.input().key(), expected, "planted"), answer, invoked, invoked + 2);
        }

        private List<Operation<Request, Answer>> twoWrites() {
            return two(this::writes, (first, second) -> true);
        }

        /** Returns two operations on one key, the second invoked well after the first returned. */
        private List<Operation<Request, Answer>> two(
                Predicate<Operation<Request, Answer>> kind,
                BiPredicate<Operation<Request, Answer>, Operation<Request, Answer>> related) {
            for (int attempt = 0; attempt < 100_000; attempt++) {
                Operation<Request, Answer> first = any(kind);
                // Near the first: most pairs that are far apart are not related.
                int index = completed.indexOf(first);
                Operation<Request, Answer> second =
                        completed.get(Math.min(completed.size() - 1, index + random.nextInt(1, 40)));
                if (kind.test(second)
                        && second.input().key().equals(first.input().key())
                        && second.invoked() > first.returned() + HistoryGenerator.STEP / 2
                        && related.test(first, second)) {
                    return List.of(first, second);
                }
            }
            throw new AssertionError("no such two operations");
        }

        private Operation<Request, Answer> any(Predicate<Operation<Request, Answer>> kind) {
            for (int attempt = 0; attempt < 100_000; attempt++) {
                Operation<Request, Answer> operation = completed.get(random.nextInt(completed.size()));
                if (kind.test(operation)) {
                    return operation;
                }
            }
            throw new AssertionError("no such operation");
        }

        private boolean reads(Operation<Request, Answer> operation) {
            return operation.input() instanceof Get && operation.result().value() != null;
        }

        private boolean writes(Operation<Request, Answer> operation) {
            return !(operation.input() instanceof Get) && operation.result().done();
        }

        private static String expectedOf(Operation<Request, Answer> operation) {
            return ((CompareAndSet) operation.input()).expected();
        }

        private static String valueOf(Operation<Request, Answer> operation) {
            if (operation.input() instanceof Put put) {
                return put.value();
            }
            return operation.input() instanceof CompareAndSet swap
                    ? swap.value()
                    : operation.result().value();
        }
    }
}
