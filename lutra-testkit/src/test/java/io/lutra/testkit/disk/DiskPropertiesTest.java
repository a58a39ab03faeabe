package io.lutra.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random use of a disk: without a crash nothing is lost, after one every byte is one that was synced or written since. */
class DiskPropertiesTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    /** What a file held, at the last sync of it and at every moment since. */
    private static final class Written {
        final List<byte[]> versions = new ArrayList<>(List.of(new byte[0]));

        byte[] newest() {
            return versions.get(versions.size() - 1);
        }

        void write(int position, byte[] bytes) {
            byte[] changed = Arrays.copyOf(newest(), Math.max(newest().length, position + bytes.length));
            System.arraycopy(bytes, 0, changed, position, bytes.length);
            versions.add(changed);
        }

        void sync() {
            versions.subList(0, versions.size() - 1).clear();
        }

        boolean mayBe(byte[] found) {
            int least =
                    versions.stream().mapToInt(version -> version.length).min().orElseThrow();
            int most =
                    versions.stream().mapToInt(version -> version.length).max().orElseThrow();
            boolean possible = found.length >= least && found.length <= most;
            for (int i = 0; i < found.length && possible; i++) {
                possible = false;
                for (byte[] version : versions) {
                    // What lies behind the end of a version is zero if the file ends later.
                    possible |= found[i] == (i < version.length ? version[i] : 0);
                }
            }
            return possible;
        }
    }

    private static final class Model {
        final Map<String, Written> names = new HashMap<>();
        /** What each name led to at the last sync of the directory, and since; {@code null} for nothing. */
        final Map<String, Set<Written>> mayBe = new HashMap<>();

        Model() {
            syncDirectory();
        }

        void name(String name, Written file) {
            names.put(name, file);
            mayBe.get(name).add(file);
        }

        void syncDirectory() {
            NAMES.forEach(name -> mayBe.put(name, new HashSet<>(Arrays.asList(names.get(name)))));
        }
    }

    @Test
    void losesNothingWithoutACrashAndNothingSyncedInOne() {
        Seeds.check(0, 1_000, seed -> {
            SeededRandom random = new SeededRandom(seed);
            SimulatedDisk disk = new SimulatedDisk(seed);
            Model model = new Model();
            for (int i = random.nextInt(60); i >= 0; i--) {
                step(disk, model, random);
            }
            for (String name : NAMES) {
                Written file = model.names.get(name);
                assertThat(disk.exists(name)).isEqualTo(file != null);
                if (file != null) {
                    assertThat(disk.contentOf(name)).isEqualTo(file.newest());
                }
            }
            for (Survival survival : Survival.variants(disk.unsyncedUnits(), 20, seed)) {
                SimulatedDisk crashed = disk.copy();
                crashed.crash(survival);
                assertMayBe(crashed, model);
                byte[][] before = contents(crashed);
                crashed.crash(Survival.nothing());
                assertThat(contents(crashed)).as("a second crash").isDeepEqualTo(before);
            }
        });
    }

    private static void step(SimulatedDisk disk, Model model, SeededRandom random) throws IOException {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        Written file = model.names.get(name);
        if (random.nextInt(8) == 0) {
            disk.syncDirectory("");
            model.syncDirectory();
        } else if (file == null) {
            disk.create(name);
            model.name(name, new Written());
        } else {
            change(disk, model, name, file, random);
        }
    }

    private static void change(SimulatedDisk disk, Model model, String name, Written file, SeededRandom random)
            throws IOException {
        SimulatedFile opened = disk.open(name);
        switch (random.nextInt(10)) {
            case 0 -> {
                disk.delete(name);
                model.name(name, null);
            }
            case 1 -> {
                String other = NAMES.get(random.nextInt(NAMES.size()));
                disk.rename(name, other);
                if (!other.equals(name)) {
                    model.name(name, null);
                    model.name(other, file);
                }
            }
            case 2 -> {
                int size = random.nextInt(file.newest().length + 1);
                opened.truncate(size);
                file.versions.add(Arrays.copyOf(file.newest(), size));
            }
            case 3 -> {
                int size = random.nextInt(2_000);
                opened.allocate(size);
                file.versions.add(Arrays.copyOf(file.newest(), Math.max(size, file.newest().length)));
            }
            case 4, 5, 6 -> {
                opened.sync();
                file.sync();
            }
            default -> {
                byte[] bytes = new byte[random.nextInt(1, 1_200)];
                random.fill(bytes);
                int position = random.nextInt(2_000);
                assertThat(opened.write(position, ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
                file.write(position, bytes);
            }
        }
    }

    private static void assertMayBe(SimulatedDisk disk, Model model) throws IOException {
        for (String name : NAMES) {
            Set<Written> mayBe = model.mayBe.get(name);
            if (!disk.exists(name)) {
                assertThat(mayBe).as(name + " is gone").containsNull();
                continue;
            }
            byte[] found = disk.contentOf(name);
            assertThat(mayBe).as(name).anyMatch(file -> file != null && file.mayBe(found));
        }
    }

    private static byte[][] contents(SimulatedDisk disk) throws IOException {
        byte[][] contents = new byte[NAMES.size()][];
        for (int i = 0; i < contents.length; i++) {
            contents[i] = disk.exists(NAMES.get(i)) ? disk.contentOf(NAMES.get(i)) : new byte[0];
        }
        return contents;
    }
}
