package io.lutra.testkit.raft;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compiles the sources that a defect changes and runs seeds with them, in a class loader of their own. */
final class MutantRunner {
    /** The annotations of the sources, so that no jar has to be found. */
    private static final Map<String, String> ANNOTATIONS = Map.of(
            "org/jspecify/annotations/Nullable.java",
            "package org.jspecify.annotations; import java.lang.annotation.*;"
                    + " @Target(ElementType.TYPE_USE) public @interface Nullable {}",
            "org/jspecify/annotations/NullMarked.java",
            "package org.jspecify.annotations; public @interface NullMarked {}");

    /** Runs seeds of the durable log, alone and under the cluster. */
    private static final String ON_THE_LOG = "io.lutra.wal.LogUnderCluster";

    private final Path root;
    private final List<Path> classes;

    MutantRunner(Path root) {
        this.root = root;
        this.classes = Stream.of(
                        "core/target/classes",
                        "testkit/target/classes",
                        "wal/target/classes",
                        "wal/target/test-classes")
                .map(directory -> root.resolve("lutra-" + directory))
                .toList();
    }

    /**
     * What became of a defect.
     *
     * @param seeds how many seeds it took until it was found, or were run without finding it
     * @param found what the invariant said, null if none found it
     * @param seconds how long that took, the compilation included
     */
    record Outcome(Mutant mutant, int seeds, @Nullable String found, double seconds) {}

    /** Runs seeds from {@code first} on until the defect is found. */
    Outcome run(Mutant mutant, long first, int most) throws IOException {
        long began = System.nanoTime();
        Path compiled = Files.createTempDirectory("mutant");
        try {
            compile(mutant, compiled);
            try (URLClassLoader loader = new URLClassLoader(urls(compiled), ClassLoader.getPlatformClassLoader())) {
                Method firstViolation = loader.loadClass(mutant.isOfTheLog() ? ON_THE_LOG : ClusterRun.class.getName())
                        .getMethod("firstViolation", long.class, List.class);
                for (int i = 0; i < most; i++) {
                    String found = run(firstViolation, first + i, mutant.invariants);
                    if (found != null) {
                        return new Outcome(mutant, i + 1, found, seconds(began));
                    }
                }
                return new Outcome(mutant, most, null, seconds(began));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        } finally {
            delete(compiled);
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    /** A defect may also make the simulation itself impossible: that is no find, and the next seed is tried. */
    private static @Nullable String run(Method firstViolation, long seed, List<String> invariants)
            throws IllegalAccessException {
        try {
            return (String) firstViolation.invoke(null, seed, invariants);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException wrong) {
                throw wrong;
            }
            return null;
        }
    }

    private URL[] urls(Path compiled) throws IOException {
        List<URL> urls = new ArrayList<>();
        urls.add(compiled.toUri().toURL());
        for (Path directory : classes) {
            urls.add(directory.toUri().toURL());
        }
        return urls.toArray(new URL[0]);
    }

    private void compile(Mutant mutant, Path target) throws IOException {
        Map<String, String> sources = new TreeMap<>(ANNOTATIONS);
        mutant.sources(root).forEach((path, text) -> {
            int packages = path.indexOf("/java/") + "/java/".length();
            sources.put(path.substring(packages), text);
        });
        String classPath = classes.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        List<String> arguments =
                new ArrayList<>(List.of("-proc:none", "-nowarn", "-d", target.toString(), "-cp", classPath));
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = target.resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
            arguments.add(file.toString());
        }
        StringWriter errors = new StringWriter();
        PrintWriter out = new PrintWriter(errors);
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        if (javac.run(out, out, arguments.toArray(new String[0])) != 0) {
            throw new IllegalStateException(mutant.id + " does not compile: " + errors);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
