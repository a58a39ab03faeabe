package io.lutra.raft;

/** How a {@link ConfChangeV2} gets from the old membership to the new one. etcd: {@code ConfChangeTransition}. */
public enum ConfChangeTransition {
    /** The simple protocol if one voter changes at most, else joint consensus that is left automatically. */
    AUTO(0),
    /** Joint consensus (thesis §4.3) that is left automatically as soon as it is applied. */
    JOINT_IMPLICIT(1),
    /** Joint consensus that stays until an empty change is proposed. */
    JOINT_EXPLICIT(2),
    /** A number that this version does not know. A change that holds it is refused when it is proposed. */
    UNRECOGNIZED(-1);

    private final int number;

    ConfChangeTransition(int number) {
        this.number = number;
    }

    /** Returns the number on the wire, or -1 for {@link #UNRECOGNIZED}. */
    public int number() {
        return number;
    }

    /** Returns the transition with a number, {@link #UNRECOGNIZED} if there is none. */
    public static ConfChangeTransition of(int number) {
        return switch (number) {
            case 0 -> AUTO;
            case 1 -> JOINT_IMPLICIT;
            case 2 -> JOINT_EXPLICIT;
            default -> UNRECOGNIZED;
        };
    }
}
