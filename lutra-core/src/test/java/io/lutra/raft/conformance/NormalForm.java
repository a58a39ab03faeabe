package io.lutra.raft.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What of an output counts. FORMAT.md, section 2. */
final class NormalForm {
    private static final Pattern LOG_LINE = Pattern.compile("^ *(DEBUG|INFO|WARN|ERROR|FATAL) .*");
    private static final List<String> NOTHING = List.of("ok");

    private NormalForm() {}

    /** Drops blanks at the ends of lines, empty lines and log lines, and names errors by their tokens. */
    static List<String> of(List<String> lines) {
        List<String> kept = new ArrayList<>(lines.size());
        for (String line : lines) {
            String stripped = line.stripTrailing();
            if (!stripped.isEmpty() && !LOG_LINE.matcher(line).matches()) {
                kept.add(ErrorTokens.replaceSentence(stripped));
            }
        }
        return kept.isEmpty() ? NOTHING : kept;
    }
}
