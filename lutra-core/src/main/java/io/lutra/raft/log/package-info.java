/** The log as the protocol sees it: what the storage has, what it does not have yet, and how far it is committed. */
@NullMarked
package io.lutra.raft.log;

import org.jspecify.annotations.NullMarked;
