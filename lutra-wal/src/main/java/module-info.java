/** The durable log shared by many groups, and snapshot files. Start at {@link io.lutra.wal.Wal}. */
@org.jspecify.annotations.NullMarked
module io.lutra.wal {
    requires static transitive org.jspecify;
    requires transitive io.lutra.core;

    exports io.lutra.wal;
}
