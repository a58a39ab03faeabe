package io.lutra.wal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Kills a real process that writes a log, again and again, and looks each time at what is left: with {@code kill -9}, or by
 * cutting the power of a loop-mounted file system under it (reliability: only what was synced remains).
 *
 * <p>{@code kill|specification DIRECTORY CYCLES}, or as root {@code ext4|xfs DIRECTORY CYCLES}. The last number is a seed.
 */
final class Kills {
    /** How much was seen. */
    record Report(int cycles, long acknowledged, long found) {}

    private static final String SHUTDOWN = "import fcntl,os,struct,sys\n"
            + "f=os.open(sys.argv[1],os.O_RDONLY)\n"
            + "fcntl.ioctl(f,0x8004587d,struct.pack('I',2))\n";

    private final Path directory;
    private final Random random;

    Kills(Path directory, long seed) {
        this.directory = directory;
        this.random = new Random(seed);
    }

    /** Runs one kind of kill. */
    public static void main(String[] args) throws Exception {
        long seed = args.length > 3 ? Long.parseLong(args[3]) : 1;
        Kills kills = new Kills(Path.of(args[1]), seed);
        int cycles = Integer.parseInt(args[2]);
        Report report = switch (args[0]) {
            case "kill" -> kills.kill(cycles);
            case "specification" -> kills.killSpecification(cycles);
            default -> kills.cutPower(args[0], cycles);
        };
        System.out.println(args[0] + " of seed " + seed + ": " + report);
    }

    /** Kills three members that use the specification's names alone. */
    Report killSpecification(int cycles) throws Exception {
        Path log = Files.createDirectories(directory).resolve("members");
        List<String> acknowledged = new ArrayList<>();
        long found = 0;
        for (int cycle = 0; cycle < cycles; cycle++) {
            Process process = start(SpecificationProcess.class, log);
            follow(
                    process,
                    150,
                    line -> {
                        // The last line may be half of one.
                        if (line.endsWith(SpecificationProcess.APPLIED)) {
                            acknowledged.add(line.substring(0, line.length() - SpecificationProcess.APPLIED.length()));
                        }
                    },
                    () -> process.toHandle().destroyForcibly());
            found = SpecificationProcess.check(log, acknowledged);
        }
        return new Report(cycles, acknowledged.size(), found);
    }

    Report kill(int cycles) throws Exception {
        Path log = directory.resolve("log");
        Files.createDirectories(directory);
        long[] acknowledged = new long[LoadedProcess.GROUPS + 1];
        long found = 0;
        for (int cycle = 0; cycle < cycles; cycle++) {
            Process process = start(LoadedProcess.class, log);
            follow(
                    process,
                    1500,
                    remember(acknowledged),
                    () -> process.toHandle().destroyForcibly());
            found += LoadedProcess.check(new FileDisk(log), acknowledged);
        }
        return new Report(cycles, sum(acknowledged), found);
    }

    Report cutPower(String fileSystem, int cycles) throws Exception {
        Path image = directory.resolve("image");
        Path mount = Files.createDirectories(directory.resolve("mount"));
        run("truncate", "-s", "400M", image.toString());
        run("mkfs." + fileSystem, fileSystem.equals("xfs") ? "-qf" : "-qF", image.toString());
        long[] acknowledged = new long[LoadedProcess.GROUPS + 1];
        long found = 0;
        Path log = mount.resolve("log");
        for (int cycle = 0; cycle < cycles; cycle++) {
            run("mount", "-o", "loop", image.toString(), mount.toString());
            try {
                if (cycle > 0) {
                    found += LoadedProcess.check(new FileDisk(log), acknowledged);
                }
                Process process = start(LoadedProcess.class, log);
                follow(process, 1500, remember(acknowledged), () -> {
                    run("python3", "-c", SHUTDOWN, mount.toString());
                    process.toHandle().destroyForcibly();
                });
            } finally {
                run("umount", mount.toString());
            }
        }
        run("mount", "-o", "loop", image.toString(), mount.toString());
        try {
            found += LoadedProcess.check(new FileDisk(log), acknowledged);
        } finally {
            run("umount", mount.toString());
        }
        Files.delete(image);
        return new Report(cycles, sum(acknowledged), found);
    }

    private Process start(Class<?> main, Path log) throws IOException {
        return RealProcess.of(main, log.toString(), Long.toString(random.nextLong()))
                .redirectError(directory.resolve("errors").toFile())
                .start();
    }

    /** Takes note of what a {@link LoadedProcess} says was acknowledged. */
    private static Consumer<String> remember(long[] acknowledged) {
        return line -> {
            if (line.matches("\\d+ \\d+")) {
                String[] numbers = line.split(" ");
                int group = Integer.parseInt(numbers[0]);
                acknowledged[group] = Math.max(acknowledged[group], Long.parseLong(numbers[1]));
            }
        };
    }

    private interface End {
        void run() throws Exception;
    }

    /** Reads what a process says, ends it after some of it, and reads what it had said before it ended. */
    private void follow(Process process, int mostLines, Consumer<String> lineReader, End end) throws Exception {
        // By its handle: Process.destroyForcibly would close the pipe and lose what it said.
        // Not a time: how far a process gets depends on the machine, how often it is killed in the middle does not.
        int linesLeft = random.nextInt(mostLines);
        boolean ended = false;
        boolean ready = false;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                ready |= line.equals("ready");
                lineReader.accept(line);
                if (linesLeft-- == 0) {
                    ended = true;
                    end.run();
                }
            }
        } finally {
            process.destroyForcibly();
            process.waitFor(60, TimeUnit.SECONDS);
        }
        if (!ready || !ended) {
            throw new AssertionError("the process ended by itself: " + Files.readString(directory.resolve("errors")));
        }
    }

    private static long sum(long[] values) {
        return java.util.Arrays.stream(values).sum();
    }

    static void run(String... command) throws Exception {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output.strip());
        }
    }
}
