package io.lutra.raft.protocol;

import io.lutra.raft.AnyMessage;
import io.lutra.raft.BasicStatus;
import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.ConfState;
import io.lutra.raft.ElectionJitter;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * Gives nodes random messages, likely and unlikely ones, and everything else that can happen to them in between. No call
 * may throw, and {@link NodeChecker} must find nothing after any of them.
 *
 * <pre>{@code
 * ./proof step [MESSAGES [SEED]]
 * }</pre>
 */
public final class StepFuzz {
    private static final int MESSAGES_PER_NODE = 1_400;
    private static final byte[][] PAYLOADS = {{}, new byte[1], new byte[20], new byte[300]};
    private static final int TYPES = 25;

    private final RandomGenerator random;
    private final FuzzedNode node;
    private BasicStatus now;

    /** Creates a node; chance decides about it, and about all that happens to it. */
    StepFuzz(RandomGenerator random) {
        this.random = random;
        this.node = new FuzzedNode(builder(), random.nextInt(3) == 0);
        this.now = node.status();
    }

    /** Runs so many messages on all processors, from a seed that is printed; exits with 1 if one was too much for a node. */
    public static void main(String[] args) {
        long messages = args.length > 0 ? Long.parseLong(args[0]) : 10_000_000;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        long start = System.nanoTime();
        try {
            long given = run(messages, seed);
            System.out.printf(
                    Locale.ROOT,
                    "step fuzz: %,d random messages into step from seed %d: green in %d s%n",
                    given,
                    seed,
                    (System.nanoTime() - start) / 1_000_000_000);
            System.out.println("1 passed, 0 failed");
        } catch (AssertionError e) {
            e.printStackTrace(System.out);
            System.out.println("0 passed, 1 failed");
            System.exit(1);
        }
    }

    /**
     * Gives nodes at least that many messages, each node its share, and returns how many it gave.
     *
     * @throws AssertionError with the seed of a run that failed
     */
    static long run(long messages, long seed) {
        long runs = (messages + MESSAGES_PER_NODE - 1) / MESSAGES_PER_NODE;
        return LongStream.range(0, runs).parallel().map(i -> runOne(seed + i)).sum();
    }

