package io.lutra.wal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.StorageException;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.Survival;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three programs that use the specification's names alone, each on a log of its own, lose their power again and again: what was
 * applied anywhere is applied everywhere, in one order (I5, I18).
 */
class SpecificationOnLogTest {
    private static final int STEPS = 6000;

    /** A member whose power can be cut. */
    private static final class Member {
        final SimulatedDisk disk;
        final SpecificationMember program;

        Member(long id, long seed) {
            disk = new SimulatedDisk(seed * 10 + id);
            program = new SpecificationMember(id);
        }

        void start() {
            program.start(new SimulatedDirectory(disk), disk.exists(Format.IDENTITY));
        }

        void losePower(Survival survival) {
            disk.crash(survival);
            program.node.stop();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void losesNothingThatWasApplied(long seed) {
        Random random = new Random(seed);
        List<Member> members = new ArrayList<>();
        List<ArrayDeque<byte[]>> network = new ArrayList<>();
        network.add(new ArrayDeque<>());
        for (long id = 1; id <= 3; id++) {
            members.add(new Member(id, seed));
            network.add(new ArrayDeque<>());
            members.get((int) id - 1).start();
        }
        List<String> longest = new ArrayList<>();
        int crashes = 0;
        for (int step = 0; step < STEPS; step++) {
            boolean calm = step > STEPS - 2000;
            Member powered = members.get(random.nextInt(3));
            SpecificationMember member = powered.program;
            int what = random.nextInt(100);
            ArrayDeque<byte[]> inbox = network.get((int) member.id);
            if (what < 40) {
                member.work((to, message) -> network.get((int) to).add(message));
            } else if (what < 80) {
                byte[] message = inbox.poll();
                if (message != null && (calm || random.nextInt(20) > 0)) {
                    member.node.step(message);
                }
            } else if (what < 90) {
                member.node.tick();
            } else if (what < 96 && member.node.status().softState().lead() == member.id) {
                member.node.propose(("command " + step).getBytes(UTF_8), Duration.ZERO);
            } else if (what < 98) {
                member.snapshot();
            } else if (!calm && random.nextInt(4) == 0) {
                powered.losePower(random.nextBoolean() ? Survival.nothing() : Survival.torn(step));
                inbox.clear();
                powered.start();
                crashes++;
            }
            int common = Math.min(longest.size(), member.state.size());
            assertThat(member.state.subList(0, common))
                    .as("seed %d, step %d, member %d", seed, step, member.id)
                    .isEqualTo(longest.subList(0, common));
            if (member.state.size() > longest.size()) {
                longest = new ArrayList<>(member.state);
            }
        }
        assertThat(crashes).isGreaterThan(10);
        assertThat(longest).hasSizeGreaterThan(30);
        for (Member member : members) {
            assertThat(member.program.state)
                    .as("seed %d, member %d at the end", seed, member.program.id)
                    .hasSizeGreaterThan(longest.size() - 40);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void tellsAProgramThatItsLogIsClosed(int count) {
        Wal wal = Wal.create(new SimulatedDirectory(new SimulatedDisk(1)), Scenes.IDENTITY, Scenes.SMALL);
        GroupStorage storage = GroupStorage.openOrCreate(wal, 1);
        storage.append(Scenes.entries(1, count, 1));
        wal.close();
        assertThatThrownBy(() -> storage.append(Scenes.entries(count + 1, count + 1, 1)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("closed");
    }
}
