package io.lutra.wal;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A JVM of its own with the tests' classes, for what only a process can do: hold a lock, be killed. */
final class RealProcess {
    private RealProcess() {}

    /** Prepares the process of a main class. */
    static ProcessBuilder of(Class<?> main, String... arguments) {
        String root = System.getProperty("lutra.root", ".");
        String classPath = String.join(
                File.pathSeparator,
                Stream.of("lutra-wal/target/classes", "lutra-wal/target/test-classes", "lutra-core/target/classes")
                        .map(folder -> Path.of(root, folder).toString())
                        .toList());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                classPath,
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
