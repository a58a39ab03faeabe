/**
 * A network in virtual time.
 *
 * <p>Start at {@link io.lutra.testkit.network.SimulatedNetwork}: it joins nodes by
 * {@linkplain io.lutra.testkit.network.Link links}, each direction with its own habits, and falls into
 * {@linkplain io.lutra.testkit.network.Partition partitions}.
 */
@NullMarked
package io.lutra.testkit.network;

import org.jspecify.annotations.NullMarked;
