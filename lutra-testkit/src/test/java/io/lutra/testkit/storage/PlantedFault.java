package io.lutra.testkit.storage;

/** What the contract must find in a storage. */
enum PlantedFault {
    /** Appending over old entries leaves the old tail. */
    KEEPS_OLD_TAIL,
    /** Entries after a gap are taken. */
    ACCEPTS_GAP,
    /** More is returned than fits. */
    IGNORES_LIMIT,
    /** Nothing is returned if the first entry is larger than the limit. */
    RETURNS_NOTHING_BELOW_LIMIT,
    /** The term of the entry before the first is forgotten when the log is compacted. */
    FORGETS_TERM_OF_COMPACTED,
    /** Entries that were all compacted cut the log. */
    TRUNCATES_FOR_COMPACTED_ENTRIES,
    /** The list that is returned is a view. */
    RETURNS_A_VIEW,
    /** What is not there yet is called compacted. */
    CONFUSES_ERRORS,
    /** An old snapshot replaces a newer one. */
    ACCEPTS_OLD_SNAPSHOT,
    /** Term and vote are gone after a restart. */
    FORGETS_HARD_STATE
}
