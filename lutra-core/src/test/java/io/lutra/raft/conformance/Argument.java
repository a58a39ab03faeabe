package io.lutra.raft.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One argument of a command: {@code key}, {@code key=value} or {@code key=(v1,v2)}.
 *
 * @param values none for a key that stands alone
 */
record Argument(String key, List<String> values) {
    private static final Pattern SHAPE = Pattern.compile("([^\\s=]+)(=\\(([^)]*)\\)|=(\\S*))?");
    private static final Pattern COMMA = Pattern.compile(",\\s*");

    /** Reads the arguments of a command line, in order; the command's name comes first. */
    static List<Argument> parse(String line) {
        List<Argument> arguments = new ArrayList<>();
        Matcher matcher = SHAPE.matcher(line);
        while (matcher.find()) {
            List<String> values = List.of();
            if (matcher.group(4) != null) {
                values = List.of(matcher.group(4));
            } else if (matcher.group(2) != null && !matcher.group(3).isBlank()) {
                values = List.of(COMMA.split(matcher.group(3).strip()));
            }
            arguments.add(new Argument(matcher.group(1), values));
        }
        return arguments;
    }
}
