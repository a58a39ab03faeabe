package io.lutra.raft.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Finds the conformance data and prints how much of it came out equal.
 *
 * <p>The data is the one in the test resources, or with {@code -Dlutra.conformance.dir=DIR} (absolute) any folder of the
 * same layout in its place. The files of etcd's raft itself are not part of this project: they are looked for in {@code
 * -Dlutra.conformance.etcd=DIR}, by default in {@code shared/conformance/etcd-raft-3.7.0} beside the project's root.
 */
final class ConformanceData {
    private static final String DIR = "lutra.conformance.dir";
    private static final String ETCD = "lutra.conformance.etcd";
    private static final String DEFAULT_ETCD = "shared/conformance/etcd-raft-3.7.0";

    private static boolean sourceTold;

    private ConformanceData() {}

    /**
     * Returns a file such as {@code codec/golden.jsonl.gz}, or nothing if the folder that was asked for does not have it.
     * Bundled data is always there.
     */
    static Optional<Path> file(String name) {
        Path file = root().resolve(name);
        if (Files.exists(file)) {
            return Optional.of(file);
        }
        if (System.getProperty(DIR) == null) {
            throw new IllegalStateException(file + " is missing from the test resources");
        }
        return Optional.empty();
    }

    /** Returns the files of a folder such as {@code random} that end so, in order of name; none if there is no folder. */
    static List<Path> files(String folder, String ending) {
        return file(folder).map(found -> list(found, ending)).orElse(List.of());
    }

    /** Returns a folder of etcd's raft such as {@code interaction}, or nothing, visibly, if it is not there. */
    static Optional<Path> etcd(String folder) {
        Path path = etcdRoot().resolve(folder);
        if (Files.isDirectory(path)) {
            return Optional.of(path);
        }
        if (System.getProperty(ETCD) != null) {
            throw new IllegalStateException("-D" + ETCD + ": there is no folder " + path);
        }
        print("conformance etcd " + folder + ": absent, skipped (no folder " + path + ")");
        return Optional.empty();
    }

    /** Returns the files of a folder that end so, in order of name. */
    static List<Path> list(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the lines of a file, unpacked if its name ends in {@code .gz}. */
    static List<String> lines(Path file) {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints, say, {@code conformance random: 600 scripts, 600 equal}, also where the build itself is quiet. */
    static void report(String kind, String unit, int count, int equal) {
        print("conformance " + kind + ": " + count + " " + unit + ", " + equal + " equal");
    }

    /** Prints that the folder that was asked for has no data of a kind. */
    static void reportAbsent(String kind) {
        print("conformance " + kind + ": absent");
    }

    /** The first line says where the data is from, and takes what colour codes the build puts before it. */
    private static void print(String line) {
        if (!sourceTold) {
            sourceTold = true;
            System.out.println("conformance data: " + root());
        }
        System.out.println(line);
    }

    private static Path root() {
        String dir = System.getProperty(DIR);
        if (dir == null) {
            return bundled();
        }
        Path path = Path.of(dir);
        if (!path.isAbsolute() || !Files.isDirectory(path)) {
            throw new IllegalStateException("-D" + DIR + "=" + dir + " is not the absolute path of a folder");
        }
        return path;
    }

    private static Path bundled() {
        try {
            return Path.of(ConformanceData.class
                            .getResource("/conformance/FORMAT.md")
                            .toURI())
                    .resolveSibling("");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path etcdRoot() {
        String dir = System.getProperty(ETCD);
        if (dir != null) {
            return Path.of(dir);
        }
        // Tests run in the folder of their module; only Maven knows the root for sure.
        Path project =
                Path.of(System.getProperty("lutra.root", "..")).toAbsolutePath().normalize();
        return project.resolveSibling(DEFAULT_ETCD);
    }
}
