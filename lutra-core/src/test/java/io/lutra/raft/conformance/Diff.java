package io.lutra.raft.conformance;

import java.util.List;

/** Shows where two outputs part: what they share at both ends is cut down to a few lines. */
final class Diff {
    private static final int CONTEXT = 3;

    private Diff() {}

    static String of(List<String> expected, List<String> actual) {
        int shorter = Math.min(expected.size(), actual.size());
        int head = 0;
        while (head < shorter && expected.get(head).equals(actual.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head && fromEnd(expected, tail).equals(fromEnd(actual, tail))) {
            tail++;
        }
        StringBuilder diff = new StringBuilder("--- expected, +++ actual, from line " + (head + 1) + " on\n");
        append(diff, "  ", expected.subList(Math.max(0, head - CONTEXT), head));
        append(diff, "- ", expected.subList(head, expected.size() - tail));
        append(diff, "+ ", actual.subList(head, actual.size() - tail));
        int rest = expected.size() - tail;
        append(diff, "  ", expected.subList(rest, Math.min(expected.size(), rest + CONTEXT)));
        return diff.toString();
    }

    private static String fromEnd(List<String> lines, int i) {
        return lines.get(lines.size() - 1 - i);
    }

    private static void append(StringBuilder diff, String mark, List<String> lines) {
        lines.forEach(line -> diff.append(mark).append(line).append('\n'));
    }
}
