/** The command line of Lutra. */
@org.jspecify.annotations.NullMarked
module io.lutra.kv {
    requires info.picocli;
    requires io.lutra.core;
    requires io.lutra.wal;
    requires static org.jspecify;

    // picocli sets annotated fields.
    opens io.lutra.kv to
            info.picocli;
}
