package io.lutra.raft;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Sets the options of a node one by one; what each means, and its default, stands at {@link Config}. */
public final class ConfigBuilder {
    private long id;
    private int electionTick = 10;
    private int heartbeatTick = 1;
    private @Nullable Storage storage;
    private long maxSizePerMsg = 1L << 20;
    private int maxInflightMsgs = 256;
    private long applied = 0;
    private long maxCommittedSizePerReady = 0;
    private long maxUncommittedEntriesSize = Config.DEFAULT_MAX_UNCOMMITTED_ENTRIES_SIZE;
    private long maxInflightBytes = 0;
    private boolean asyncStorageWrites = false;
    private boolean checkQuorum = true;
    private boolean preVote = true;
    private ReadOnlyOption readOnlyOption = ReadOnlyOption.SAFE;
    private int maxPendingReads = 1 << 16;
    private boolean disableProposalForwarding = false;
    private boolean disableConfChangeValidation = false;
    private boolean stepDownOnRemoval = true;
    private boolean unsafeAsEtcd = false;
    private @Nullable ElectionJitter electionJitter;
    private TraceListener traceListener = TraceListener.NONE;

    ConfigBuilder() {}

    ConfigBuilder(Config from) {
        id = from.id();
        electionTick = from.electionTick();
        heartbeatTick = from.heartbeatTick();
        storage = from.storage();
        maxSizePerMsg = from.maxSizePerMsg();
        maxInflightMsgs = from.maxInflightMsgs();
        applied = from.applied();
        maxCommittedSizePerReady = from.maxCommittedSizePerReady();
        maxUncommittedEntriesSize = from.maxUncommittedEntriesSize();
        maxInflightBytes = from.maxInflightBytes();
        asyncStorageWrites = from.asyncStorageWrites();
        checkQuorum = from.checkQuorum();
        preVote = from.preVote();
        readOnlyOption = from.readOnlyOption();
        maxPendingReads = from.maxPendingReads();
        disableProposalForwarding = from.disableProposalForwarding();
        disableConfChangeValidation = from.disableConfChangeValidation();
        stepDownOnRemoval = from.stepDownOnRemoval();
        unsafeAsEtcd = from.unsafeAsEtcd();
        electionJitter = from.electionJitter();
        traceListener = from.traceListener();
    }

    /** Sets the replica id: {@link Config#id}. */
    public ConfigBuilder id(long id) {
        this.id = id;
        return this;
    }

    /** Sets the election timeout in ticks: {@link Config#electionTick}. */
    public ConfigBuilder electionTick(int electionTick) {
        this.electionTick = electionTick;
        return this;
    }

    /** Sets the heartbeat interval in ticks: {@link Config#heartbeatTick}. */
    public ConfigBuilder heartbeatTick(int heartbeatTick) {
        this.heartbeatTick = heartbeatTick;
        return this;
    }

    /** Sets where the log is kept: {@link Config#storage}. */
    public ConfigBuilder storage(Storage storage) {
        this.storage = storage;
        return this;
    }

    /** Sets the limit of an append message in bytes: {@link Config#maxSizePerMsg}. */
    public ConfigBuilder maxSizePerMsg(long maxSizePerMsg) {
        this.maxSizePerMsg = maxSizePerMsg;
        return this;
    }

    /** Sets how many append messages may be on their way to a peer: {@link Config#maxInflightMsgs}. */
    public ConfigBuilder maxInflightMsgs(int maxInflightMsgs) {
        this.maxInflightMsgs = maxInflightMsgs;
        return this;
    }

    /** Sets the last index that the application has applied: {@link Config#applied}. */
    public ConfigBuilder applied(long applied) {
        this.applied = applied;
        return this;
    }

    /** Sets the limit of what is being applied, in bytes: {@link Config#maxCommittedSizePerReady}. */
    public ConfigBuilder maxCommittedSizePerReady(long maxCommittedSizePerReady) {
        this.maxCommittedSizePerReady = maxCommittedSizePerReady;
        return this;
    }

    /** Sets the limit of what a leader takes before it is applied, in bytes: {@link Config#maxUncommittedEntriesSize}. */
    public ConfigBuilder maxUncommittedEntriesSize(long maxUncommittedEntriesSize) {
        this.maxUncommittedEntriesSize = maxUncommittedEntriesSize;
        return this;
    }

    /** Sets the limit of what is on its way to a peer, in bytes: {@link Config#maxInflightBytes}. */
    public ConfigBuilder maxInflightBytes(long maxInflightBytes) {
        this.maxInflightBytes = maxInflightBytes;
        return this;
    }

