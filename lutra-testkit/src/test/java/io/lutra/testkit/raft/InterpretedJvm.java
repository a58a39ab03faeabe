package io.lutra.testkit.raft;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Another JVM, which compiles nothing: a seed must be the same run there. Invariant I24. */
final class InterpretedJvm {
    private InterpretedJvm() {}

    /** Returns the trace hashes of so many seeds from {@code first} on. */
    static Map<Long, Long> traceHashes(long first, long seeds) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String range = first + "-" + (first + seeds - 1);
        List<String> command = List.of(
                java, "-Xint", "-cp", System.getProperty("java.class.path"), Proof.class.getName(), "hashes", range);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Map<Long, Long> hashes = new TreeMap<>();
        output.lines().filter(line -> line.startsWith("hash ")).forEach(line -> {
            String[] words = line.split(" ");
            hashes.put(Long.parseLong(words[1]), Long.parseUnsignedLong(words[2], 16));
        });
        return hashes;
    }
}
