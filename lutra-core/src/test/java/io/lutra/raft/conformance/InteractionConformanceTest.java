package io.lutra.raft.conformance;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Scripts that drive whole groups of nodes print here what they print with etcd's raft 3.7. One test per file. */
class InteractionConformanceTest {
    private static final int MAX_SHOWN = 3;

    @TestFactory
    List<DynamicTest> randomScriptsPrintWhatTheyPrintWithEtcd() {
        List<Path> files = ConformanceData.files("random", ".txt.gz");
        if (files.isEmpty()) {
            ConformanceData.reportAbsent("random");
            return skipped("no random scripts");
        }
        return run("random", files);
    }

    @TestFactory
    List<DynamicTest> scriptsOfEtcdPrintWhatTheyPrintThere() {
        Optional<Path> folder = ConformanceData.etcd("interaction");
        if (folder.isEmpty()) {
            return skipped("etcd's own scripts are not here");
        }
        return run("etcd interaction", ConformanceData.list(folder.get(), ".txt"));
    }

    /** Runs all scripts at once, so that their number is told even if some of them differ. */
    private static List<DynamicTest> run(String kind, List<Path> files) {
        List<DynamicTest> tests = new ArrayList<>();
        int scripts = 0;
        int equal = 0;
        for (Path file : files) {
            String name = file.getFileName().toString();
            List<Script> found = Script.parse(name, ConformanceData.lines(file));
            List<String> differences = found.stream()
                    .flatMap(script -> ScriptRun.firstDifference(script).stream())
                    .toList();
            scripts += found.size();
            equal += found.size() - differences.size();
            tests.add(dynamicTest(name, () -> failIfAny(differences)));
        }
        ConformanceData.report(kind, "scripts", scripts, equal);
        return tests;
    }

    /** A test of its own, so that reports count it as skipped. */
    private static List<DynamicTest> skipped(String reason) {
        return List.of(dynamicTest(reason, () -> abort(reason)));
    }

    private static void failIfAny(List<String> differences) {
        if (!differences.isEmpty()) {
            List<String> shown = differences.subList(0, Math.min(MAX_SHOWN, differences.size()));
            fail(differences.size() + " scripts differ; the first of them:\n" + String.join("\n", shown));
        }
    }
}
