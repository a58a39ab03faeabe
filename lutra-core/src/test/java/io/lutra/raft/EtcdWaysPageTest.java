package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That every test which docs/etcd-ways.md names is there. */
class EtcdWaysPageTest {
    private static final Path ROOT = Path.of(System.getProperty("lutra.root"));
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Map<String, String> sources = sources();
        String page = Files.readString(ROOT.resolve("docs/etcd-ways.md"));
        int count = 0;
        for (MatchResult named : NAMED.matcher(page).results().toList()) {
            String method = named.group(2);
            assertThat(sources).containsKey(named.group(1));
            assertThat(sources.get(named.group(1)))
                    .as("%s", named.group())
                    .contains(method == null ? "class " : " void " + method + "(");
            count++;
        }
        assertThat(count).isGreaterThan(100);
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve("lutra-core/src/test/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
                String name = file.getFileName().toString();
                sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
            }
        }
        return sources;
    }
}
