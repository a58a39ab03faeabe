/**
 * Tests for storages of your own. Extend {@link io.lutra.testkit.storage.StorageContract}, or
 * {@link io.lutra.testkit.storage.HardStateStorageContract} if yours keeps term and vote, too.
 */
@NullMarked
package io.lutra.testkit.storage;

import org.jspecify.annotations.NullMarked;
