package dev.tidemark.cli.put;

import dev.tidemark.cli.terminal.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A text with an event in each line, read in bounded memory. Blank lines are skipped, and so are byte order marks at
 * the beginning of the text or of texts joined into it. Any system's line ends are accepted.
 */
public final class EventLines implements Closeable {

    /** Of one record; Kinesis takes at most 10 MiB, if configured. */
    static final int MAX_LINE_BYTES = 10 << 20;

    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream in;
    private final String name;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private boolean isBegun;
    private long line;

    /** @param name of the input, for messages */
    EventLines(InputStream in, String name) {
        this.in = in;
        this.name = name;
    }

    /** @throws Failure if there is no such file, or it cannot be read */
    public static EventLines of(Path file) {
        if (Files.isDirectory(file)) {
            throw new Failure("cannot read " + file + ", which is a folder: give the path of a file of events");
        }
        try {
            return new EventLines(Files.newInputStream(file), file.toString());
        } catch (IOException e) {
            throw new Failure("cannot read " + file + " (" + e.getClass().getSimpleName()
                    + "): give the path of a readable file, or - for standard input");
        }
    }

    public String name() {
        return name;
    }

    /** The number of the line that was given last, from 1 on. */
    public long line() {
        return line;
    }

    /**
     * The next event's bytes; null at the end.
     *
     * @throws Failure if the input is not text, or a line is longer than any record
     */
    public byte @Nullable [] next() throws IOException {
        if (!isBegun) {
            begin();
        }
        while (true) {
            int end = endOfLine();
            if (end == from && end == to) {
                return null;
            }
            byte[] event = event(from, end);
            boolean isReturn = end < to && buffer[end] == '\r';
            from = Math.min(to, end + 1);
            if (isReturn && (from < to || fill()) && from < to && buffer[from] == '\n') {
                from++;
            }
            line++;
            if (!isBlank(event)) {
                return event;
            }
        }
    }

    /** Whether reading the next line would block. */
    boolean isIdle() throws IOException {
        return from == to && in.available() == 0;
    }

    /** The first bytes tell whether it is text; a pipe may give few at once. */
    private void begin() throws IOException {
        isBegun = true;
        boolean more = true;
        while (more && (to < 4 || in.available() > 0) && to < buffer.length) {
            more = fill();
        }
        InputFormat.problem(buffer, to).ifPresent(problem -> {
            throw new Failure(name + " " + problem);
        });
    }

    /** Where the line that begins at {@code from} ends, which may move in the buffer. */
    private int endOfLine() throws IOException {
        int at = from;
        while (true) {
            for (; at < to; at++) {
                if (buffer[at] == '\n' || buffer[at] == '\r') {
                    return at;
                }
            }
            if (to - from > MAX_LINE_BYTES) {
                throw new Failure(name + ": line " + (line + 1) + " is longer than " + MAX_LINE_BYTES
                        + " bytes, the most that a Kinesis record holds. Events are JSON objects, one per line");
            }
            int scanned = at - from;
            if (!fill()) {
                return to;
            }
            at = from + scanned;
        }
    }

    /** Reads more; unused bytes move to the front. Whether there was more. */
    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        } else if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int read = in.read(buffer, to, buffer.length - to);
        to += Math.max(0, read);
        return read >= 0;
    }

    /** Without the byte order marks before it. */
    private byte[] event(int start, int end) {
        int first = start;
        while (isMark(first, end)) {
            first += 3;
        }
        return Arrays.copyOfRange(buffer, first, end);
    }

    private static boolean isBlank(byte[] event) {
        for (byte one : event) {
            if (one != ' ' && one != '\t') {
                return false;
            }
        }
        return true;
    }

    private boolean isMark(int at, int end) {
        return end - at >= 3
                && buffer[at] == (byte) 0xEF
                && buffer[at + 1] == (byte) 0xBB
                && buffer[at + 2] == (byte) 0xBF;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
