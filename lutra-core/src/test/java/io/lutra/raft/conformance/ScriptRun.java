package io.lutra.raft.conformance;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs a script and compares, command by command, what it prints with what the oracle printed. */
final class ScriptRun {
    private ScriptRun() {}

    /** Returns a description of the first command that printed something else, or nothing if all are equal. */
    static Optional<String> firstDifference(Script script) {
        Interpreter interpreter = new Interpreter();
        for (Command command : script.commands()) {
            List<String> expected = NormalForm.of(command.expected());
            List<String> actual = run(interpreter, command);
            if (!actual.equals(expected)) {
                return Optional.of("=== " + script.name() + "\n" + command.line() + "\n" + Diff.of(expected, actual));
            }
        }
        return Optional.empty();
    }

    /** Returns all that a script prints. */
    static List<String> outputs(Script script) {
        Interpreter interpreter = new Interpreter();
        List<String> outputs = new ArrayList<>();
        script.commands().forEach(command -> outputs.addAll(interpreter.run(command)));
        return outputs;
    }

    private static List<String> run(Interpreter interpreter, Command command) {
        try {
            return NormalForm.of(interpreter.run(command));
        } catch (RuntimeException | AssertionError e) {
            // No script makes the oracle panic: here it is an output like any other, and a wrong one.
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            return trace.toString()
                    .lines()
                    .takeWhile(line -> !line.contains(Interpreter.class.getName()))
                    .toList();
        }
    }
}
