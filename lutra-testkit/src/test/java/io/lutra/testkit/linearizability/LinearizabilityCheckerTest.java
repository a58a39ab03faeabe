package io.lutra.testkit.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.Seeds;
import io.lutra.testkit.linearizability.KeyValueModel.Answer;
import io.lutra.testkit.linearizability.KeyValueModel.Append;
import io.lutra.testkit.linearizability.KeyValueModel.CompareAndSet;
import io.lutra.testkit.linearizability.KeyValueModel.Get;
import io.lutra.testkit.linearizability.KeyValueModel.Put;
import io.lutra.testkit.linearizability.KeyValueModel.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinearizabilityCheckerTest {
    private static final KeyValueModel MODEL = new KeyValueModel();

    private final LinearizabilityChecker<Optional<String>, Request, Answer> checker =
            new LinearizabilityChecker<>(MODEL);

    @Test
    void acceptsWhatOneCopyWouldAnswer() {
        assertVerdict(Verdict.LINEARIZABLE, List.of(put("a", 1, 2), get("a", 3, 4), put("b", 5, 6), get("b", 7, 8)));
    }

    @Test
    void acceptsEitherOrderOfWhatIsConcurrent() {
        assertVerdict(Verdict.LINEARIZABLE, List.of(put("a", 1, 5), put("b", 2, 6), get("a", 7, 8)));
        assertVerdict(Verdict.LINEARIZABLE, List.of(put("a", 1, 5), put("b", 2, 6), get("b", 7, 8)));
        assertVerdict(Verdict.LINEARIZABLE, List.of(put("a", 1, 5), put("b", 5, 6), get("a", 7, 8)));
    }

    @Test
    void refusesAStaleRead() {
        assertVerdict(Verdict.NOT_LINEARIZABLE, List.of(put("a", 1, 2), put("b", 3, 4), get("a", 5, 6)));
    }

    @Test
    void refusesTwoReadersThatSeeTwoOrders() {
        assertVerdict(
                Verdict.NOT_LINEARIZABLE,
                List.of(put("a", 1, 9), put("b", 1, 9), get("a", 2, 3), get("b", 4, 5), get("a", 6, 7)));
    }

    @Test
    void anUnknownOutcomeMayTakeEffectLateOrNever() {
        assertVerdict(Verdict.LINEARIZABLE, List.of(put("a", 1, 2), open(new Put("k", "b"), 3), get("a", 5, 6)));
        assertVerdict(
                Verdict.LINEARIZABLE,
                List.of(put("a", 1, 2), open(new Put("k", "b"), 3), get("a", 5, 6), get("b", 7, 8)));
    }

    @Test
    void anUnknownOutcomeTakesEffectOnceAndNotBeforeItBegan() {
        Operation<Request, Answer> open = open(new Put("k", "b"), 5);
        assertVerdict(Verdict.NOT_LINEARIZABLE, List.of(put("a", 1, 2), get("b", 3, 4), open));
        assertVerdict(Verdict.NOT_LINEARIZABLE, List.of(open, get("b", 6, 7), put("a", 8, 9), get("b", 10, 11)));
    }

    @Test
    void severalUnknownOutcomesExplainOneAnswerTogether() {
        assertVerdict(
                Verdict.LINEARIZABLE,
                List.of(
                        open(new Append("k", "a"), 1),
                        open(new Append("k", "b"), 2),
                        open(new Append("k", "c"), 3),
                        get("ca", 4, 5),
                        get("cab", 6, 7)));
    }

    @Test
    void aSwapSucceedsOnlyOnWhatItExpects() {
        assertVerdict(
                Verdict.LINEARIZABLE,
                List.of(swap(null, "a", true, 1, 2), swap("b", "c", false, 3, 4), get("a", 5, 6)));
        assertVerdict(Verdict.NOT_LINEARIZABLE, List.of(swap(null, "a", true, 1, 5), swap(null, "b", true, 2, 6)));
    }

    @Test
    void keysAreApart() {
        List<Operation<Request, Answer>> history = new ArrayList<>();
        for (int key = 0; key < 50; key++) {
            history.add(Operation.completed(new Put("k" + key, "v"), Answer.DONE, 0, 100));
            history.add(Operation.completed(new Get("k" + key), Answer.found("v"), 0, 100));
        }
        CheckResult result = checker.check(history);
        assertThat(result.verdict()).isEqualTo(Verdict.LINEARIZABLE);
        assertThat(result.configurations()).isEqualTo(100);
    }

    @Test
    void agreesWithBruteForceOnSmallHistories() {
        BruteForce<Optional<String>, Request, Answer> brute = new BruteForce<>(MODEL);
        int[] linearizable = new int[1];
        Seeds.check(0, 20_000, seed -> {
            SeededRandom random = new SeededRandom(seed);
            List<Operation<Request, Answer>> history = HistoryGenerator.anything(random, 2 + random.nextInt(6));
            boolean expected = brute.isLinearizable(history);
            assertThat(checker.check(history).isLinearizable())
                    .as(history.toString())
                    .isEqualTo(expected);
            linearizable[0] += expected ? 1 : 0;
        });
        assertThat(linearizable[0]).isBetween(2_000, 18_000);
    }

    @Test
    void agreesWithBruteForceOnSmallHistoriesThatAreNearlyRight() {
        BruteForce<Optional<String>, Request, Answer> brute = new BruteForce<>(MODEL);
        int[] linearizable = new int[1];
        Seeds.check(0, 10_000, seed -> {
            SeededRandom random = new SeededRandom(seed);
            List<Operation<Request, Answer>> history = new HistoryGenerator(seed, 3, 1, 0.1, true).generate(6);
            int victim = random.nextInt(history.size());
            Operation<Request, Answer> changed = history.get(victim);
            if (!changed.isOpen() && changed.input() instanceof Get) {
                Answer other = history.get(random.nextInt(history.size())).result();
                history.set(
                        victim,
                        Operation.completed(
                                changed.input(),
                                other == null ? Answer.found("v0") : other,
                                changed.invoked(),
                                changed.returned()));
            }
            boolean expected = brute.isLinearizable(history);
            assertThat(checker.check(history).isLinearizable())
                    .as(history.toString())
                    .isEqualTo(expected);
            linearizable[0] += expected ? 1 : 0;
        });
        assertThat(linearizable[0]).isBetween(5_000, 9_900);
    }

    @Test
    void givesUpWhenTheBudgetIsUsedUp() {
        List<Operation<Request, Answer>> history = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            history.add(Operation.completed(new Append("k", "v" + i), Answer.DONE, 0, 100));
        }
        history.add(get("nonsense", 101, 102));
        LinearizabilityChecker<Optional<String>, Request, Answer> poor = new LinearizabilityChecker<>(MODEL, 1_000);
        CheckResult result = poor.check(history);
        assertThat(result.verdict()).isEqualTo(Verdict.GAVE_UP);
        assertThat(result.configurations()).isEqualTo(1_000);
        history.add(Operation.completed(new Get("other"), Answer.found("nonsense"), 1, 2));
        assertThat(poor.check(history).verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void explainsWithTheFewestOperationsThatAreWrongTogether() {
        List<Operation<Request, Answer>> history = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            history.add(put("v" + i, 10 * i, 10 * i + 5));
            history.add(get("v" + i, 10 * i + 6, 10 * i + 8));
        }
        history.set(151, get("v74", 756, 758));
        assertThat(checker.check(history).explanation()).isEqualTo("""
                no order explains these operations on part "k":
                  [740, 745] Put[key=k, value=v74] -> Answer[done=true, value=null]
                  [750, 755] Put[key=k, value=v75] -> Answer[done=true, value=null]
                  [756, 758] Get[key=k] -> Answer[done=true, value=v74]
                  whatever the 149 others did, at any time and any number of times
                """);
    }

    @Test
    void whatAnExplanationNamesIsWrongByItself() {
        BruteForce<Optional<String>, Request, Answer> brute = new BruteForce<>(MODEL);
        int[] explained = new int[1];
        Seeds.check(0, 20_000, seed -> {
            List<Operation<Request, Answer>> history = HistoryGenerator.anything(new SeededRandom(seed), 6);
            String explanation = checker.check(history).explanation();
            if (!explanation.isEmpty()) {
                List<Operation<Request, Answer>> named = new ArrayList<>();
                for (Operation<Request, Answer> operation : history) {
                    Operation<Request, Answer> cut = open(operation.input(), operation.invoked());
                    if (explanation.contains(operation.toString())) {
                        named.add(operation);
                    } else if (explanation.contains(cut.toString())) {
                        named.add(cut);
                    }
                }
                assertThat(named).isNotEmpty();
                assertThat(brute.isLinearizable(named)).as(explanation).isFalse();
                explained[0]++;
            }
        });
        assertThat(explained[0]).isGreaterThan(5_000);
    }

    @Test
    void aHistoryIsRecordedAsItHappens() {
        History<Request, Answer> history = new History<>();
        int put = history.invoked(new Put("k", "a"));
        int lost = history.invoked(new Put("k", "b"));
        int refused = history.invoked(new Put("k", "c"));
        history.completed(put, Answer.DONE);
        history.failed(refused);
        assertThat(history.operations())
                .containsExactly(
                        Operation.completed(new Put("k", "a"), Answer.DONE, 0, 3),
                        Operation.open(new Put("k", "b"), 1));
        assertThatThrownBy(() -> history.completed(put, Answer.DONE)).isInstanceOf(IllegalStateException.class);
        history.completed(lost, Answer.DONE);
        assertThatThrownBy(() -> history.failed(lost)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anOperationReturnsAfterItIsInvoked() {
        assertThatThrownBy(() -> Operation.completed("x", "y", 5, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Operation.completed("x", "y", 5, Operation.OPEN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void assertVerdict(Verdict verdict, List<Operation<Request, Answer>> history) {
        assertThat(checker.check(history).verdict()).isEqualTo(verdict);
    }

    private static Operation<Request, Answer> put(String value, long invoked, long returned) {
        return Operation.completed(new Put("k", value), Answer.DONE, invoked, returned);
    }

    private static Operation<Request, Answer> get(String value, long invoked, long returned) {
        return Operation.completed(new Get("k"), Answer.found(value), invoked, returned);
    }

    private static Operation<Request, Answer> swap(
            String expected, String value, boolean done, long invoked, long returned) {
        return Operation.completed(
                new CompareAndSet("k", expected, value), done ? Answer.DONE : Answer.NOT_DONE, invoked, returned);
    }

    private static Operation<Request, Answer> open(Request request, long invoked) {
        return Operation.open(request, invoked);
    }
}
