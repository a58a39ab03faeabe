package io.lutra.raft.conformance;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.Describe;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Peer;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.RaftException;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.SnapshotTemporarilyUnavailableException;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Runs the commands of one script, one after the other. FORMAT.md, section 6. */
final class Interpreter {
    private final Output output = new Output();
    private final Environment environment = new Environment(output);
    private final Inspection inspection = new Inspection(output);

    /** Runs a command and returns what it printed. */
    List<String> run(Command command) {
        try {
            execute(command);
        } catch (RaftException e) {
            output.printError(ErrorTokens.of(e).orElseThrow(() -> e));
        }
        return output.take();
    }

    private void execute(Command command) {
        switch (command.name()) {
            case "log-level" -> setLogLevel(command.word(0));
            case "add-nodes" -> environment.addNodes(command.number(0), new NodeOptions(command));
            case "bootstrap" -> bootstrap(command);
            case "restart" -> environment.restart(node(command));
            case "campaign" -> node(command).raft().campaign();
            case "propose" -> propose(command);
            case "propose-batch" -> propose(command);
            case "propose-conf-change" -> proposeConfChange(command);
            case "process-ready" -> process(command, "handling Ready", environment::processReady);
            case "process-append-thread" ->
                process(command, "processing append thread", environment::processAppendThread);
            case "process-apply-thread" -> process(command, "processing apply thread", environment::processApplyThread);
            case "deliver-msgs" -> deliver(command);
            case "deliver-at" -> deliverAt(command);
            case "drop-at" -> environment.dropAt(command.numbers());
            case "stabilize" -> stabilize(command);
            case "tick" -> node(command).tick(command.number(1));
            case "tick-heartbeat" -> node(command).tick(node(command).config().heartbeatTick());
            case "tick-election" -> node(command).tick(node(command).config().electionTick());
            case "set-randomized-election-timeout" ->
                node(command).fixElectionTimeout((int) command.number("timeout", 0));
            case "transfer-leadership" -> transferLeadership(command);
            case "forget-leader" -> node(command).raft().forgetLeader();
            case "report-unreachable" -> node(command).raft().reportUnreachable(command.number(1));
            case "report-snapshot" -> reportSnapshot(command);
            case "read-index" -> node(command).raft().readIndex(bytes(command.word(1)));
            case "compact" -> compact(node(command), command.number(1));
            case "send-snapshot" -> sendSnapshot(command);
            case "snapshot-available" ->
                node(command).storage().setSnapshotAvailable(command.word(1).equals("true"));
            case "step" -> step(command);
            case "_breakpoint" -> {}
            default -> inspect(command);
        }
    }

    private void inspect(Command command) {
        switch (command.name()) {
            case "in-flight" -> inspection.inFlight(environment.inFlight());
            case "raft-state" -> environment.nodes().forEach(inspection::role);
            case "raft-log" -> inspection.log(node(command).storage());
            case "status" -> inspection.progress(node(command));
            case "with-progress" -> inspection.briefProgress(node(command));
            case "node-state" -> inspection.state(node(command));
            case "app-state" -> inspection.application(node(command).storage());
            default -> throw new IllegalArgumentException("no such command: " + command.line());
        }
    }

    private ScriptNode node(Command command) {
        return environment.node(command.number(0));
    }

    private void setLogLevel(String level) {
        output.silence(level.equalsIgnoreCase("none"));
    }

    private void bootstrap(Command command) {
        List<Integer> ids = command.numbers();
        environment
                .node(ids.get(0))
                .raft()
                .bootstrap(ids.stream().skip(1).map(Peer::of).toList());
    }

    private void propose(Command command) {
        List<String> words = command.words();
        List<byte[]> batch = words.stream().skip(1).map(Interpreter::bytes).toList();
        printIfDropped(node(command).raft().propose(batch));
    }

    private void proposeConfChange(Command command) {
        List<ConfChangeSingle> changes = ConfChangeSingle.listOf(String.join(" ", command.input()));
        MembershipChange change;
        if (command.isSet("v1")) {
            ConfChangeSingle only = changes.get(0);
            change = ConfChange.of(only.type(), only.nodeId());
        } else {
            change = ConfChangeV2.of(transition(command), changes, new byte[0]);
        }
        printIfDropped(node(command).raft().proposeConfChange(change));
    }

