package io.lutra.wal;

import java.util.UUID;

/**
 * Whose a log is.
 *
 * @param clusterId the cluster, 128 bits
 * @param hostId the host in it
 */
public record WalIdentity(UUID clusterId, long hostId) {}
