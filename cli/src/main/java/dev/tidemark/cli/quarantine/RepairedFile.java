package dev.tidemark.cli.quarantine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.change.Candidate;
import dev.tidemark.core.store.Quarantine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiConsumer;

/** A file as the export wrote it and somebody edited it: of each line, the key and the payload count. */
final class RepairedFile {

    /** One line's object. */
    private interface Reader {

        void read(ObjectNode line);
    }

    private final Path file;

    RepairedFile(Path file) {
        this.file = file;
    }

    /** Reads all of it first, so that a mistake in the last line is reported before anything is done. */
    void check() {
        Set<String> keys = new HashSet<>();
        read(line -> {
            String key = key(line);
            if (!keys.add(S3Quarantine.identity(key))) {
                throw new IllegalArgumentException("names a record that an earlier line names, " + key);
            }
            QuarantineJson.payload(line, new byte[0]);
        });
    }

    /** Of each line, with the record that its key names. */
    void forEach(QuarantineReader quarantine, BiConsumer<String, Candidate> consumer) {
        read(line -> {
            Quarantine.Entry entry = quarantine.read(key(line));
            consumer.accept(
                    key(line),
                    new Candidate(
                            entry, QuarantineJson.payload(line, entry.record().data())));
        });
    }

    /** Blank lines are passed over. */
    private void read(Reader reader) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // Some editors write a byte order mark first.
                String text = line.startsWith("\ufeff") ? line.substring(1) : line;
                if (!text.isBlank()) {
                    read(text, number, reader);
                }
                number++;
            }
        } catch (IOException e) {
            throw new Failure("cannot read " + file + " (" + e.getClass().getSimpleName()
                    + "): give the path of a readable UTF-8 file, such as `tidemark quarantine export` writes");
        }
    }

    private void read(String line, int number, Reader reader) {
        try {
            reader.read(QuarantineJson.parse(line));
        } catch (IllegalArgumentException e) {
            throw new Failure(file + ":" + number + ": the line " + e.getMessage()
                    + "\n    write one object per line as `tidemark quarantine export` does, with key and data");
        }
    }

    private static String key(ObjectNode line) {
        JsonNode key = line.get(QuarantineJson.KEY);
        if (key == null || !key.isTextual()) {
            throw new IllegalArgumentException("has no text '" + QuarantineJson.KEY + "'");
        }
        return key.textValue();
    }
}
