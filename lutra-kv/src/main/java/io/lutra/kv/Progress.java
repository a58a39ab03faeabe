package io.lutra.kv;

import java.io.PrintWriter;
import java.util.Locale;

/** How far something is: a bar in a terminal, a line now and then elsewhere. */
final class Progress {
    private static final int WIDTH = 40;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintWriter out;
    private final boolean terminal;
    private final int total;
    private long drawnNanos = System.nanoTime() - REDRAW_NANOS;
    private int tenths;

    Progress(PrintWriter out, boolean terminal, int total) {
        this.out = out;
        this.terminal = terminal;
        this.total = total;
    }

    void show(int done) {
        if (terminal) {
            long now = System.nanoTime();
            if (done == total || now - drawnNanos >= REDRAW_NANOS) {
                drawnNanos = now;
                int filled = (int) ((long) done * WIDTH / total);
                String bar = "#".repeat(filled) + "-".repeat(WIDTH - filled);
                out.printf(Locale.ROOT, "\r[%s] %,d/%,d%s", bar, done, total, done == total ? "\n" : "");
                out.flush();
            }
        } else if ((long) done * 10 / total > tenths) {
            tenths = (int) ((long) done * 10 / total);
            say(String.format(Locale.ROOT, "%3d%%  %,d/%,d", tenths * 10, done, total));
        }
    }

    /** Says something on a line of its own, above the bar. */
    void say(String text) {
        if (terminal) {
            // Over the bar, and what it does not cover is erased.
            out.print("\r\033[K");
        }
        out.println(text);
        out.flush();
    }
}
