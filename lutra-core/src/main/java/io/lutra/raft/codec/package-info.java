/**
 * Protobuf's primitives: a reader, a writer and the sizes of fields. They know no message of Raft.
 *
 * <p>The rules are those of the protobuf encoding with proto2 presence: a field number that is known but comes with
 * another wire type is an unknown field, unknown fields are skipped, and what cannot be skipped is an error.
 */
@NullMarked
package io.lutra.raft.codec;

import org.jspecify.annotations.NullMarked;
