package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.DeadlineExceededException;
import io.lutra.raft.DroppedException;
import io.lutra.raft.ElectionJitter;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.Lib;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Peer;
import io.lutra.raft.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A world for {@link SpecificationProgram}s: a network that drops, repeats and reorders, and a hand that discards programs
 * and starts them again on their storages. It keeps its own books on what was committed and who voted for whom.
 */
final class SpecificationWorld {
    /** What happened, so that a test can tell that it tested something. */
    record Counts(long committed, long terms, long discarded, long crashedWriting, long restored, long confChanges) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(
                    committed + other.committed,
                    terms + other.terms,
                    discarded + other.discarded,
                    crashedWriting + other.crashedWriting,
                    restored + other.restored,
                    confChanges + other.confChanges);
        }
    }

    private static final int ELECTION_TICK = 10;
    private static final int EVENTS = 6_000;
    private static final int ROUNDS_TO_HEAL = 600;
    private static final List<Peer> FOUNDERS = List.of(Peer.of(1), Peer.of(2), Peer.of(3));
    private static final long LAST_ID = 6;

    private final Lib lib = new Lutra();
    private final SplittableRandom random;
    private final Map<Long, Member> members = new TreeMap<>();
    private final List<Packet> network = new ArrayList<>();

    /** Every entry that anybody applied, by index. */
    private final TreeMap<Long, Entry> ledger = new TreeMap<>();
    /** Whom a member voted for, by term. */
    private final Map<Long, Map<Long, Long>> votes = new TreeMap<>();

    private final double loss;
    private final double repetition;
    private final double death;
    private final boolean compacts;
    private final boolean changesMembers;
    private int proposals;
    private Counts counts = Counts.NONE;

    SpecificationWorld(long seed) {
        random = new SplittableRandom(seed);
        loss = random.nextInt(3) * 0.05;
        repetition = random.nextInt(3) * 0.1;
        death = random.nextInt(1, 4) * 0.002;
        compacts = random.nextBoolean();
        changesMembers = random.nextBoolean();
    }

    /** Runs the world: first with everything that goes wrong, then with nothing that does. */
    Counts run() {
        for (Peer founder : FOUNDERS) {
            member(founder.id()).start();
        }
        for (int i = 0; i < EVENTS; i++) {
            event();
        }
        heal();
        long terms = votes.isEmpty() ? 0 : votes.size();
        return counts.plus(new Counts(ledger.size(), terms, 0, 0, 0, 0));
    }

    private Member member(long id) {
        return members.computeIfAbsent(id, Member::new);
    }

    private void event() {
        Member member = any(List.copyOf(members.values()));
        if (member.program == null) {
            if (random.nextInt(10) == 0) {
                member.start();
            }
            return;
        }
        if (random.nextDouble() < death) {
            switch (random.nextInt(3)) {
                case 0 -> member.storage.crashAfter(random.nextInt(4));
                default -> member.discard();
            }
            return;
        }
        int dice = random.nextInt(100);
        if (dice < 50) {
            member.attempt(() -> member.program.work());
        } else if (dice < 85) {
            deliver();
        } else if (dice < 92) {
            member.program.node().tick();
        } else if (dice < 98) {
            propose(member, "command " + proposals++);
        } else if (dice == 98 && changesMembers) {
            proposeConfChange(member);
        } else if (compacts) {
            member.compact();
        }
    }

    private void deliver() {
        if (network.isEmpty()) {
            return;
        }
        Packet packet = network.remove(random.nextInt(network.size()));
        if (random.nextDouble() < loss) {
            return;
        }
        if (random.nextDouble() < repetition) {
            network.add(packet);
        }
        packet.arrive();
    }

    private void propose(Member member, String command) {
        try {
            member.program.node().propose(command.getBytes(UTF_8), Duration.ZERO);
        } catch (DeadlineExceededException | DroppedException e) {
            // Nobody leads, or it is not the time.
        }
    }

    private void proposeConfChange(Member member) {
        List<Long> voters = confStateAt(ledger.isEmpty() ? 0 : ledger.lastKey()).voters();
        long fresh = members.size() + 1L;
        boolean add = voters.size() <= 2 || fresh <= LAST_ID && random.nextBoolean();
        if (add && fresh > LAST_ID) {
            return;
        }
        if (add) {
            // It waits, with no peers, until the group adds it.
            member(fresh).start();
        }
        ConfChange change = lib.newConfChange(
                proposals++,
                add ? ConfChangeType.ADD_NODE : ConfChangeType.REMOVE_NODE,
                add ? fresh : any(voters),
                new byte[0]);
        try {
            member.program.node().proposeConfChange(change, Duration.ZERO);
        } catch (DeadlineExceededException | DroppedException e) {
            // Nobody leads, or it is not the time.
        }
    }

    private void heal() {
        members.values().forEach(member -> member.storage.crashNever());
        int before = ledger.size();
        for (int round = 0; round < ROUNDS_TO_HEAL; round++) {
            for (Member member : members.values()) {
                if (member.program == null) {
                    member.start();
                }
                member.program.node().tick();
                if (compacts && round % ELECTION_TICK == 0) {
                    // A member that was added needs a snapshot that knows of it.
                    member.compact();
                }
            }
            settle();
            if (ledger.size() > before && isEverybodyUpToDate()) {
                return;
            }
            if (round % ELECTION_TICK == 0) {
                // Not once: a program that got a snapshot sees that there is one when the next entry comes.
                propose(any(List.copyOf(members.values())), "command " + proposals++);
            }
        }
        throw new AssertionError("no progress: " + ledger.size() + " committed, members "
                + members.values().stream().map(Member::describe).toList());
    }

    private void settle() {
        boolean busy = true;
        for (int i = 0; busy && i < 1_000; i++) {
            busy = !network.isEmpty();
            List<Packet> arriving = List.copyOf(network);
            network.clear();
            arriving.forEach(Packet::arrive);
            for (Member member : members.values()) {
                while (member.program.work()) {
                    busy = true;
                }
            }
        }
    }

    private boolean isEverybodyUpToDate() {
        long last = ledger.lastKey();
        String state = String.join("\n", commands(last));
        return confStateAt(last).voters().stream()
                .map(members::get)
                .allMatch(member ->
                        member.applied == last && member.program.state().equals(state));
    }

    private List<String> commands(long upTo) {
        return ledger.headMap(upTo, true).values().stream()
                .filter(entry -> entry.type() == EntryType.NORMAL && entry.payloadSize() > 0)
                .map(entry -> new String(entry.data(), UTF_8))
                .toList();
    }

    private ConfState confStateAt(long index) {
        TreeSet<Long> voters = new TreeSet<>();
        for (Entry entry : ledger.headMap(index, true).values()) {
            if (entry.type() == EntryType.CONF_CHANGE) {
                ConfChange change = ConfChange.unmarshal(entry.data());
                if (change.type() == ConfChangeType.ADD_NODE) {
                    voters.add(change.nodeId());
                } else {
                    voters.remove(change.nodeId());
                }
            }
        }
        return ConfState.of(voters, List.of());
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** The six options of the specification; the seed of the jitter makes a run repeatable. */
    private record SixOptions(long id, Storage storage, long seed) implements Config {
        @Override
        public int electionTick() {
            return ELECTION_TICK;
        }

        @Override
        public int heartbeatTick() {
            return 1;
        }

        @Override
        public long maxSizePerMsg() {
            return 64;
        }

        @Override
        public int maxInflightMsgs() {
            return 4;
        }

        @Override
        public ElectionJitter electionJitter() {
            return ElectionJitter.seeded(seed);
        }
    }

    private final class Packet {
        private final long to;
        private final byte[] data;

        Packet(Message message) {
            to = message.to();
            data = message.data();
        }

        void arrive() {
            Member member = members.get(to);
            if (member != null && member.program != null) {
                member.program.node().step(data.clone());
            }
        }
    }

    private final class Member implements SpecificationProgram.Surroundings {
        private final long id;
        private final FragileStorage storage = new FragileStorage(random.split());
        /** Null while the program is not running. */
        private SpecificationProgram program;

        private long applied;

        Member(long id) {
            this.id = id;
        }

        void start() {
            checkStorage();
            applied = 0;
            List<Peer> peers = id <= FOUNDERS.size() ? FOUNDERS : List.of();
            Config config = new SixOptions(id, storage, random.nextLong());
            attempt(() -> program = new SpecificationProgram(lib, config, peers, this));
        }

        void discard() {
            if (random.nextBoolean()) {
                program.node().stop();
            }
            program = null;
            storage.crashNever();
            counts = counts.plus(new Counts(0, 0, 1, 0, 0, 0));
        }

        /** Has the program do something; if its process dies at a write, the program is gone. */
        void attempt(Runnable action) {
            try {
                action.run();
            } catch (FragileStorage.CrashException e) {
                program = null;
                counts = counts.plus(new Counts(0, 0, 0, 1, 0, 0));
            }
        }

        /** What is stored as committed is what was committed. */
        private void checkStorage() {
            MemoryStorage memory = storage.memory();
            long commit = memory.initialState().hardState().commit();
            for (long index = memory.firstIndex(); index <= commit; index++) {
                Entry committed = ledger.get(index);
                if (committed != null) {
                    assertThat(memory.entries(index, index + 1, Long.MAX_VALUE)).containsExactly(committed);
                }
            }
        }

        /** The application's log keeper takes a snapshot, and drops most of what it covers. */
        void compact() {
            MemoryStorage memory = storage.memory();
            long index = program.applied();
            if (index > memory.snapshot().metadata().index()) {
                memory.createSnapshot(index, confStateAt(index), program.state().getBytes(UTF_8));
                long upTo = index - random.nextInt(4);
                if (upTo >= memory.firstIndex()) {
                    memory.compact(upTo);
                }
            }
        }

        @Override
        public void send(Message message) {
            if (message.type() != MessageType.PROP) {
                // A proposal is passed on as its first sender's.
                assertThat(message.from()).isEqualTo(id);
            }
            boolean pre = message.type() == MessageType.PRE_VOTE || message.type() == MessageType.PRE_VOTE_RESP;
            if (!pre) {
                assertThat(message.term())
                        .as("term of a message, against the stored one")
                        .isLessThanOrEqualTo(
                                storage.memory().initialState().hardState().term());
            }
            if (message.type() == MessageType.VOTE) {
                vote(message.term(), id);
            } else if (message.type() == MessageType.VOTE_RESP && !message.reject()) {
                vote(message.term(), message.to());
            }
            network.add(new Packet(message));
        }

        private void vote(long term, long candidate) {
            Long before = votes.computeIfAbsent(term, t -> new TreeMap<>()).putIfAbsent(id, candidate);
            if (before != null) {
                assertThat(candidate).as("vote of " + id + " in term " + term).isEqualTo(before);
            }
        }

        @Override
        public void applied(Entry entry) {
            assertThat(entry.index()).as("index applied by " + id).isEqualTo(applied + 1);
            applied = entry.index();
            Entry before = ledger.putIfAbsent(entry.index(), entry);
            if (before != null) {
                assertThat(entry).as("entry applied by " + id).isEqualTo(before);
            } else if (entry.type() == EntryType.CONF_CHANGE && entry.index() > FOUNDERS.size()) {
                counts = counts.plus(new Counts(0, 0, 0, 0, 0, 1));
            }
        }

        @Override
        public void restored(long index, List<String> state) {
            assertThat(index).as("snapshot restored by " + id).isGreaterThan(applied);
            assertThat(state).as("snapshot restored by " + id).isEqualTo(commands(index));
            applied = index;
            counts = counts.plus(new Counts(0, 0, 0, 0, 1, 0));
        }

        String describe() {
            return id + ": applied " + applied + ", "
                    + (program == null ? "down" : program.node().status());
        }
    }
}
