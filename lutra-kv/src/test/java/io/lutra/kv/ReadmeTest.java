package io.lutra.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** README's example is code that the build compiles and the demo runs. */
class ReadmeTest {
    private static final Path ROOT = Path.of(System.getProperty("lutra.root"));
    private static final String FROM = "    // README: from here\n\n";
    private static final String TO = "\n    // README: to here\n";

    @Test
    void exampleIsTheCodeOfTheDemo() throws IOException {
        String source = Files.readString(ROOT.resolve("lutra-kv/src/main/java/io/lutra/kv/Replica.java"));
        String example = source.substring(source.indexOf(FROM) + FROM.length(), source.indexOf(TO));
        assertThat(Files.readString(ROOT.resolve("README.md")))
                .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```\n");
    }
}
