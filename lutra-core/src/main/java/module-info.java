/** The Raft protocol as a state machine, without threads, disk or network. Start at {@link io.lutra.raft}. */
@org.jspecify.annotations.NullMarked
module io.lutra.core {
    requires static transitive org.jspecify;

    exports io.lutra.raft;
    exports io.lutra.raft.node;
    exports io.lutra.raft.protocol;
    exports io.lutra.raft.wire;
}
