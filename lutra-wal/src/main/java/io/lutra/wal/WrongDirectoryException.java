package io.lutra.wal;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that a directory cannot be used as asked, and why. What its log says is as it was; at most the opening was counted, what a
 * crash had left over was removed, and an empty file for the lock is there.
 */
public final class WrongDirectoryException extends WalException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** Why a directory was refused. */
    public enum Reason {
        /** There is no log where one was to be opened. */
        NO_LOG,
        /** The log was in use, and none of its segments is there any more. */
        LOST_SEGMENTS,
        /** There are files where a new log was to be created. */
        NOT_EMPTY,
        /** The log belongs to another cluster. */
        OTHER_CLUSTER,
        /** The log belongs to another host. */
        OTHER_HOST,
        /** Another process, or another log of this one, uses the directory. */
        IN_USE,
        /** A file was written by a newer version. */
        NEWER_FORMAT,
        /** A file belongs to another log, or stands under another's name. */
        FOREIGN_FILE,
        /** The file that says whose log this is cannot be read. */
        DAMAGED_IDENTITY,
        /** The directory cannot be read or written: rights, a read-only file system, a failing disk. */
        NO_ACCESS
    }

    private final Reason reason;

    /** Creates an error with a sentence that says what was found. */
    public WrongDirectoryException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** Creates an error that another one caused. */
    public WrongDirectoryException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Returns why. */
    public Reason reason() {
        return reason;
    }
}
