/**
 * What Raft promises, as classes named for it, and the ledgers they are checked against.
 *
 * <p>Each checker costs a few steps per event, whatever has happened before: the {@link
 * io.lutra.testkit.invariants.Ledger} remembers who led which term, what was committed where, and which votes are
 * durable, for ever; a {@link io.lutra.testkit.invariants.ReplicaView} is what one replica has said and done. Start at
 * {@link io.lutra.testkit.invariants.Invariant}.
 */
@NullMarked
package io.lutra.testkit.invariants;

import org.jspecify.annotations.NullMarked;
