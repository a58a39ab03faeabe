package io.lutra.architecture;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.lutra.raft.RaftException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of docs/architecture.md that the compiler does not keep. */
class ArchitectureTest {

    private static final String ROOT = "io.lutra.raft";

    /** A package may use the ones after it, never the ones before it. */
    private static final List<String> PACKAGES = List.of(
            ROOT + ".node",
            ROOT + ".protocol",
            ROOT + ".confchange",
            ROOT + ".log",
            ROOT + ".tracker",
            ROOT + ".quorum",
            ROOT + ".wire",
            ROOT,
            ROOT + ".codec");

    private static final Set<String> EXPORTED = Set.of(ROOT, ROOT + ".node", ROOT + ".protocol", ROOT + ".wire");

    /** Their outputs depend on their inputs alone: what they say today they say in every run and on every JVM. */
    private static final Set<String> DETERMINISTIC =
            Set.of(ROOT + ".protocol", ROOT + ".confchange", ROOT + ".log", ROOT + ".tracker", ROOT + ".quorum");

    private static final List<String> FORBIDDEN_PACKAGES =
            List.of("java.net", "java.nio.channels", "java.nio.file", "java.util.concurrent");

    private static final Set<String> FORBIDDEN_CALLS =
            Set.of("java.lang.System.nanoTime", "java.lang.System.currentTimeMillis", "java.lang.Math.random");

    private static final Path CORE = whereCompiled(RaftException.class);

    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(CORE);

    @Test
    void packagesDependDownwardsOnly() {
        Set<String> upwards = new TreeSet<>();
        for (JavaClass origin : CLASSES) {
            for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                String target = packageOf(dependency.getTargetClass());
                if (isIn(target, ROOT) && PACKAGES.indexOf(target) < PACKAGES.indexOf(packageOf(origin))) {
                    upwards.add(dependency.getDescription());
                }
            }
        }
        assertThat(upwards).isEmpty();
    }

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        assertThat(packages()).contains(ROOT).isSubsetOf(PACKAGES);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(packages())
                .allMatch(
                        name -> CLASSES.getPackage(name).isAnnotatedWith(NullMarked.class),
                        "has a @NullMarked package");
    }

    @Test
    void protocolTouchesNoNetworkFileThreadClockOrChance() {
        Set<String> touched = new TreeSet<>();
        for (JavaClass origin : CLASSES) {
            if (DETERMINISTIC.contains(packageOf(origin))) {
                origin.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> isForbidden(dependency.getTargetClass()))
                        .forEach(dependency -> touched.add(dependency.getDescription()));
                origin.getAccessesFromSelf().stream()
                        .filter(access -> isForbidden(access.getTarget()))
                        .forEach(access -> touched.add(access.getDescription()));
            }
        }
        assertThat(touched).isEmpty();
    }

    @Test
    void moduleNeedsNothingAtRunTime() throws IOException {
        assertThat(descriptor().requires())
                .filteredOn(requires -> !requires.modifiers().contains(Requires.Modifier.STATIC))
                .extracting(Requires::name)
                .containsExactly("java.base");
        assertThat(descriptor().requires())
                .filteredOn(requires -> requires.modifiers().contains(Requires.Modifier.STATIC))
                .extracting(Requires::name)
                .containsExactly("org.jspecify");
    }

    @Test
    void moduleExportsThePublicPackagesToAll() throws IOException {
        Set<String> expected = packages();
        expected.retainAll(EXPORTED);
        assertThat(descriptor().exports())
                .noneMatch(ModuleDescriptor.Exports::isQualified)
                .extracting(ModuleDescriptor.Exports::source)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static boolean isForbidden(JavaClass target) {
        return target.isEquivalentTo(Thread.class)
                || FORBIDDEN_PACKAGES.stream().anyMatch(parent -> isIn(packageOf(target), parent));
    }

    private static boolean isForbidden(AccessTarget target) {
        return FORBIDDEN_CALLS.contains(target.getOwner().getName() + "." + target.getName());
    }

    private static boolean isIn(String name, String parent) {
        return name.equals(parent) || name.startsWith(parent + ".");
    }

    private static String packageOf(JavaClass type) {
        return type.getBaseComponentType().getPackageName();
    }

    private static Set<String> packages() {
        return CLASSES.stream().map(ArchitectureTest::packageOf).collect(toCollection(TreeSet::new));
    }

    private static ModuleDescriptor descriptor() throws IOException {
        try (InputStream in = Files.newInputStream(CORE.resolve("module-info.class"))) {
            return ModuleDescriptor.read(in);
        }
    }

    private static Path whereCompiled(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
