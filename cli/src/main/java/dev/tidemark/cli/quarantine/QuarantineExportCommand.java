package dev.tidemark.cli.quarantine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.cli.deployment.DeploymentCommand;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.change.Claims;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes records of the quarantine into a file, to be repaired there. */
@Command(
        name = "export",
        description = {
            "Write the records in quarantine that are not redriven into a file, one JSON object per line.",
            "Repair the data in it, then: tidemark quarantine redrive --repaired FILE"
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
final class QuarantineExportCommand extends DeploymentCommand {

    @Parameters(paramLabel = "FILE", description = "The file to write; it must not exist yet.")
    private Path file;

    @Mixin
    private QuarantineSelection selection;

    private long written;

    @Override
    public Integer call() {
        try (Stores stores = deployment.open()) {
            Claims claims = new Claims(stores.redriveLog());
            stores.await(claims.catchUp());
            write(stores, claims);
        }
        out().println(Plural.of(written, "record") + " written to " + file);
        return 0;
    }

    /** All of them or no file; and not over a file that is there: it may hold repairs. */
    private void write(Stores stores, Claims claims) {
        if (Files.exists(file)) {
            throw thereAlready();
        }
        Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try {
            try {
                writeLines(unfinished, stores, claims);
                Files.move(unfinished, file);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (FileAlreadyExistsException e) {
            throw thereAlready();
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    private void writeLines(Path unfinished, Stores stores, Claims claims) throws IOException {
        try (BufferedWriter lines = Files.newBufferedWriter(unfinished)) {
            selection.forEach(new QuarantineReader(stores), (key, entry) -> {
                if (claims.manifestOf(entry).isEmpty()) {
                    ObjectNode line = QuarantineJson.describe(key, entry, claims);
                    QuarantineJson.addPayload(line, entry.record().data());
                    write(lines, QuarantineJson.write(line));
                }
            });
        }
    }

    private Failure thereAlready() {
        return new Failure(file + " is there already, and may hold repairs: name another file, or remove it");
    }

    private Failure cannotWrite(IOException cause) {
        return new Failure("cannot write " + file + " (" + cause.getClass().getSimpleName()
                + "): give the path of a file that can be written");
    }

    private void write(BufferedWriter lines, String line) {
        try {
            lines.write(line);
            lines.write('\n');
            written++;
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }
}
