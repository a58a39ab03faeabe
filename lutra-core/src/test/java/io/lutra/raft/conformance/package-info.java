/**
 * Runs the conformance data, whose language is {@code conformance/FORMAT.md} in the test resources. Begin with {@link
 * io.lutra.raft.conformance.ConformanceData}.
 */
@NullMarked
package io.lutra.raft.conformance;

import org.jspecify.annotations.NullMarked;
