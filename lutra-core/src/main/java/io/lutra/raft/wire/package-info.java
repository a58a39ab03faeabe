/**
 * Values to bytes and back, for who keeps them in a log or sends them: the public face of the codec.
 *
 * <p>The bytes are those of etcd's {@code raftpb} (proto2), version 3.7, without a length in front: where a value ends is
 * for the record or frame around it to say. What older versions wrote is read, explicit defaults and empty snapshots
 * included; unknown fields are skipped.
 *
 * <p><b>Presence.</b> An entry is its bytes and stays as it came. {@link io.lutra.raft.ConfChange},
 * {@link io.lutra.raft.ConfChangeV2} and their parts remember which fields are spelled out. All other values leave out
 * fields that hold their defaults; only whether a message has a snapshot is kept.
 *
 * <p><b>Strictness.</b> What is not well formed is refused by a {@link io.lutra.raft.MalformedBytesException}, and
 * nothing else: lengths past the end, varints of more than ten bytes or 64 bits, field numbers that do not exist, groups
 * that do not match, messages or groups that nest deeper than 64. (protobuf-java cuts tags, lengths and varints that are
 * too large instead, and reads on.)
 *
 * <p><b>Cost.</b> Decoding copies no entry and no snapshot data: they are slices of the bytes they came in, which they
 * keep alive. It allocates at most 128 times the size of its input and 16 KiB, whatever the input claims: responses
 * within responses are the worst, with 83 times where references take 4 bytes and 107 where all pointers take 8.
 */
@NullMarked
package io.lutra.raft.wire;

import org.jspecify.annotations.NullMarked;
