package dev.tidemark.cli;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/**
 * A {@code tidemark} command as it was run in this process, without a terminal.
 *
 * @param out what it printed
 * @param err what it complained about
 */
public record Command(int exitCode, String out, String err) {

    public static Command run(String... arguments) {
        return runWithInput("", arguments);
    }

    /** Not for several threads: standard input belongs to the process. */
    public static Command runWithInput(String input, String... arguments) {
        return run(input, new StringWriter(), arguments);
    }

    /** @param out where it writes; a pipe is closed if this throws */
    public static Command runInto(Writer out, String... arguments) {
        return run("", out, arguments);
    }

    private static Command run(String input, Writer out, String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        InputStream standard = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            int exitCode = line.execute(arguments);
            return new Command(exitCode, out.toString(), err.toString());
        } finally {
            System.setIn(standard);
        }
    }
}
