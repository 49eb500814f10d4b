package dev.tidemark.cli.catalog;

import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.core.catalog.Catalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The classes that the client for Python asks with. */
@Command(
        name = "python",
        description = {
            "Write a module for Python with two classes for each model: its rows and its vectors.",
            "They pin the model's hash. Generate them again when the model has changed."
        },
        mixinStandardHelpOptions = true)
final class GeneratePythonCommand extends CatalogCommand {

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "The catalog (YAML), as --catalog would name it.")
    private @Nullable Path file;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write; one that is there is replaced. Default: standard output.")
    private @Nullable Path target;

    @Override
    public Integer call() {
        if (file != null && catalog.isGiven()) {
            throw new ParameterException(spec.commandLine(), "the catalog is named twice: " + file + " and --catalog");
        }
        Catalog compiled = file == null ? catalog.compile(deployment) : CatalogFile.compile(file);
        if (compiled.models().isEmpty()) {
            throw new Failure("the catalog has no models, so there is nothing to generate: define one under 'models:'");
        }
        String module = PythonModule.of(compiled);
        if (target == null) {
            out().print(module);
            out().flush();
        } else {
            write(target, module);
            out().println(Plural.of(compiled.models().size(), "model") + " written to " + target);
        }
        return 0;
    }

    private static void write(Path target, String module) {
        try {
            Files.writeString(target, module);
        } catch (IOException e) {
            throw new Failure("cannot write " + target + " (" + e.getClass().getSimpleName()
                    + "): give the path of a file that can be written");
        }
    }
}
