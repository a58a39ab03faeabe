package io.lutra.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The demo, as a user runs it: real sockets, real threads. */
@Timeout(120)
class DemoTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void replicatesAFewLinesThoughTheLeaderIsStopped() throws IOException {
        assertThat(demo(lines(200))).isZero();
        assertThat(out.toString())
                .containsPattern("node \\d, the leader, is stopped; node \\d leads")
                .containsPattern("node \\d has caught up")
                .containsPattern("entries: +200\n")
                .containsPattern("entries/s: +\\d")
                .containsPattern("without a leader: +\\d+ ms")
                .containsPattern("identical: +yes\n");
    }

    @Test
    void oneLineIsEnough() throws IOException {
        assertThat(demo(lines(1))).isZero();
    }

    @Test
    void lastValueOfAKeyCounts() throws IOException {
        assertThat(demo(List.of("a\t1", "b\t2\t3", "a\t4"))).isZero();
        assertThat(out.toString()).containsPattern("entries: +2\n");
    }

    /** The others have dropped from their logs what the stopped one has not got. */
    @Test
    void stoppedMemberCatchesUpBySnapshot() throws IOException {
        assertThat(demo(lines(60_000))).isZero();
        assertThat(out.toString()).containsPattern("node \\d has caught up, by a snapshot of [4-6]\\d{4} entries");
    }

    @Test
    void refusesInputThatIsMissingEmptyOrWithoutTabs() throws IOException {
        assertThat(demo(List.of("no tab"))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("no tab in line: no tab");
        assertThat(demo(List.of())).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("demo", "--input", directory.resolve("missing").toString()))
                .isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("cannot read");
    }

    @Test
    void feedsTheNamesOfAllCharactersByDefault() {
        List<String> names = Demo.characterNames().toList();
        assertThat(names).hasSizeGreaterThan(140_000).contains("U+1F9A6\tOTTER", "U+0041\tLATIN CAPITAL LETTER A");
    }

    private int demo(List<String> lines) throws IOException {
        Path input = directory.resolve("input.tsv");
        Files.write(input, lines);
        return run("demo", "--input", input.toString());
    }

    private int run(String... args) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private static List<String> lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "key " + i + "\tvalue " + i)
                .toList();
    }
}
