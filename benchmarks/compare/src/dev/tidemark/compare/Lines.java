package dev.tidemark.compare;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** The events of a file, one a line, each as the bytes that a stream would deliver; the second half is measured. */
final class Lines implements AutoCloseable {

    private final InputStream in;
    private final long events;
    private long given;
    private byte[] buffer = new byte[1 << 20];
    private int from;
    private int end;

    Lines(String file, long events) {
        this.events = events;
        try {
            in = new FileInputStream(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return null behind the last one */
    byte[] next() {
        int newline = from;
        while (true) {
            while (newline < end && buffer[newline] != '\n') {
                newline++;
            }
            if (newline < end) {
                byte[] line = Arrays.copyOfRange(buffer, from, newline);
                from = newline + 1;
                measure();
                return line;
            }
            System.arraycopy(buffer, from, buffer, 0, end - from);
            newline -= from;
            end -= from;
            from = 0;
            int read = read();
            if (read < 0) {
                return null;
            }
            end += read;
        }
    }

    private void measure() {
        given++;
        if (given == events / 2) {
            Measured.start();
        } else if (given == events) {
            Measured.stop();
        }
    }

    private int read() {
        try {
            return in.read(buffer, end, buffer.length - end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
