package io.lutra.raft.protocol;

import io.lutra.raft.ConfigBuilder;
import io.lutra.raft.Message;
import io.lutra.raft.StateType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Some nodes and a network between them, which delivers in order, and loses what it is told to lose. */
final class Cluster {
    private static final int MOST_MESSAGES = 100_000;

    private final TreeMap<Long, TestNode> nodes = new TreeMap<>();
    private final Set<Long> isolated = new HashSet<>();
    private Predicate<Message> lost = message -> false;
    private int delivered;

    private Cluster(Collection<TestNode> members) {
        members.forEach(node -> nodes.put(node.id, node));
    }

    static Cluster of(TestNode... members) {
        return new Cluster(List.of(members));
    }

    /** Returns a cluster of voters 1 to n with empty logs. */
    static Cluster ofVoters(int n) {
        return ofVoters(n, options -> options);
    }

    static Cluster ofVoters(int n, UnaryOperator<ConfigBuilder> options) {
        Long[] voters = new Long[n];
        for (int i = 0; i < n; i++) {
            voters[i] = i + 1L;
        }
        List<TestNode> members = new ArrayList<>();
        for (long id : voters) {
            members.add(TestNode.node(id).voters(voters).with(options).start());
        }
        return new Cluster(members);
    }

    TestNode node(long id) {
        TestNode node = nodes.get(id);
        if (node == null) {
            throw new AssertionError("no node " + id);
        }
        return node;
    }

    Collection<TestNode> nodes() {
        return nodes.values();
    }

    /** Adds a node, or replaces one by what it is after a restart. */
    void put(TestNode node) {
        nodes.put(node.id, node);
    }

    /** Cuts a node off: nothing gets to it, nothing leaves it. */
    void isolate(long id) {
        isolated.add(id);
    }

    /** Ends all losses. */
    void heal() {
        isolated.clear();
        lost = message -> false;
    }

    /** Loses these messages from now on. */
    void lose(Predicate<Message> messages) {
        lost = messages;
    }

    /** Lets a node campaign, and delivers until all is quiet. */
    TestNode elect(long id) {
        node(id).raw.campaign();
        run();
        if (node(id).role() != StateType.LEADER) {
            throw new AssertionError(id + " did not win: " + nodes.values());
        }
        return node(id);
    }

    /** Proposes at a node, and delivers until all is quiet. */
    void propose(long id, String command) {
        node(id).raw.propose(TestNode.bytes(command));
        run();
    }

    /** Lets a tick pass everywhere, and delivers until all is quiet; so many times. */
    void ticks(int ticks) {
        for (int i = 0; i < ticks; i++) {
            nodes.values().forEach(node -> node.raw.tick());
            run();
        }
    }

    /** Returns how many messages were delivered so far. */
    int delivered() {
        return delivered;
    }

    /** Delivers until nobody has anything to say. */
    void run() {
        Queue<Message> inFlight = new ArrayDeque<>();
        do {
            nodes.values().forEach(node -> inFlight.addAll(node.take()));
            for (Message m = inFlight.poll(); m != null; m = inFlight.poll()) {
                TestNode to = nodes.get(m.to());
                boolean cut = isolated.contains(m.from()) || isolated.contains(m.to());
                if (to != null && !cut && !lost.test(m)) {
                    if (++delivered > MOST_MESSAGES) {
                        throw new AssertionError("messages go round for ever: " + m);
                    }
                    to.deliver(m);
                }
            }
        } while (nodes.values().stream().anyMatch(node -> node.raw.hasReady() || node.hasSent()));
    }
}
