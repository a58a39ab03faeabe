package io.lutra.testkit.raft;

import io.lutra.testkit.linearizability.Model;

/** What the registers of {@link KeyValueMachine} would be if there were one copy of them. */
final class Registers implements Model<Long, Registers.Access, Long> {
    /**
     * A write or a read of a register.
     *
     * @param key the register
     * @param write what is written, which no other write writes; 0 for a read
     */
    record Access(int key, long write) {}

    @Override
    public Long initial() {
        return 0L;
    }

    @Override
    public Long next(Long value, Access access) {
        return isRead(access) ? value : Long.valueOf(access.write);
    }

    @Override
    public Long result(Long value, Access access) {
        return isRead(access) ? value : Long.valueOf(0);
    }

    @Override
    public Object partOf(Access access) {
        return access.key;
    }

    @Override
    public boolean isRead(Access access) {
        return access.write == 0;
    }
}
