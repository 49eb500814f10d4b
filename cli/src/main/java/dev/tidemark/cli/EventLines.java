package dev.tidemark.cli;

import dev.tidemark.samplesevents.SampleEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of events, one per line, as they are put on a stream. */
final class EventLines {

    private EventLines() {}

    /** Blank lines are left out; nothing else is judged here, a bad event is the fold's business. */
    static List<SampleEvent> read(Path file) {
        List<SampleEvent> events = new ArrayList<>();
        try (var lines = Files.lines(file)) {
            lines.filter(line -> !line.isBlank())
                    .forEach(line -> events.add(
                            new SampleEvent(0, RecordWriter.hashKey(line.getBytes(StandardCharsets.UTF_8)), line)));
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new Failure("cannot read " + file + " (" + e.getClass().getSimpleName()
                    + "): give the path of a readable UTF-8 file of events");
        }
        return events;
    }
}
