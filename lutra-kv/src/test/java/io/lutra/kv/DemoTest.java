package io.lutra.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    void losesNothingThatItKeptOnDiskWhenItIsKilled() throws Exception {
        int lines = 30_000;
        Path input = directory.resolve("input.tsv");
        Files.write(input, lines(lines));
        String[] args = {
            "demo",
            "--input",
            input.toString(),
            "--data",
            directory.resolve("data").resolve("demo").toString()
        };
        killAt(" 70%", args);
        assertThat(run(args)).isZero();
        Matcher there = Pattern.compile("([\\d,]+) keys were there").matcher(out.toString());
        assertThat(there.find()).isTrue();
        // At most 1,024 of those that were fed were not acknowledged yet.
        assertThat(Integer.parseInt(there.group(1).replace(",", ""))).isBetween(lines * 7 / 10 - 1_024, lines);
        assertThat(out.toString()).containsPattern("identical: +yes\n");
    }

    @Test
    void refusesADirectoryThatItCannotUse() throws IOException {
        Path input = directory.resolve("input.tsv");
        Files.write(input, lines(1));
        assertThat(run("demo", "--input", input.toString(), "--data", input.toString()))
                .isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains("cannot keep data in " + input);
    }

    /** Runs a demo in a process of its own, and kills that when it says how far it is. */
    private static void killAt(String progress, String... args) throws Exception {
        String modules = System.getProperty("jdk.module.path");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(
                modules == null
                        ? List.of("-cp", System.getProperty("java.class.path"), "io.lutra.kv.Main")
                        : List.of("-p", modules, "-m", "io.lutra.kv/io.lutra.kv.Main"));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.startsWith(progress)) {
                said.append(line).append('\n');
                line = lines.readLine();
            }
            assertThat(line).as("what the process said: %s", said).isNotNull();
        } finally {
            process.destroyForcibly().waitFor();
        }
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
