package io.lutra.raft.conformance;

import static org.junit.jupiter.api.Assumptions.abort;

import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfState;
import io.lutra.raft.Describe;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.confchange.ChangedConfiguration;
import io.lutra.raft.confchange.Changer;
import io.lutra.raft.confchange.EtcdRestore;
import io.lutra.raft.tracker.ProgressMap;
import io.lutra.raft.tracker.ProgressTracker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Membership changes lead where they lead with etcd's raft: {@code FORMAT.md} section 10. */
class ConfChangeConformanceTest {
    private static final Map<InvalidConfChangeException.Reason, String> TOKENS = Map.of(
            InvalidConfChangeException.Reason.ALREADY_JOINT, "AlreadyJoint",
            InvalidConfChangeException.Reason.ZERO_VOTER_JOINT, "ZeroVoterJoint",
            InvalidConfChangeException.Reason.NOT_JOINT, "NotJoint",
            InvalidConfChangeException.Reason.SIMPLE_IN_JOINT, "SimpleInJoint",
            InvalidConfChangeException.Reason.MORE_THAN_ONE_VOTER, "MoreThanOneVoter",
            InvalidConfChangeException.Reason.REMOVED_ALL_VOTERS, "RemovedAllVoters");

    /** How the files of etcd itself say the same. */
    private static final Map<String, String> SENTENCES = Map.of(
            "error: AlreadyJoint", "config is already joint",
            "error: ZeroVoterJoint", "can't make a zero-voter config joint",
            "error: NotJoint", "can't leave a non-joint config",
            "error: SimpleInJoint", "can't apply simple config change in joint config",
            "error: MoreThanOneVoter", "more than one voter changed without entering joint config",
            "error: RemovedAllVoters", "removed all voters");

    @Test
    void randomSequencesLeadWhereTheyLeadWithEtcd() {
        List<Path> files = ConformanceData.files("confchange-random", ".txt.gz");
        if (files.isEmpty()) {
            ConformanceData.reportAbsent("confchange-random");
            abort("no random sequences");
        }
        Cases cases = new Cases("confchange-random", "sequences");
        files.forEach(file -> cases.runScripts(file, script -> new Sequence()::run));
        cases.report();
    }

    @Test
    void sequencesOfEtcdLeadWhereTheyLeadThere() {
        Path folder = ConformanceData.etcd("confchange").orElse(null);
        if (folder == null) {
            abort("etcd's own sequences are not here");
        }
        Cases cases = new Cases("etcd confchange", "sequences");
        ConformanceData.list(folder, ".txt")
                .forEach(file -> cases.runScripts(file, script -> {
                    Sequence sequence = new Sequence();
                    return command -> asEtcdPrints(sequence.run(command));
                }));
        cases.report();
    }

    private static List<String> asEtcdPrints(List<String> output) {
        return output.stream()
                .filter(line -> !line.startsWith("ConfState "))
                .map(line -> SENTENCES.getOrDefault(line, line))
                .toList();
    }

    /** A tracker, and the index at which the next change is made. */
    private static final class Sequence {
        private ProgressTracker tracker = new ProgressTracker();
        private long lastIndex;

        List<String> run(Command command) {
            try {
                change(command);
                return describe();
            } catch (InvalidConfChangeException e) {
                return List.of(
                        "error: " + TOKENS.getOrDefault(e.reason(), e.reason().name()));
            } finally {
                lastIndex++;
            }
        }

        private void change(Command command) {
            Changer changer = new Changer(tracker, lastIndex);
            switch (command.name()) {
                case "simple" -> put(changer.simple(operations(command)));
                case "enter-joint" -> put(changer.enterJoint(command.isSet("autoleave"), operations(command)));
                case "leave-joint" -> put(changer.leaveJoint());
                case "restore" -> restore(state(command));
                case "restore-current" -> restore(tracker.configuration().toConfState());
                default -> throw new IllegalArgumentException(command.line());
            }
        }

        private static List<ConfChangeSingle> operations(Command command) {
            return ConfChangeSingle.listOf(String.join(" ", command.input()));
        }

        private void put(ChangedConfiguration changed) {
            tracker.switchTo(changed.configuration(), changed.members());
        }

        private void restore(ConfState state) {
            ProgressTracker restored = new ProgressTracker();
            EtcdRestore.restore(restored, lastIndex, state);
            tracker = restored;
        }

        private static ConfState state(Command command) {
            return ConfState.of(
                    command.ids("voters"),
                    command.ids("learners"),
                    command.ids("voters_outgoing"),
                    command.ids("learners_next"),
                    command.isSet("auto_leave"));
        }

        private List<String> describe() {
            List<String> output = new ArrayList<>();
            output.add(tracker.configuration().toString());
            ProgressMap members = tracker.members();
            for (int i = 0; i < members.size(); i++) {
                long id = members.id(i);
                output.add(id + ": " + Describe.progress(members.progress(i).toPeerProgress(id)));
            }
            ConfState state = tracker.configuration().toConfState();
            output.add("ConfState voters=" + ids(state.voters()) + " learners=" + ids(state.learners())
                    + " voters_outgoing=" + ids(state.votersOutgoing()) + " learners_next=" + ids(state.learnersNext())
                    + " auto_leave=" + state.autoLeave());
            return output;
        }

        private static String ids(List<Long> ids) {
            return ids.toString().replace(",", "");
        }
    }
}
