/**
 * What a leader knows of its peers: how far each one's log agrees with its own, and what may be sent next.
 */
@NullMarked
package io.lutra.raft.tracker;

import org.jspecify.annotations.NullMarked;