    private static ConfChangeTransition transition(Command command) {
        String transition = command.value("transition").orElse("auto");
        return switch (transition) {
            case "auto" -> ConfChangeTransition.AUTO;
            case "implicit" -> ConfChangeTransition.JOINT_IMPLICIT;
            case "explicit" -> ConfChangeTransition.JOINT_EXPLICIT;
            default -> throw new IllegalArgumentException("transition=" + transition);
        };
    }

    private void printIfDropped(ProposalResult result) {
        if (result.isDropped()) {
            output.printError(ErrorTokens.PROPOSAL_DROPPED);
        }
    }

    private void process(Command command, String header, Consumer<ScriptNode> action) {
        List<ScriptNode> nodes = nodes(command);
        if (nodes.size() == 1) {
            action.accept(nodes.get(0));
            return;
        }
        for (ScriptNode node : nodes) {
            output.under("> " + node.id() + " " + header, () -> action.accept(node));
        }
    }

    private List<ScriptNode> nodes(Command command) {
        return command.numbers().stream().map(environment::node).toList();
    }

    private void deliver(Command command) {
        Predicate<Message> wanted = command.value("type")
                .<Predicate<Message>>map(
                        name -> message -> message.type().wireName().equals(name))
                .orElse(message -> true);
        boolean any = false;
        for (Argument argument : command.arguments()) {
            if (argument.values().isEmpty()) {
                any |= environment.deliver(Long.parseLong(argument.key()), wanted);
            } else if (argument.key().equals("drop")) {
                for (String id : argument.values()) {
                    any |= environment.drop(Long.parseLong(id), wanted);
                }
            }
        }
        if (!any) {
            output.print("no messages");
        }
    }

    private void deliverAt(Command command) {
        int copies = (int) command.number("copies", 1);
        environment.deliverAt(command.numbers(), copies, command.isSet("keep"));
    }

    private void stabilize(Command command) {
        boolean wasSilent = output.isSilent();
        command.value("log-level").ifPresent(this::setLogLevel);
        try {
            List<ScriptNode> named = nodes(command);
            environment.stabilize(named.isEmpty() ? environment.nodes() : named);
        } finally {
            output.silence(wasSilent);
        }
    }

    private void transferLeadership(Command command) {
        int from = (int) command.number("from", 0);
        environment.node(from).raft().transferLeader(command.number("to", 0));
    }

    private void reportSnapshot(Command command) {
        SnapshotStatus status = command.word(2).equals("finish") ? SnapshotStatus.FINISH : SnapshotStatus.FAILURE;
        node(command).raft().reportSnapshot(command.number(1), status);
    }

    private void compact(ScriptNode node, long index) {
        node.storage().compact(index);
        inspection.log(node.storage());
    }

    private void sendSnapshot(Command command) {
        ScriptNode from = node(command);
        Snapshot snapshot;
        try {
            snapshot = from.storage().snapshot();
        } catch (SnapshotTemporarilyUnavailableException e) {
            return;
        }
        long term = from.raft().status().hardState().term();
        Message message = Message.snapshot(from.id(), command.number(1), term, snapshot);
        environment.send(message);
        output.print(Describe.message(message));
    }

    private void step(Command command) {
        long to = command.number(0);
        Message message =
                message(command.value("type").orElseThrow(), to, command.number("from", 0), command.number("term", 0));
        ErrorTokens.of(node(command).raft().step(message)).ifPresent(output::printError);
    }

    /** Makes a message that no factory would: it comes over the wire. */
    private static Message message(String wireName, long to, long from, long term) {
        long[] fields = {type(wireName).number(), to, from, term};
        int size = 0;
        for (long field : fields) {
            size += ProtoSize.field(field);
        }
        byte[] bytes = new byte[size];
        ProtoWriter writer = new ProtoWriter(bytes, 0);
        for (int i = 0; i < fields.length; i++) {
            writer.field(i + 1, fields[i]);
        }
        return Message.parse(bytes);
    }

    private static MessageType type(String wireName) {
        for (MessageType type : MessageType.values()) {
            if (type.wireName().equals(wireName)) {
                return type;
            }
        }
        throw new IllegalArgumentException("no such type: " + wireName);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
