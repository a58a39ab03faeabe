/** How one configuration becomes another: simple, joint, and back. Thesis §4. */
@NullMarked
package io.lutra.raft.confchange;

import org.jspecify.annotations.NullMarked;
