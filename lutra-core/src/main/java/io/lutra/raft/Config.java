package io.lutra.raft;

import java.util.SplittableRandom;

/**
 * The configuration of a node. The specification has the first six; all others have defaults, which {@link #builder} and
 * an own implementation share. It is read once, when the node is made.
 */
public interface Config {
    /** Says that something has no limit. */
    long NO_LIMIT = Long.MAX_VALUE;

    /**
     * How much may be proposed at once, in bytes: those of the payloads, and 64 for each. A larger entry would fit into the
     * log, but into no message.
     */
    long MAX_PROPOSAL_SIZE = 1L << 30;

    /** Returns the node's replica id: not 0, not one of the storage threads', and used once, ever, in its group. */
    long id();

    /**
     * Returns how many ticks a follower waits for its leader before it campaigns; the node adds up to as many at random.
     * More than {@link #heartbeatTick}; ten times as many leaves room for lost heartbeats.
     */
    int electionTick();

    /** Returns how many ticks lie between a leader's heartbeats. At least 1. */
    int heartbeatTick();

    /** Returns where the log is kept. */
    Storage storage();

    /**
     * Returns the limit of an append message in bytes of encoded entries; the first entry is always sent. 0 sends one
     * entry per message. Small limits bound what a lost message costs, large ones the cost of each.
     */
    long maxSizePerMsg();

    /** Returns how many append messages may be on their way to a peer. At least 1. */
    int maxInflightMsgs();

    /**
     * Returns the last index that the application has applied: durably, if it remembers it over a restart. 0 by default:
     * everything after the snapshot is handed out again, which is right for a state machine in memory. In the log, or its
     * end; what is applied is committed, whatever the stored commit index says.
     *
     * <p>{@link Storage#initialState} has to return the membership at this index. Most storages return that of their
     * snapshot, which may be an older one. A {@link Node} then finds the changes since in the log, as long as the log begins
     * no later than the snapshot ends, and the application rejected none of them. A {@code RawNode} refuses to start where it
     * sees such changes: the application makes a snapshot whenever it applies one, or has a storage that remembers.
     */
    default long applied() {
        return 0;
    }

    /**
     * Returns the limit of what is handed out for application and not yet acknowledged, in bytes of encoded entries. By
     * default, and for 0, that of {@link #maxSizePerMsg}.
     */
    default long maxCommittedSizePerReady() {
        return 0;
    }

    /**
     * Returns the limit of what a leader takes before it is applied, in bytes of payload; beyond it proposals are dropped.
     * {@value #DEFAULT_MAX_UNCOMMITTED_ENTRIES_SIZE} by default, so that a leader without a quorum does not fill the memory
     * of its process; 0 is no limit.
     */
    default long maxUncommittedEntriesSize() {
        return DEFAULT_MAX_UNCOMMITTED_ENTRIES_SIZE;
    }

    /** The default of {@link #maxUncommittedEntriesSize}: 64 MiB. */
    long DEFAULT_MAX_UNCOMMITTED_ENTRIES_SIZE = 64L << 20;

    /**
     * Returns the limit of the payload bytes on their way to a peer; one message may exceed it. 0, the default, is no
     * limit beyond the number of messages times their size. Not below {@link #maxSizePerMsg}.
     */
    default long maxInflightBytes() {
        return 0;
    }

    /** Tells whether storage writes are asked for by messages and acknowledged by messages. Off by default. */
    default boolean asyncStorageWrites() {
        return false;
    }

    /**
     * Tells whether a leader that has not heard of a quorum for an election timeout steps down, and followers with a
     * leader refuse votes. On by default: without it a cut-off leader goes on for ever. Thesis §6.2, §4.2.3.
     */
    default boolean checkQuorum() {
        return true;
    }

    /** Tells whether a node asks whether it could win before it raises its term. On by default. Thesis §9.6. */
    default boolean preVote() {
        return true;
    }

    /** Returns how reads are confirmed. By a quorum, by default. */
    default ReadOnlyOption readOnlyOption() {
        return ReadOnlyOption.SAFE;
    }

