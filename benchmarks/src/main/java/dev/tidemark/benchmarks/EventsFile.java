package dev.tidemark.benchmarks;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the sample events into a file, one a line: {@code EventsFile FILE EVENTS}. */
public final class EventsFile {

    private EventsFile() {}

    public static void main(String[] arguments) throws IOException {
        SampleEvents.Source source = new SampleEvents.Source();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[0])))) {
            for (int i = Integer.parseInt(arguments[1]); i > 0; i--) {
                out.write(source.next());
                out.write('\n');
            }
        }
    }
}
