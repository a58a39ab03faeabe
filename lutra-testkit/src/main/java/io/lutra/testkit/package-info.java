/**
 * A simulated world: one seed, one thread, virtual time.
 *
 * <p>Start at {@link io.lutra.testkit.Scheduler}: it runs {@link io.lutra.testkit.Event}s of
 * {@link io.lutra.testkit.SimulatedProcess}es that look at their own {@link io.lutra.testkit.SimulatedClock}. Chance is a
 * {@link io.lutra.testkit.SeededRandom}, what happened is in the {@link io.lutra.testkit.Trace}. What goes wrong is a
 * {@link io.lutra.testkit.FaultPlan} that a {@link io.lutra.testkit.FaultInjector} carries out and a
 * {@link io.lutra.testkit.FaultCoverage} counts. The rest of the world has packages of its own: the network, the disk; and
 * what judges it: linearizability, the contract of a storage.
 */
@NullMarked
package io.lutra.testkit;

import org.jspecify.annotations.NullMarked;
