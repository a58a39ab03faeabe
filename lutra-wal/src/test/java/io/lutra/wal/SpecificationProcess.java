package io.lutra.wal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lutra.raft.DroppedException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Three members that use the specification's names alone, in one process, each with a directory of its own. They propose as
 * fast as they can, and the process says on its output what was applied of that, until it is killed.
 */
final class SpecificationProcess {
    /** Ends a line that tells of a command. */
    static final String APPLIED = " is applied";

    private static final int MAX_STEPS = 100_000;

    private final List<SpecificationMember> members = new ArrayList<>();
    private final List<ArrayDeque<byte[]>> network =
            List.of(new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>());
    private final Random random;

    private SpecificationProcess(Path directory, long seed) throws IOException {
        random = new Random(seed);
        for (long id = 1; id <= 3; id++) {
            SpecificationMember member = new SpecificationMember(id);
            Path own = Files.createDirectories(directory).resolve("member-" + id);
            member.start(new FileDisk(own), Files.exists(own.resolve(Format.IDENTITY)));
            members.add(member);
        }
    }

    /** Runs on a directory, with a seed. */
    public static void main(String[] args) throws IOException {
        long seed = Long.parseLong(args[1]);
        SpecificationProcess process = new SpecificationProcess(Path.of(args[0]), seed);
        process.propose(seed, new PrintStream(new FileOutputStream(FileDescriptor.out), false));
    }

    private void propose(long seed, PrintStream out) {
        out.println("ready");
        Set<String> waiting = new HashSet<>();
        for (long number = 0; true; number++) {
            SpecificationMember member = members.get((int) (number % 3));
            if (member.leads() && waiting.size() < 16) {
                String command = "command " + seed + " " + number;
                try {
                    member.node.propose(command.getBytes(UTF_8), Duration.ZERO);
                    waiting.add(command);
                } catch (DroppedException e) {
                    // It leads no more.
                }
            }
            int before = member.state.size();
            step(member);
            for (String command : member.state.subList(Math.min(before, member.state.size()), member.state.size())) {
                if (waiting.remove(command)) {
                    out.println(command + APPLIED);
                }
            }
            out.flush();
            if (number % 97 == 0) {
                member.snapshot();
                waiting.clear(); // what was lost with a leader is not waited for
            }
        }
    }

    private void step(SpecificationMember member) {
        while (member.work((to, message) -> network.get((int) to - 1).add(message))) {
            // Until it has nothing to say.
        }
        ArrayDeque<byte[]> inbox = network.get((int) member.id - 1);
        while (!inbox.isEmpty()) {
            member.node.step(inbox.remove());
        }
        if (random.nextInt(4) == 0) {
            member.node.tick();
        }
    }

    /**
     * Starts the members on what was left and throws unless all of them come to the same state, in which everything
     * acknowledged is, in the order it was.
     *
     * @return how many commands the state holds
     */
    static int check(Path directory, List<String> acknowledged) throws IOException {
        SpecificationProcess again = new SpecificationProcess(directory, 1);
        try {
            for (int i = 0; i < MAX_STEPS && !again.isSettled(); i++) {
                again.step(again.members.get(i % 3));
            }
            List<String> state = again.members.get(0).state;
            for (SpecificationMember member : again.members) {
                if (!again.isSettled() || !member.state.equals(state)) {
                    throw new AssertionError("member " + member.id + " has applied " + member.applied + " and "
                            + member.state.size() + " commands; member 1 has " + state.size());
                }
            }
            Set<String> known = new HashSet<>(acknowledged);
            List<String> found = state.stream().filter(known::contains).toList();
            if (!found.equals(acknowledged)) {
                throw new AssertionError(acknowledged.size() + " commands were acknowledged, " + found.size()
                        + " of them are there, or in another order");
            }
            return state.size();
        } finally {
            for (SpecificationMember member : again.members) {
                member.node.stop();
                member.wal.close();
            }
        }
    }

    /** Tells whether there is a leader, and all have applied all that it has. */
    private boolean isSettled() {
        return members.stream()
                .anyMatch(leader -> leader.leads()
                        && leader.applied == leader.storage.lastIndex()
                        && members.stream().allMatch(member -> member.applied == leader.applied));
    }
}
