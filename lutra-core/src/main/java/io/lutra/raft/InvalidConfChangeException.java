package io.lutra.raft;

import java.io.Serial;

/** Says that a membership change cannot be applied to the membership in force, and why. */
public final class InvalidConfChangeException extends RaftException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** How many members a group may have, voters and learners together. */
    public static final int MAX_MEMBERS = 1024;

    private final Reason reason;

    /** Creates the error. */
    public InvalidConfChangeException(Reason reason) {
        super("the membership change cannot be applied: " + reason.sentence);
        this.reason = reason;
    }

    /** Returns what is wrong with the change. */
    public Reason reason() {
        return reason;
    }

    /** What is wrong with a change. */
    public enum Reason {
        ALREADY_JOINT("the configuration is joint already"),
        ZERO_VOTER_JOINT("a configuration without voters cannot become joint"),
        NOT_JOINT("the configuration is not joint and cannot be left"),
        SIMPLE_IN_JOINT("a joint configuration takes no simple change"),
        MORE_THAN_ONE_VOTER("more than one voter changes without a joint configuration"),
        REMOVED_ALL_VOTERS("no voter would be left"),
        TOO_MANY_MEMBERS("a group has at most " + MAX_MEMBERS + " members"),
        STORAGE_THREAD("no member can have the id of a storage thread"),
        UNKNOWN_TYPE("this version does not know a change of this type"),
        INCONSISTENT("an id would be in two places, or a state is contradictory");

        private final String sentence;

        Reason(String sentence) {
            this.sentence = sentence;
        }
    }
}
