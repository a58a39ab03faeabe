package io.lutra.testkit.invariants;

/** What must hold, by the number that {@code docs/proof.md} uses. */
public enum Invariant {
    /** Election safety: at most one leader per term over the whole history, restarts included. Paper figure 3. */
    I1("at most one leader per term"),
    /** Leader append-only: a leader never overwrites or deletes entries of its log. Paper figure 3. */
    I2("a leader only appends"),
    /** Log matching: the same index and term means the same bytes and the same log before it. Paper figure 3. */
    I3("equal (index, term), equal prefix"),
    /** Leader completeness: a leader's log holds every entry that was committed in an earlier term. Paper figure 3. */
    I4("a leader has all that is committed"),
    /** State machine safety: all apply the same entries, 1, 2, 3 and so on, without a gap or a repetition. */
    I5("all apply the same, in order"),
    /** An index is committed only when its entry is durable on a quorum of the configuration in force. */
    I6("committed means durable on a quorum"),
    /** A leader advances its commit index by counting only entries of its own term. Paper §5.4.2. */
    I7("only own entries are counted"),
    /** Term, vote in a term, commit, applied, snapshot and per leader's term match never go back. */
    I8("marks never go back"),
    /** One durable vote per node and term, for ever. */
    I9("one durable vote per term"),
    /** What a message promises is durable before the message leaves. */
    I10("durable before it is promised"),
    /** first - 1 &le; snapshot &le; applied &le; commit &le; last, after recovery too. */
    I11("marks are in order"),
    /** What a leader believes of its peers is possible: match &lt; next &le; last + 1, windows within their limits. */
    I12("progress is consistent"),
    /** One change at a time; quorums of consecutive configurations intersect; configurations follow the log. */
    I13("membership changes are safe"),
    /** Learners and strangers neither campaign nor lead. */
    I14("only voters lead"),
    /** A leader has the durable votes of a quorum of distinct voters in that very term. */
    I15("a leader has a quorum of votes"),
    /** A pre-vote changes neither term, vote, timer nor leader at its receiver. Thesis §9.6. */
    I16("a pre-vote leaves no mark"),
    /** A read sees every write that was acknowledged before it began. Thesis §6.4. */
    I17("reads are fresh"),
    /** No acknowledged write is ever missing. */
    I18("acknowledged writes survive"),
    /** A snapshot is the state after the prefix of the log that it names, with its configuration. */
    I19("snapshots are prefixes"),
    /** Recovery finds what was synced. */
    I20("what was synced is there"),
    I21("nothing is acknowledged after a write or sync failed"),
    I22("a crash at any point, recovery included, is no damage"),
    /** The same seed gives the same run. */
    I24("runs repeat"),
    /** What a node keeps and has on its way stays within its configured limits. */
    I25("limits hold"),
    /** Messages are well formed: contiguous, within their size, to members, or answers. */
    I26("messages are well formed"),
    /** No message, however late or often it comes, ends in an exception. */
    I27("no exception"),
    /** A Ready offers each entry for storing once, committed entries in order, and says exactly when to sync. */
    I28("a Ready is exact"),
    /** Once the faults end, a leader commits soon, everything ends, everyone catches up. */
    I29("after healing it goes on"),
    /** What clients saw is linearizable. */
    I30("linearizable"),
    /** In the end all members have equal states and logs. */
    I32("all converge"),
    /** With pre-vote and check-quorum terms do not change while nothing is wrong. */
    I33("leadership is stable"),
    /** Every step of the core is a step of the abstract Raft. */
    I36("refines the abstract Raft");

    private final String promise;

    Invariant(String promise) {
        this.promise = promise;
    }

    /** Returns the promise in a few words. */
    public String promise() {
        return promise;
    }
}
