/** A simulated world for what is built on Raft, and the contracts that its parts keep. Start at {@link io.lutra.testkit}. */
@org.jspecify.annotations.NullMarked
module io.lutra.testkit {
    requires transitive io.lutra.core;
    requires static transitive org.jspecify;
    requires static org.junit.jupiter.api;

    exports io.lutra.testkit;
    exports io.lutra.testkit.disk;
    exports io.lutra.testkit.invariants;
    exports io.lutra.testkit.linearizability;
    exports io.lutra.testkit.network;
    exports io.lutra.testkit.raft;
    exports io.lutra.testkit.refinement;
    exports io.lutra.testkit.storage;
}
