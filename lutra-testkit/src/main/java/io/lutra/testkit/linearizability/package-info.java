/**
 * Tells whether what clients saw could have been one copy: Herlihy, Wing, "Linearizability", TOPLAS 1990.
 *
 * <p>Clients record a {@link io.lutra.testkit.linearizability.History}, a
 * {@link io.lutra.testkit.linearizability.Model} says what one copy would do, and the
 * {@link io.lutra.testkit.linearizability.LinearizabilityChecker} looks for an order.
 */
@NullMarked
package io.lutra.testkit.linearizability;

import org.jspecify.annotations.NullMarked;
