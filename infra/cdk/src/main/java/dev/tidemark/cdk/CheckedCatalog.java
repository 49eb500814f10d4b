package dev.tidemark.cdk;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.InvalidDefinition;
import dev.tidemark.formats.EventFormats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** A catalog that was compiled, so that nothing is deployed which the functions would refuse. */
record CheckedCatalog(Path file, Catalog catalog) {

    private static final long MILLIS_PER_HOUR = 3_600_000;

    /** @throws IllegalArgumentException naming every mistake, as {@code tidemark validate} does */
    static CheckedCatalog read(Path file) {
        try {
            return new CheckedCatalog(file, compile(file));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The catalog " + file.toAbsolutePath() + " cannot be read: give the path of a readable file", e);
        } catch (InvalidDefinition e) {
            throw new IllegalArgumentException(
                    e.problems().stream()
                            .map(problem -> file + ":" + problem.line() + ":" + problem.column() + ": " + problem.path()
                                    + ": " + problem.problem() + "\n    " + problem.remedy())
                            .collect(Collectors.joining("\n", "The catalog cannot be deployed:\n", "")),
                    e);
        }
    }

    private static Catalog compile(Path file) throws IOException {
        return new CatalogCompiler(EventFormats.beside(file)).compile(Files.readString(file));
    }

    /** @throws IllegalArgumentException if no source reads the stream: nothing would ever be folded */
    void requireStream(String name) {
        if (catalog.sourceOfStream(name).isEmpty()) {
            throw new IllegalArgumentException("The catalog " + file + " has no source on the stream " + name
                    + ", so that nothing of it would be folded; it reads " + catalog.streams()
                    + ". Give the stack none but these, or let a source name the stream.");
        }
    }

    /** @throws IllegalArgumentException if records can wait in the stream for longer than the catalog says */
    void requireRetention(String stream, int retentionHours) {
        catalog.views().stream()
                .filter(view -> catalog.sourceOfStream(stream)
                        .map(source -> source.name().equals(view.source()))
                        .orElse(false))
                .filter(view -> view.streamRetentionMillis() < retentionHours * MILLIS_PER_HOUR)
                .findFirst()
                .ifPresent(view -> {
                    throw new IllegalArgumentException("The stream " + stream + " would keep records for "
                            + retentionHours + " hours, but the catalog " + file + " says that they wait for "
                            + view.streamRetentionMillis() / MILLIS_PER_HOUR
                            + " at most, and its items may expire before such a record is folded. Say 'stream_retention: "
                            + retentionHours + "h' in source " + view.source() + ", or keep records for less long.");
                });
    }

    /** Those that this stack does not fold, in file order. */
    List<String> otherStreams(Collection<String> names) {
        return catalog.streams().stream()
                .filter(stream -> !names.contains(stream))
                .toList();
    }
}
