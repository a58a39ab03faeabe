package io.lutra.raft.conformance;

import java.util.List;

/** Shows how two outputs differ, line by line, by their longest common subsequence. */
final class Diff {
    private static final int CONTEXT = 3;

    private final List<String> expected;
    private final List<String> actual;
    /** How many lines {@code expected} from i on and {@code actual} from j on have in common, in order. */
    private final int[][] common;

    private Diff(List<String> expected, List<String> actual) {
        this.expected = expected;
        this.actual = actual;
        this.common = new int[expected.size() + 1][actual.size() + 1];
        for (int i = expected.size() - 1; i >= 0; i--) {
            for (int j = actual.size() - 1; j >= 0; j--) {
                common[i][j] = expected.get(i).equals(actual.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
    }

    /** Returns the lines, those of {@code expected} alone after {@code -}, of {@code actual} alone after {@code +}. */
    static String of(List<String> expected, List<String> actual) {
        int start = 0;
        while (start < Math.min(expected.size(), actual.size())
                && expected.get(start).equals(actual.get(start))) {
            start++;
        }
        int from = Math.max(0, start - CONTEXT);
        String lines = new Diff(expected.subList(from, expected.size()), actual.subList(from, actual.size())).lines();
        return "--- expected, +++ actual, from line " + (from + 1) + " on\n" + lines;
    }

    private String lines() {
        StringBuilder lines = new StringBuilder();
        int i = 0;
        int j = 0;
        while (i < expected.size() || j < actual.size()) {
            if (i < expected.size() && j < actual.size() && expected.get(i).equals(actual.get(j))) {
                lines.append("  ").append(expected.get(i++));
                j++;
            } else if (j == actual.size() || (i < expected.size() && common[i + 1][j] >= common[i][j + 1])) {
                lines.append("- ").append(expected.get(i++));
            } else {
                lines.append("+ ").append(actual.get(j++));
            }
            lines.append('\n');
        }
        return lines.toString();
    }
}
