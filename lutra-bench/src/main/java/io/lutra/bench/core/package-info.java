/**
 * Workload W1: the core alone. Three nodes in one thread, storage in memory, messages by call. {@code docs/performance.md}
 * says how it is run and what came out.
 */
@NullMarked
package io.lutra.bench.core;

import org.jspecify.annotations.NullMarked;
