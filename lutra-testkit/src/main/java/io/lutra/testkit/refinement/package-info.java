/**
 * An abstract Raft, written from the paper and the thesis: what a replica may do, given what it is and what it received.
 * Every step of the real core must be a step of it. It shares no code with the core, only its messages.
 */
@NullMarked
package io.lutra.testkit.refinement;

import org.jspecify.annotations.NullMarked;
