package io.lutra.raft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.lutra.raft.protocol.RawNode;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same inputs give the same outputs in every run of every JVM, interpreted or compiled. */
class DeterminismConformanceTest {
    private static final int ALL = Integer.MAX_VALUE;
    /** Of each file; the interpreter is slow. */
    private static final int A_FEW = 3;

    private static final int CHILD_TIMEOUT_SECONDS = 300;

    @TempDir
    Path temporary;

    @BeforeEach
    void needsScripts() {
        assumeFalse(ConformanceData.files("random", ".txt.gz").isEmpty(), "no random scripts");
    }

    @Test
    void scriptsPrintTheSameInAnotherJvm() throws Exception {
        assertThat(digestInChild(ALL)).isEqualTo(OutputDigest.of(ALL));
    }

    @Test
    void scriptsPrintTheSameWhenInterpreted() throws Exception {
        assertThat(digestInChild(A_FEW, "-Xint")).isEqualTo(OutputDigest.of(A_FEW));
    }

    private String digestInChild(int scriptsPerFile, String... jvmFlags)
            throws IOException, InterruptedException, URISyntaxException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmFlags));
        String data = System.getProperty("lutra.conformance.dir");
        if (data != null) {
            command.add("-Dlutra.conformance.dir=" + data);
        }
        command.add("-cp");
        command.add(classPathOf(RawNode.class) + File.pathSeparator + classPathOf(OutputDigest.class));
        command.add(OutputDigest.class.getName());
        command.add(Integer.toString(scriptsPerFile));
        Path printed = temporary.resolve("printed");
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            assertThat(child.waitFor(CHILD_TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            child.destroyForcibly();
        }
        return Files.readString(printed, StandardCharsets.UTF_8).strip();
    }

    /** Returns the folder that a class was loaded from. Its module's place would not do: tests are patched into it. */
    private static Path classPathOf(Class<?> type) throws URISyntaxException {
        Path file = Path.of(type.getResource(type.getSimpleName() + ".class").toURI());
        int depth = type.getPackageName().split("\\.").length + 1;
        for (int i = 0; i < depth; i++) {
            file = file.getParent();
        }
        return file;
    }
}
