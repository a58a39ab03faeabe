package io.lutra.raft.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.ListIterator;

/**
 * A sequence of commands that starts from nothing. FORMAT.md, section 1.
 *
 * @param name where it stands, such as {@code plain/0001 seed=42}
 */
record Script(String name, List<Command> commands) {
    private static final String START = "=== ";
    private static final String SEPARATOR = "----";

    /** Reads all scripts of a file; one that has no {@code ===} line is a single script of the file's name. */
    static List<Script> parse(String fileName, List<String> fileLines) {
        List<Script> scripts = new ArrayList<>();
        List<Command> commands = new ArrayList<>();
        ListIterator<String> lines = fileLines.listIterator();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith(START)) {
                commands = new ArrayList<>();
                scripts.add(new Script(line.substring(START.length()), commands));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                if (scripts.isEmpty()) {
                    scripts.add(new Script(fileName, commands));
                }
                commands.add(command(line, lines));
            }
        }
        return scripts;
    }

    private static Command command(String first, ListIterator<String> lines) {
        StringBuilder line = new StringBuilder(first);
        while (line.charAt(line.length() - 1) == '\\') {
            line.setLength(line.length() - 1);
            line.append(lines.next().strip());
        }
        List<String> input = new ArrayList<>();
        for (String next = lines.next(); !next.equals(SEPARATOR); next = lines.next()) {
            input.add(next);
        }
        return Command.of(line.toString(), input, output(lines));
    }

    /** Reads up to a blank line, or after a second separator up to two more of them. */
    private static List<String> output(ListIterator<String> lines) {
        List<String> output = new ArrayList<>();
        boolean mayHoldBlanks = false;
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.equals(SEPARATOR) && output.isEmpty() && !mayHoldBlanks) {
                mayHoldBlanks = true;
            } else if (mayHoldBlanks && line.equals(SEPARATOR)) {
                lines.next();
                return output;
            } else if (line.isBlank() && !mayHoldBlanks) {
                return output;
            } else {
                output.add(line);
            }
        }
        return output;
    }
}
