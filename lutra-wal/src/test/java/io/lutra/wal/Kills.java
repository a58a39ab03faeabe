package io.lutra.wal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Kills a real process that writes a log, again and again, and looks each time at what is left: with {@code kill -9}, or by
 * cutting the power of a loop-mounted file system under it (reliability: only what was synced remains).
 *
 * <p>{@code kill DIRECTORY CYCLES}, or as root {@code ext4|xfs DIRECTORY CYCLES}. The last number is a seed.
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
        Report report = args[0].equals("kill") ? kills.kill(cycles) : kills.cutPower(args[0], cycles);
        System.out.println(args[0] + " of seed " + seed + ": " + report);
    }

    Report kill(int cycles) throws Exception {
        Path log = directory.resolve("log");
        Files.createDirectories(directory);
        long[] acknowledged = new long[LoadedProcess.GROUPS + 1];
        long found = 0;
        for (int cycle = 0; cycle < cycles; cycle++) {
            Process process = start(log);
            follow(process, acknowledged, () -> process.toHandle().destroyForcibly());
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
                Process process = start(log);
                follow(process, acknowledged, () -> {
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

    private Process start(Path log) throws IOException {
        return RealProcess.of(LoadedProcess.class, log.toString(), Long.toString(random.nextLong()))
                .redirectError(directory.resolve("errors").toFile())
                .start();
    }

    private interface End {
        void run() throws Exception;
    }

    /** Reads what a process says, ends it after some of it, and reads what it had said before it ended. */
    private void follow(Process process, long[] acknowledged, End end) throws Exception {
        // By its handle: Process.destroyForcibly would close the pipe and lose what it said.
        // Not a time: how far a process gets depends on the machine, how often it is killed in the middle does not.
        int linesLeft = random.nextInt(1500);
        boolean ended = false;
        boolean ready = false;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("ready")) {
                    ready = true;
                } else if (line.matches("\\d+ \\d+")) {
                    String[] numbers = line.split(" ");
                    int group = Integer.parseInt(numbers[0]);
                    acknowledged[group] = Math.max(acknowledged[group], Long.parseLong(numbers[1]));
                }
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
