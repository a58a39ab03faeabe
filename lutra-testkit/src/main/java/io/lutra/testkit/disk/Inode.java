package io.lutra.testkit.disk;

/** What a name leads to. */
sealed interface Inode permits FileImage, Directory {}
