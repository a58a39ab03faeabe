package io.lutra.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** I24: the same seed is the same run, in another JVM too, compiled or interpreted. */
class DeterminismTest {
    private static final long SEEDS = 100;

    private final List<String> here = LongStream.range(0, SEEDS)
            .mapToObj(seed -> Long.toString(SampleWorld.traceHash(seed)))
            .toList();

    @Test
    void runsOfOneSeedAreTheSameInThisJvmAndOfManySeedsAreNot() {
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(Long.toString(SampleWorld.traceHash(seed)))
                    .as("seed " + seed)
                    .isEqualTo(here.get(seed));
        }
        assertThat(new HashSet<>(here)).hasSize((int) SEEDS);
    }

    @Test
    void runsAreTheSameInAnotherJvm() throws IOException, InterruptedException {
        assertThat(inAnotherJvm("-XX:+UseSerialGC")).isEqualTo(here);
    }

    @Test
    void runsAreTheSameInterpreted() throws IOException, InterruptedException {
        assertThat(inAnotherJvm("-Xint")).isEqualTo(here);
    }

    private static List<String> inAnotherJvm(String option) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(option, "-cp", System.getProperty("java.class.path"), SampleWorld.class.getName()));
        command.addAll(List.of("0", Long.toString(SEEDS)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.lines().toList();
    }
}
