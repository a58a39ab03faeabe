import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Fails the build when a Java source file has more lines of code than allowed, comments and blank lines aside.
 *
 * <p>Run by Maven as {@code java build/FileSize.java ROOT MAX}; see CONTRIBUTING.md for why there are no exemptions.
 */
final class FileSize {

    private enum In {
        CODE,
        STRING,
        CHARACTER,
        TEXT_BLOCK,
        COMMENT
    }

    private FileSize() {}

    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[0]);
        int max = Integer.parseInt(args[1]);
        boolean failed = false;
        for (Path file : sources(root)) {
            int lines = linesOfCode(Files.readAllLines(file));
            if (lines > max) {
                System.err.println(root.relativize(file) + ": " + lines + " lines of code, at most " + max);
                failed = true;
            }
        }
        if (failed) {
            System.exit(1);
        }
    }

    private static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(
                            path -> isSource(root.relativize(path).toString().replace('\\', '/')))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isSource(String path) {
        return path.endsWith(".java") && (path.matches("[^/]+/src/[^/]+/java/.*") || path.startsWith("build/"));
    }

    /** Counts the lines on which something other than white space stands outside comments. */
    private static int linesOfCode(List<String> lines) {
        int count = 0;
        In in = In.CODE;
        for (String line : lines) {
            boolean code = false;
            for (int i = 0; i < line.length(); i++) {
                if (in == In.COMMENT) {
                    if (line.startsWith("*/", i)) {
                        in = In.CODE;
                        i++;
                    }
                    continue;
                }
                if (in == In.CODE && line.startsWith("//", i)) {
                    break;
                }
                if (in == In.CODE && line.startsWith("/*", i)) {
                    in = In.COMMENT;
                    i++;
                    continue;
                }
                code |= !Character.isWhitespace(line.charAt(i));
                if (in != In.CODE && line.charAt(i) == '\\') {
                    i++;
                } else if (line.startsWith("\"\"\"", i) && (in == In.CODE || in == In.TEXT_BLOCK)) {
                    in = in == In.CODE ? In.TEXT_BLOCK : In.CODE;
                    i += 2;
                } else if (line.charAt(i) == '"' && (in == In.CODE || in == In.STRING)) {
                    in = in == In.CODE ? In.STRING : In.CODE;
                } else if (line.charAt(i) == '\'' && (in == In.CODE || in == In.CHARACTER)) {
                    in = in == In.CODE ? In.CHARACTER : In.CODE;
                }
            }
            if (code) {
                count++;
            }
        }
        return count;
    }
}
