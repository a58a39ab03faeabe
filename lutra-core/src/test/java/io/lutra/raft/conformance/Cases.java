package io.lutra.raft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Runs commands that need no nodes, and tells how many of what was run came out equal. */
final class Cases {
    private static final int MAX_SHOWN = 5;

    private final String kind;
    private final String unit;
    private final List<String> differences = new ArrayList<>();
    private int count;
    private int equal;

    /**
     * Counts cases of a kind.
     *
     * @param unit what a case is called in the plural
     */
    Cases(String kind, String unit) {
        this.kind = kind;
        this.unit = unit;
    }

    /** Runs each command by itself: each is a case. */
    void runCommands(Path file, Function<Command, List<String>> run) {
        scripts(file).forEach(script -> script.commands().forEach(command -> run(file, List.of(command), run)));
    }

    /** Runs each script from its beginning, by what {@code start} makes: each is a case. */
    void runScripts(Path file, Function<Script, Function<Command, List<String>>> start) {
        scripts(file).forEach(script -> run(file, script.commands(), start.apply(script)));
    }

    private static List<Script> scripts(Path file) {
        return Script.parse(file.getFileName().toString(), ConformanceData.lines(file));
    }

    private void run(Path file, List<Command> commands, Function<Command, List<String>> run) {
        count++;
        for (Command command : commands) {
            List<String> expected = NormalForm.of(command.expected());
            List<String> actual = NormalForm.of(run.apply(command));
            if (!actual.equals(expected)) {
                differences.add(String.join(
                        "\n",
                        file.getFileName() + ": " + command.line(),
                        String.join("\n", command.input()),
                        Diff.of(expected, actual)));
                return;
            }
        }
        equal++;
    }

    /** Fails with the first few of the differences. */
    static void failIfAny(String kind, List<String> differences) {
        if (!differences.isEmpty()) {
            List<String> shown = differences.subList(0, Math.min(MAX_SHOWN, differences.size()));
            fail(kind + ": " + differences.size() + " differ; the first of them:\n" + String.join("\n", shown));
        }
    }

    /** Prints the count, and fails if there was a difference. */
    void report() {
        ConformanceData.report(kind, unit, count, equal);
        failIfAny(kind, differences);
        assertThat(count).as(kind).isPositive();
    }
}
