package io.lutra.kv;

import io.lutra.raft.RaftException;
import io.lutra.wal.FileDisk;
import io.lutra.wal.WalTool;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code lutra wal}: looks at the log of a host, and changes nothing. */
@Command(
        name = "wal",
        description = "Looks at the log of a host; changes nothing.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "Exit codes of its commands:%n",
        exitCodeList = {
            "0:the log is whole",
            "1:something in it is damaged; what was printed tells what",
            "2:there is no log here that can be looked at"
        })
final class WalCommand {
    /** There is nothing to look at; the error output says why, in one line. */
    private static final int REFUSED = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** Reads the id of a group, which has 64 bits. */
    static final class UnsignedLong implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return Long.parseUnsignedLong(value);
        }
    }

    private interface Look {
        int at(WalTool tool);
    }

    @Command(description = "Checks every batch, record and snapshot, and says what each group has.")
    int verify(@Parameters(paramLabel = "DIR", description = "the directory of the log") Path directory) {
        return look(directory, WalTool::verify);
    }

    @Command(description = "Prints the groups and their entries, and where these lie.")
    int dump(
            @Parameters(paramLabel = "DIR", description = "the directory of the log") Path directory,
            @Option(
                            names = "--group",
                            paramLabel = "G",
                            description = "only this group",
                            converter = UnsignedLong.class)
                    @Nullable
                    Long group,
            @Option(
                            names = "--from",
                            paramLabel = "I",
                            description = "only entries from this index on",
                            defaultValue = "0")
                    long from,
            @Option(names = "--json", description = "a JSON object on each line") boolean json) {
        return look(directory, tool -> tool.dump(group, from, json));
    }

    private int look(Path directory, Look look) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            if (!Files.isDirectory(directory)) {
                return refuse(directory + " is no directory");
            }
            return look.at(new WalTool(new FileDisk(directory), out));
        } catch (RaftException | IOException e) {
            return refuse(String.valueOf(e.getMessage()));
        } finally {
            out.flush();
        }
    }

    private int refuse(String reason) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("lutra: " + reason);
        err.flush();
        return REFUSED;
    }
}