    /** Sets whether storage writes are asked for by messages: {@link Config#asyncStorageWrites}. */
    public ConfigBuilder asyncStorageWrites(boolean asyncStorageWrites) {
        this.asyncStorageWrites = asyncStorageWrites;
        return this;
    }

    /** Sets whether a leader without a quorum steps down: {@link Config#checkQuorum}. */
    public ConfigBuilder checkQuorum(boolean checkQuorum) {
        this.checkQuorum = checkQuorum;
        return this;
    }

    /** Sets whether a node asks before it campaigns: {@link Config#preVote}. */
    public ConfigBuilder preVote(boolean preVote) {
        this.preVote = preVote;
        return this;
    }

    /** Sets how reads are confirmed: {@link Config#readOnlyOption}. */
    public ConfigBuilder readOnlyOption(ReadOnlyOption readOnlyOption) {
        this.readOnlyOption = readOnlyOption;
        return this;
    }

    /** Sets how many reads may wait at a leader: {@link Config#maxPendingReads}. */
    public ConfigBuilder maxPendingReads(int maxPendingReads) {
        this.maxPendingReads = maxPendingReads;
        return this;
    }

    /** Sets whether a follower drops proposals: {@link Config#disableProposalForwarding}. */
    public ConfigBuilder disableProposalForwarding(boolean disableProposalForwarding) {
        this.disableProposalForwarding = disableProposalForwarding;
        return this;
    }

    /** Sets whether a leader appends membership changes unchecked: {@link Config#disableConfChangeValidation}. */
    public ConfigBuilder disableConfChangeValidation(boolean disableConfChangeValidation) {
        this.disableConfChangeValidation = disableConfChangeValidation;
        return this;
    }

    /** Sets whether a removed leader steps down: {@link Config#stepDownOnRemoval}. */
    public ConfigBuilder stepDownOnRemoval(boolean stepDownOnRemoval) {
        this.stepDownOnRemoval = stepDownOnRemoval;
        return this;
    }

    /** Sets whether the node does as etcd's also where that is not safe: {@link Config#unsafeAsEtcd}. */
    public ConfigBuilder unsafeAsEtcd(boolean unsafeAsEtcd) {
        this.unsafeAsEtcd = unsafeAsEtcd;
        return this;
    }

    /** Sets the randomness of election timeouts: {@link Config#electionJitter}. */
    public ConfigBuilder electionJitter(ElectionJitter electionJitter) {
        this.electionJitter = electionJitter;
        return this;
    }

    /** Sets who is told what the node does: {@link Config#traceListener}. */
    public ConfigBuilder traceListener(TraceListener traceListener) {
        this.traceListener = traceListener;
        return this;
    }

    /**
     * Returns the configuration.
     *
     * @throws InvalidConfigException if an option is missing, or contradicts another
     */
    public Config build() {
        if (storage == null) {
            throw new InvalidConfigException("storage is missing");
        }
        ElectionJitter jitter = electionJitter;
        if (jitter == null) {
            jitter = ElectionJitter.seeded(new SplittableRandom().nextLong());
        }
        Config config = new Options(
                id,
                electionTick,
                heartbeatTick,
                storage,
                maxSizePerMsg,
                maxInflightMsgs,
                applied,
                maxCommittedSizePerReady,
                maxUncommittedEntriesSize,
                maxInflightBytes,
                asyncStorageWrites,
                checkQuorum,
                preVote,
                readOnlyOption,
                maxPendingReads,
                disableProposalForwarding,
                disableConfChangeValidation,
                stepDownOnRemoval,
                unsafeAsEtcd,
                jitter,
                traceListener);
        Config.validate(config);
        return config;
    }

    private record Options(
            long id,
            int electionTick,
            int heartbeatTick,
            Storage storage,
            long maxSizePerMsg,
            int maxInflightMsgs,
            long applied,
            long maxCommittedSizePerReady,
            long maxUncommittedEntriesSize,
            long maxInflightBytes,
            boolean asyncStorageWrites,
            boolean checkQuorum,
            boolean preVote,
            ReadOnlyOption readOnlyOption,
            int maxPendingReads,
            boolean disableProposalForwarding,
            boolean disableConfChangeValidation,
            boolean stepDownOnRemoval,
            boolean unsafeAsEtcd,
            ElectionJitter electionJitter,
            TraceListener traceListener)
            implements Config {}
}