    /** Returns how many reads may wait for confirmation at a leader; beyond it they are dropped. 65,536 by default. */
    default int maxPendingReads() {
        return 1 << 16;
    }

    /**
     * Tells whether a follower drops proposals instead of passing them on. Off by default, as in etcd; who wants to know
     * what became of a proposal turns it on and forwards above the node.
     */
    default boolean disableProposalForwarding() {
        return false;
    }

    /** Tells whether a leader appends membership changes unchecked. For applications that check them themselves. */
    default boolean disableConfChangeValidation() {
        return false;
    }

    /** Tells whether a leader steps down once its own removal or demotion is applied. On by default. Thesis §4.2.2. */
    default boolean stepDownOnRemoval() {
        return true;
    }

    /**
     * Tells whether the node does as etcd's raft does also where that is not safe. Off by default; for comparing the two,
     * and for showing the dangers.
     *
     * <ul>
     *   <li>With asynchronous storage writes, vote requests leave before term and vote are durable: a node that crashes
     *       then may campaign twice in one term.
     *   <li>If there is one voter, reads are answered at once, even by a leader that is another node or has not committed
     *       in its term; those that wait for that commit outlive the office. A read may miss what was committed before it.
     *   <li>Messages that no honest peer sends are taken: of term 0, from the node itself, an acknowledgement of what the
     *       leader does not have.
     *   <li>Membership changes that cannot be applied are appended, and end every member that comes to them. One that was
     *       dropped counts as pending all the same.
     *   <li>A node that starts knows committed what the stored commit index says: it may not start after a crash, campaign by
     *       a configuration that is two changes old, or take a snapshot's membership for what was applied since.
     *   <li>A candidate of a lower term gets no answer, and one that lacks entries makes those wait anew that deny it their
     *       vote: without pre-votes elections may take long.
     * </ul>
     */
    default boolean unsafeAsEtcd() {
        return false;
    }

    /** Returns the randomness of election timeouts. */
    default ElectionJitter electionJitter() {
        return ElectionJitter.seeded(new SplittableRandom().nextLong());
    }

    /** Returns who is told what the node does. */
    default TraceListener traceListener() {
        return TraceListener.NONE;
    }

    /** Returns a builder that sets nothing but the defaults. */
    static ConfigBuilder builder() {
        return new ConfigBuilder();
    }

    /** Returns a builder that starts from another configuration. */
    static ConfigBuilder builder(Config from) {
        return new ConfigBuilder(from);
    }

    /**
     * Checks the options against each other.
     *
     * @throws InvalidConfigException if one of them cannot be
     */
    static void validate(Config config) {
        check(config.id() != Message.NONE, "id must not be 0");
        check(!Message.isStorageThread(config.id()), "id must not be that of a storage thread");
        check(config.heartbeatTick() > 0, "heartbeatTick must be above 0");
        check(config.electionTick() > config.heartbeatTick(), "electionTick must be above heartbeatTick");
        check(config.electionTick() <= Integer.MAX_VALUE / 2, "electionTick is too large");
        check(config.storage() != null, "storage is missing");
        check(config.maxSizePerMsg() >= 0, "maxSizePerMsg must not be negative");
        check(config.maxInflightMsgs() > 0, "maxInflightMsgs must be above 0");
        check(config.applied() >= 0, "applied must not be negative");
        check(config.maxCommittedSizePerReady() >= 0, "maxCommittedSizePerReady must not be negative");
        check(config.maxUncommittedEntriesSize() >= 0, "maxUncommittedEntriesSize must not be negative");
        check(config.maxPendingReads() > 0, "maxPendingReads must be above 0");
        check(
                config.maxInflightBytes() == 0 || config.maxInflightBytes() >= config.maxSizePerMsg(),
                "maxInflightBytes must not be below maxSizePerMsg");
        check(
                config.readOnlyOption() != ReadOnlyOption.UNSAFE_LEASE_BASED || config.checkQuorum(),
                "lease-based reads need checkQuorum");
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new InvalidConfigException(otherwise);
        }
    }
}