    private static long runOne(long seed) {
        long given = 0;
        StepFuzz fuzz = new StepFuzz(new SplittableRandom(seed));
        try {
            while (given < MESSAGES_PER_NODE) {
                given += fuzz.next();
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("StepFuzz.run(1, " + seed + "L) fails: " + e.getMessage(), e);
        }
        return given;
    }

    /** Lets the next thing happen, and returns the number of messages that this was: 1 or 0. */
    int next() {
        now = node.status();
        int event = random.nextInt(100);
        if (event < 70) {
            node.step(message());
        } else if (event < 84) {
            node.work(random);
        } else {
            other(event);
        }
        node.check();
        return event < 70 ? 1 : 0;
    }

    private void other(int event) {
        RawNode raw = node.raw();
        switch (event) {
            case 84, 85, 86 -> raw.tick();
            case 87 -> raw.tick(random.nextInt(30));
            case 88, 89 -> raw.propose(List.of(payload(), payload()));
            case 90 -> raw.proposeConfChange(change());
            case 91, 92 -> raw.readIndex(payload());
            case 93 -> raw.campaign();
            case 94 -> raw.transferLeader(member());
            case 95 -> raw.forgetLeader();
            case 96 -> raw.reportUnreachable(member());
            case 97 ->
                raw.reportSnapshot(member(), random.nextBoolean() ? SnapshotStatus.FINISH : SnapshotStatus.FAILURE);
            case 98 -> node.compact(random);
            default -> node.restart();
        }
    }

    private TestNode.Builder builder() {
        int lastIndex = random.nextInt(6);
        long[] terms = new long[lastIndex];
        long term = 1;
        for (int i = 0; i < lastIndex; i++) {
            term += random.nextInt(4) == 0 ? 1 : 0;
            terms[i] = term;
        }
        long jitter = random.nextLong();
        int voters = 1 + random.nextInt(5);
        Long[] ids = new Long[voters];
        for (int i = 0; i < voters; i++) {
            ids[i] = i + 1L;
        }
        boolean checkQuorum = random.nextBoolean();
        boolean lease = checkQuorum && random.nextInt(4) == 0;
        long maxSizePerMsg = new long[] {0, 30, 400, Long.MAX_VALUE}[random.nextInt(4)];
        long maxInflightBytes = random.nextBoolean() ? 0 : Math.max(maxSizePerMsg, 200);
        int maxInflight = 1 + random.nextInt(4);
        long maxUncommitted = random.nextBoolean() ? 0 : 1_000;
        boolean preVote = random.nextBoolean();
        boolean stepDown = random.nextBoolean();
        boolean unchecked = random.nextInt(4) == 0;
        boolean noForwarding = random.nextInt(4) == 0;
        return TestNode.node(1 + random.nextInt(voters + 1))
                .voters(ids)
                .log(terms)
                .commit(lastIndex == 0 ? 0 : random.nextInt(lastIndex + 1))
                .with(o -> o.electionTick(5)
                        .electionJitter(ElectionJitter.seeded(jitter))
                        .checkQuorum(checkQuorum)
                        .preVote(preVote)
                        .stepDownOnRemoval(stepDown)
                        .disableConfChangeValidation(unchecked)
                        .disableProposalForwarding(noForwarding)
                        .maxSizePerMsg(maxSizePerMsg)
                        .maxInflightMsgs(maxInflight)
                        .maxInflightBytes(maxInflightBytes)
                        .maxUncommittedEntriesSize(maxUncommitted)
                        .maxPendingReads(FuzzedNode.MAX_PENDING_READS)
                        .readOnlyOption(lease ? ReadOnlyOption.UNSAFE_LEASE_BASED : ReadOnlyOption.SAFE));
    }

    private Message message() {
        Message again = node.oldMessage(random);
        if (again != null && random.nextInt(8) == 0) {
            // What the node sent itself, come back to it, is well-formed as well.
            return again;
        }
        if (random.nextBoolean()) {
            return expected();
        }
        long term = random.nextInt(8) == 0 ? near(now.term()) : now.term();
        long prev = indexNear();
        long logTerm = random.nextInt(3) > 0 ? node.termOf(prev) : near(now.term());
        return AnyMessage.of(
                random.nextInt(TYPES),
                sender(),
                random.nextInt(50) == 0 ? member() : now.id(),
                random.nextInt(20) == 0 ? 0 : term,
                logTerm,
                prev,
                random.nextBoolean() ? List.of() : entries(prev, Math.max(1, logTerm), term),
                indexNear(),
                random.nextInt(3) == 0 ? snapshot(term) : null,
                random.nextInt(3) == 0,
                random.nextInt(3) == 0 ? random.nextInt(6) : indexNear(),
                context());
    }

    /** Returns what a node of this role waits for, so that it gets somewhere. */
    private Message expected() {
        long from = member();
        long to = now.id();
        long term = now.term();
        return switch (now.role()) {
            case PRE_CANDIDATE -> Message.preVoteResponse(from, to, term + 1, false);
            case CANDIDATE -> Message.voteResponse(from, to, term, false);
            case LEADER -> expectedByALeader(from, to, term);
            case FOLLOWER -> {
                long prev = random.nextInt(4) == 0 ? indexNear() : now.lastIndex();
                long prevTerm = node.termOf(prev);
                yield Message.append(from, to, term, prevTerm, prev, entries(prev, prevTerm, term), indexNear());
            }
        };
    }

    private Message expectedByALeader(long from, long to, long term) {
        long last = now.lastIndex();
        return switch (random.nextInt(5)) {
            case 0, 1 -> Message.appendResponse(from, to, term, last - random.nextInt(3));
            case 2 ->
                Message.appendRejection(
                        from, to, term, last - random.nextInt(3), random.nextInt(3), last - random.nextInt(5));
            case 3 -> Message.heartbeatResponse(from, term, Message.heartbeat(to, from, term, 0, context()));
            default -> Message.readIndex(from, to, List.of(Entry.proposal(EntryType.NORMAL, payload())));
        };
    }

    /** Returns a number close to this one, mostly this one, seldom one that is far away or out of range. */
    private long near(long number) {
        int choice = random.nextInt(64);
        if (choice < 44) {
            return number;
        }
        if (choice < 63) {
            return Math.max(0, number - 2 + random.nextInt(5));
        }
        // Terms may only go up: what is far away stays the exception, or nothing else would ever be looked at.
        return random.nextInt(20) == 0 ? random.nextLong() : number + random.nextInt(100);
    }

    private long indexNear() {
        return switch (random.nextInt(6)) {
            case 0 -> near(now.commit());
            case 1 -> near(now.applied());
            case 2 -> near(now.firstIndex());
            default -> near(now.lastIndex());
        };
    }

    /** Returns a member, perhaps one that was removed, or nobody. */
    private long member() {
        return random.nextInt(7);
    }

    /** Only with asynchronous storage writes do the storage's threads speak, and then they say the truth. */
    private long sender() {
        return !node.isAsync() && random.nextInt(200) == 0 ? -1 - random.nextInt(2) : member();
    }

    private byte[] payload() {
        return PAYLOADS[random.nextInt(PAYLOADS.length)];
    }

    private List<Entry> entries(long prev, long lowestTerm, long highestTerm) {
        int count = random.nextInt(5);
        List<Entry> entries = new ArrayList<>(count);
        long term = lowestTerm;
        for (int i = 0; i < count; i++) {
            if (term < highestTerm && random.nextInt(3) == 0) {
                term = highestTerm;
            }
            long index = prev + 1 + i + (random.nextInt(100) == 0 ? 1 : 0);
            entries.add(
                    random.nextInt(10) == 0
                            ? Entry.of(term, index, changeType(), changeBytes())
                            : Entry.of(term, index, EntryType.NORMAL, payload()));
        }
        return entries;
    }

    private EntryType changeType() {
        return random.nextBoolean() ? EntryType.CONF_CHANGE : EntryType.CONF_CHANGE_V2;
    }

    private byte[] changeBytes() {
        if (random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(6)];
            random.nextBytes(noise);
            return noise;
        }
        return change().encode();
    }

