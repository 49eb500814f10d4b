package dev.tidemark.functions;

import dev.tidemark.functions.LogLine.Level;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Turns what is logged through {@link System.Logger}, java.util.logging or SLF4J into lines of JSON. An exception is
 * its class, message and causes, each with its innermost frames, in the same line: each line of a stack trace would
 * otherwise be a log event.
 *
 * <p>Nothing below INFO is written, whatever Lambda's log level: the AWS SDK logs whole requests there, and with them
 * events.
 */
public final class JsonLogs extends Handler {

    private static final int MAX_MESSAGE_CHARS = 2_000;
    private static final int MAX_CAUSES = 5;
    private static final int MAX_FRAMES = 12;

    private final PrintStream out;
    private final SimpleFormatter messages = new SimpleFormatter();

    JsonLogs(PrintStream out) {
        this.out = out;
    }

    /** Replaces all handlers of the process; for a process that is a function and nothing else. */
    public static void install(PrintStream out) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(java.util.logging.Level.INFO);
        root.addHandler(new JsonLogs(out));
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry)) {
            out.println(line(entry));
        }
    }

    private String line(LogRecord entry) {
        String message = shortened(messages.formatMessage(entry));
        return LogLine.of(entry.getMillis(), level(entry), message, line -> {
            if (entry.getLoggerName() != null) {
                line.text("logger", entry.getLoggerName());
            }
            if (entry.getThrown() != null) {
                exceptions(line, entry.getThrown());
            }
        });
    }

    private static Level level(LogRecord entry) {
        int value = entry.getLevel().intValue();
        if (value >= java.util.logging.Level.SEVERE.intValue()) {
            return Level.ERROR;
        }
        if (value >= java.util.logging.Level.WARNING.intValue()) {
            return Level.WARN;
        }
        return value >= java.util.logging.Level.INFO.intValue() ? Level.INFO : Level.DEBUG;
    }

    /** The exception first, then what caused it, and so on. */
    private static void exceptions(LogLine line, Throwable thrown) throws IOException {
        line.json().writeArrayFieldStart("exceptions");
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            line.json().writeStartObject();
            line.text("class", cause.getClass().getName());
            if (cause.getMessage() != null) {
                line.text("message", shortened(cause.getMessage()));
            }
            line.texts("at", frames(cause));
            line.json().writeEndObject();
            cause = cause.getCause();
        }
        line.json().writeEndArray();
    }

    private static List<String> frames(Throwable thrown) {
        List<String> frames = new ArrayList<>();
        Arrays.stream(thrown.getStackTrace()).limit(MAX_FRAMES).forEach(frame -> frames.add(frame.toString()));
        return frames;
    }

    private static String shortened(@Nullable String text) {
        if (text == null) {
            return "";
        }
        return text.length() <= MAX_MESSAGE_CHARS ? text : text.substring(0, MAX_MESSAGE_CHARS) + "…";
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        flush();
    }
}
