package io.lutra.raft.conformance;

import io.lutra.raft.Describe;
import io.lutra.raft.Message;
import io.lutra.raft.StepResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What the commands of a script act on: nodes and the messages in flight between them. FORMAT.md, sections 3 and 6. */
final class Environment {
    /** Some thousand rounds are far more than any script needs to come to rest. */
    private static final int MAX_ROUNDS = 10_000;

    private final List<ScriptNode> nodes = new ArrayList<>();
    private final List<Message> inFlight = new ArrayList<>();
    private final Output output;

    Environment(Output output) {
        this.output = output;
    }

    List<ScriptNode> nodes() {
        return nodes;
    }

    List<Message> inFlight() {
        return inFlight;
    }

    ScriptNode node(int id) {
        return nodes.get(id - 1);
    }

    void addNodes(int count, NodeOptions options) {
        for (int i = 0; i < count; i++) {
            nodes.add(new ScriptNode(nodes.size() + 1, options));
        }
    }

    void send(Message message) {
        inFlight.add(message);
    }

    void processReady(ScriptNode node) {
        node.processReady(output, inFlight);
    }

    void processAppendThread(ScriptNode node) {
        node.processAppendThread(output, inFlight);
    }

    void processApplyThread(ScriptNode node) {
        node.processApplyThread(output, inFlight);
    }

    /** Loses what only the memory of a node knew, and starts it again. */
    void restart(ScriptNode node) {
        inFlight.removeIf(message -> message.to() == node.id() && isLocal(message));
        node.restart();
    }

    /** Takes the wanted messages to a node out of flight and steps them; tells whether there were any. */
    boolean deliver(long to, Predicate<Message> wanted) {
        List<Message> taken = take(message -> message.to() == to && wanted.test(message));
        for (Message message : taken) {
            step(message);
        }
        return !taken.isEmpty();
    }

    /** Takes the wanted messages to a node out of flight, except those that never left it; tells whether there were any. */
    boolean drop(long to, Predicate<Message> wanted) {
        List<Message> taken = take(message -> message.to() == to && !isLocal(message) && wanted.test(message));
        taken.forEach(this::printDropped);
        return !taken.isEmpty();
    }

    /** Steps the messages at these places, each so many times. */
    void deliverAt(List<Integer> places, int copies, boolean keep) {
        List<Message> named = places.stream().map(inFlight::get).toList();
        for (Message message : named) {
            for (int i = 0; i < copies; i++) {
                step(message);
            }
        }
        if (!keep) {
            removeAt(places);
        }
    }

    void dropAt(List<Integer> places) {
        places.forEach(place -> printDropped(inFlight.get(place)));
        removeAt(places);
    }

    /** Lets these nodes work, in this order, until none has anything to do. */
    void stabilize(List<ScriptNode> some) {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (!stabilizeOnce(some)) {
                return;
            }
        }
        throw new IllegalStateException("not at rest after " + MAX_ROUNDS + " rounds");
    }

    private boolean stabilizeOnce(List<ScriptNode> some) {
        boolean busy = false;
        for (ScriptNode node : some) {
            busy |= under(node, "handling Ready", node.raft().hasReady(), this::processReady);
        }
        for (ScriptNode node : some) {
            boolean awaited = inFlight.stream().anyMatch(message -> message.to() == node.id());
            busy |= under(node, "receiving messages", awaited, to -> deliver(to.id(), message -> true));
        }
        for (ScriptNode node : some) {
            busy |= under(node, "processing append thread", node.hasAppendWork(), this::finishAppends);
        }
        for (ScriptNode node : some) {
            busy |= under(node, "processing apply thread", node.hasApplyWork(), this::finishApplies);
        }
        return busy;
    }

    private boolean under(ScriptNode node, String header, boolean busy, Consumer<ScriptNode> action) {
        if (busy) {
            output.under("> " + node.id() + " " + header, () -> action.accept(node));
        }
        return busy;
    }

    private void finishAppends(ScriptNode node) {
        while (node.hasAppendWork()) {
            processAppendThread(node);
        }
    }

    private void finishApplies(ScriptNode node) {
        while (node.hasApplyWork()) {
            processApplyThread(node);
        }
    }

    private void step(Message message) {
        output.print(Describe.message(message));
        StepResult result = node((int) message.to()).raft().step(message);
        ErrorTokens.of(result).ifPresent(output::print);
    }

    private void printDropped(Message message) {
        output.print("dropped: " + Describe.message(message));
    }

    private List<Message> take(Predicate<Message> wanted) {
        List<Message> taken = inFlight.stream().filter(wanted).toList();
        inFlight.removeIf(wanted);
        return taken;
    }

    private void removeAt(List<Integer> places) {
        Set<Integer> named = new HashSet<>(places);
        List<Message> rest = new ArrayList<>();
        for (int i = 0; i < inFlight.size(); i++) {
            if (!named.contains(i)) {
                rest.add(inFlight.get(i));
            }
        }
        inFlight.clear();
        inFlight.addAll(rest);
    }

    /** Tells whether a message stays inside its node. */
    private static boolean isLocal(Message message) {
        return message.from() == message.to() || isThread(message.from()) || isThread(message.to());
    }

    private static boolean isThread(long id) {
        return id == Message.LOCAL_APPEND_THREAD || id == Message.LOCAL_APPLY_THREAD;
    }
}
