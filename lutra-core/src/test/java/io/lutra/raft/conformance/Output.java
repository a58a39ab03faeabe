package io.lutra.raft.conformance;

import java.util.ArrayList;
import java.util.List;

/** What a command prints. It can be silenced, and indented by two blanks. */
final class Output {
    private final List<String> lines = new ArrayList<>();
    private boolean silent;
    private String indent = "";

    /** Prints text, which may be several lines. */
    void print(String text) {
        if (!silent) {
            text.lines().forEach(line -> lines.add(indent + line));
        }
    }

    /** Prints even when silenced: how a command failed. */
    void printError(String token) {
        lines.add(token);
    }

    void silence(boolean silent) {
        this.silent = silent;
    }

    boolean isSilent() {
        return silent;
    }

    /** Prints a header and then, indented, what {@code action} prints. */
    void under(String header, Runnable action) {
        print(header);
        String outer = indent;
        indent = outer + "  ";
        try {
            action.run();
        } finally {
            indent = outer;
        }
    }

    /** Returns what was printed since the last call. */
    List<String> take() {
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }
}