    private MembershipChange change() {
        if (random.nextInt(3) == 0) {
            return ConfChange.of(single().type(), member());
        }
        ConfChangeSingle[] singles = new ConfChangeSingle[random.nextInt(3)];
        for (int i = 0; i < singles.length; i++) {
            singles[i] = single();
        }
        ConfChangeTransition[] transitions = {
            ConfChangeTransition.AUTO, ConfChangeTransition.JOINT_IMPLICIT, ConfChangeTransition.JOINT_EXPLICIT
        };
        return ConfChangeV2.of(transitions[random.nextInt(3)], singles);
    }

    private ConfChangeSingle single() {
        ConfChangeType[] types = {
            ConfChangeType.ADD_NODE,
            ConfChangeType.REMOVE_NODE,
            ConfChangeType.ADD_LEARNER_NODE,
            ConfChangeType.UPDATE_NODE
        };
        return ConfChangeSingle.of(types[random.nextInt(types.length)], member());
    }

    private Snapshot snapshot(long term) {
        List<Long> voters = new ArrayList<>();
        List<Long> others = new ArrayList<>();
        for (long id = 1; id <= 5; id++) {
            if (random.nextInt(4) > 0) {
                voters.add(id);
            } else if (random.nextInt(10) == 0) {
                others.add(id);
            }
        }
        boolean joint = random.nextInt(5) == 0;
        ConfState state = ConfState.of(voters, others, joint ? List.of(1L, 2L, 3L) : List.of(), List.of(), joint);
        long ofTerm = random.nextBoolean() ? term : Math.max(1, node.termOf(now.lastIndex()));
        return Snapshot.of(payload(), SnapshotMetadata.of(state, indexNear(), ofTerm));
    }

    private byte[] context() {
        return switch (random.nextInt(4)) {
            case 0 -> payload();
            case 1 ->
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(random.nextInt(6))
                        .array();
            case 2 -> CampaignType.TRANSFER.voteContext();
            default -> PAYLOADS[0];
        };
    }
}
