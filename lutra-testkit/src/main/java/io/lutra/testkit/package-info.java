/**
 * The simulated world's own laws: one seed, one thread, virtual time.
 */
@NullMarked
package io.lutra.testkit;

import org.jspecify.annotations.NullMarked;
