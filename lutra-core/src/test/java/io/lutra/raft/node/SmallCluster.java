package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lutra.raft.Config;
import io.lutra.raft.ConfigBuilder;
import io.lutra.raft.ElectionJitter;
import io.lutra.raft.Entry;
import io.lutra.raft.Lib;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Message;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.StateType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A few {@link SpecificationProgram}s and a network that delivers everything, in order, unless told otherwise. */
final class SmallCluster {
    static final int ELECTION_TICK = 10;

    private final Lib lib = new Lutra();
    private final UnaryOperator<ConfigBuilder> options;
    private final Map<Long, Member> members = new TreeMap<>();
    private final Deque<Message> network = new ArrayDeque<>();
    private final List<Message> sent = new ArrayList<>();
    private Predicate<Message> lost = message -> false;

    /** Starts members 1 to n of a new group; a peer's context is its name. */
    SmallCluster(int size, UnaryOperator<ConfigBuilder> options) {
        this.options = options;
        List<Peer> peers = new ArrayList<>();
        for (long id = 1; id <= size; id++) {
            peers.add(lib.newPeer(id, ("member " + id).getBytes(UTF_8)));
        }
        for (Peer peer : peers) {
            add(peer.id(), peers);
        }
        settle();
    }

    static SmallCluster of(int size) {
        return new SmallCluster(size, options -> options);
    }

    /** Starts a member that waits to be added. */
    Member add(long id) {
        return add(id, List.of());
    }

    private Member add(long id, List<Peer> peers) {
        Member member = new Member(id);
        members.put(id, member);
        member.start(peers);
        return member;
    }

    Member member(long id) {
        return members.get(id);
    }

    /** Loses messages from now on. */
    void lose(Predicate<Message> which) {
        lost = which;
    }

    /** Returns what was sent since this was asked before, lost or not. */
    List<Message> takeSent() {
        List<Message> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    /** Has everybody work, and delivers, until nothing is left to do. */
    void settle() {
        boolean busy = true;
        while (busy) {
            busy = !network.isEmpty();
            for (Member member : members.values()) {
                while (member.program.work()) {
                    busy = true;
                }
            }
            while (!network.isEmpty()) {
                Message message = network.remove();
                Member receiver = members.get(message.to());
                if (receiver != null && !lost.test(message)) {
                    receiver.node().step(message.data());
                }
            }
        }
    }

    void tick(int ticks) {
        for (int i = 0; i < ticks; i++) {
            members.values().forEach(member -> member.node().tick());
            settle();
        }
    }

    /** Lets time pass until somebody leads. */
    Member leader() {
        for (int i = 0; i < 10 * ELECTION_TICK; i++) {
            for (Member member : members.values()) {
                if (member.node().status().softState().role() == StateType.LEADER) {
                    return member;
                }
            }
            tick(1);
        }
        throw new AssertionError("no leader");
    }

    /** Returns a member that does not lead. */
    Member follower() {
        Member leader = leader();
        return members.values().stream()
                .filter(member -> member != leader)
                .findFirst()
                .orElseThrow();
    }

    final class Member implements SpecificationProgram.Surroundings {
        final long id;
        final MemoryStorage storage = new MemoryStorage();
        final List<Entry> applied = new ArrayList<>();
        SpecificationProgram program;

        Member(long id) {
            this.id = id;
        }

        void start(List<Peer> peers) {
            applied.clear();
            ConfigBuilder builder = Config.builder(lib.newConfig(id, ELECTION_TICK, 1, storage, 1 << 20, 256))
                    .electionJitter(ElectionJitter.seeded(id));
            program = new SpecificationProgram(lib, options.apply(builder).build(), peers, this);
        }

        Node node() {
            return program.node();
        }

        @Override
        public void send(Message message) {
            sent.add(message);
            network.add(message);
        }

        @Override
        public void applied(Entry entry) {
            applied.add(entry);
        }

        @Override
        public void restored(long index, List<String> state) {
            applied.clear();
        }
    }
}
