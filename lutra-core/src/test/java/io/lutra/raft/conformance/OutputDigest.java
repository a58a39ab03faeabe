package io.lutra.raft.conformance;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Sums up all that the random scripts print. */
final class OutputDigest {
    private OutputDigest() {}

    /** Prints the digest over the first scripts of each file, as many as {@code args[0]} says. */
    public static void main(String[] args) {
        System.out.println(of(Integer.parseInt(args[0])));
    }

    /** Returns the SHA-256 of the outputs of the first scripts of each file. */
    static String of(int scriptsPerFile) {
        MessageDigest digest = sha256();
        for (Path file : ConformanceData.files("random", ".txt.gz")) {
            List<Script> scripts = Script.parse(file.getFileName().toString(), ConformanceData.lines(file));
            for (Script script : scripts.subList(0, Math.min(scriptsPerFile, scripts.size()))) {
                for (String line : ScriptRun.outputs(script)) {
                    digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
