package dev.tidemark.cli.catalog;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.InvalidDefinition;
import dev.tidemark.formats.EventFormats;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Reads a catalog from disk, with messages in the {@code file:line:column} form that editors understand. */
public final class CatalogFile {

    private CatalogFile() {}

    public static Catalog compile(Path file) {
        try {
            return new CatalogCompiler(EventFormats.beside(file)).compile(read(file));
        } catch (InvalidDefinition e) {
            throw new Failure(e.problems().stream()
                    .map(problem -> file + ":" + problem.line() + ":" + problem.column() + ": " + problem.path() + ": "
                            + problem.problem() + "\n    " + problem.remedy())
                    .collect(Collectors.joining(
                            "\n", "", "\n" + Plural.of(e.problems().size(), "problem") + " in " + file)));
        }
    }

    static String read(Path file) {
        if (Files.isDirectory(file)) {
            throw new Failure(file + " is a folder: give the path of the catalog's file in it");
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new Failure(file + " is not UTF-8: save it in UTF-8");
        } catch (IOException e) {
            throw new Failure("cannot read " + file + " (" + e.getClass().getSimpleName()
                    + "): give the path of a readable file");
        }
    }
}
