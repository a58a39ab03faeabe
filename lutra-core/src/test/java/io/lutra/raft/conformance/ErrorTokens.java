package io.lutra.raft.conformance;

import io.lutra.raft.CompactedException;
import io.lutra.raft.RaftException;
import io.lutra.raft.SnapshotOutOfDateException;
import io.lutra.raft.SnapshotTemporarilyUnavailableException;
import io.lutra.raft.StepResult;
import io.lutra.raft.UnavailableException;
import java.util.Map;
import java.util.Optional;

/** The names that errors have in the scripts. FORMAT.md, section 7. */
final class ErrorTokens {
    static final String PROPOSAL_DROPPED = "error: ErrProposalDropped";

    private static final String LOCAL_MESSAGE = "error: ErrStepLocalMsg";
    private static final String UNKNOWN_PEER = "error: ErrStepPeerNotFound";
    private static final String COMPACTED = "error: ErrCompacted";
    private static final String SNAPSHOT_OUT_OF_DATE = "error: ErrSnapOutOfDate";
    private static final String UNAVAILABLE = "error: ErrUnavailable";
    private static final String SNAPSHOT_UNAVAILABLE = "error: ErrSnapshotTemporarilyUnavailable";

    /** What etcd's own files have in place of the tokens. */
    private static final Map<String, String> BY_SENTENCE = Map.of(
            "raft proposal dropped", PROPOSAL_DROPPED,
            "raft: cannot step raft local message", LOCAL_MESSAGE,
            "raft: cannot step as peer not found", UNKNOWN_PEER,
            "requested index is unavailable due to compaction", COMPACTED,
            "requested index is older than the existing snapshot", SNAPSHOT_OUT_OF_DATE,
            "requested entry at index is unavailable", UNAVAILABLE,
            "snapshot is temporarily unavailable", SNAPSHOT_UNAVAILABLE);

    private ErrorTokens() {}

    /** Replaces a line that is an error's sentence by its token; the indent stays. */
    static String replaceSentence(String line) {
        String sentence = line.stripLeading();
        String token = BY_SENTENCE.get(sentence);
        return token == null ? line : line.substring(0, line.length() - sentence.length()) + token;
    }

    /** Returns what is printed for the result of a step, nothing if the message was taken. */
    static Optional<String> of(StepResult result) {
        return switch (result) {
            case STEPPED -> Optional.empty();
            case PROPOSAL_DROPPED -> Optional.of(PROPOSAL_DROPPED);
            case LOCAL_MESSAGE -> Optional.of(LOCAL_MESSAGE);
            case UNKNOWN_PEER -> Optional.of(UNKNOWN_PEER);
            default -> Optional.of("error: " + result);
        };
    }

    /** Returns the token of what a storage throws, nothing for any other error. */
    static Optional<String> of(RaftException error) {
        if (error instanceof CompactedException) {
            return Optional.of(COMPACTED);
        }
        if (error instanceof SnapshotOutOfDateException) {
            return Optional.of(SNAPSHOT_OUT_OF_DATE);
        }
        if (error instanceof UnavailableException) {
            return Optional.of(UNAVAILABLE);
        }
        return error instanceof SnapshotTemporarilyUnavailableException
                ? Optional.of(SNAPSHOT_UNAVAILABLE)
                : Optional.empty();
    }
}
