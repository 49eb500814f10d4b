package dev.tidemark.cli.catalog;

import dev.tidemark.aws.Environment;
import dev.tidemark.cli.deployment.NamedDeployment;
import dev.tidemark.cli.deployment.RunningSystem;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The catalog to use: the named file, otherwise the running system's. */
public final class CatalogOption {

    @Option(
            names = "--catalog",
            paramLabel = "FILE",
            description = "The catalog's file. Default: $$TIDEMARK_CATALOG, else the running system is asked for its "
                    + "catalog; `tidemark run` without either takes the sample shop's.")
    private @Nullable Path file;

    /** Whether the option names a file; the variable may be set for other commands. */
    public boolean isGiven() {
        return file != null;
    }

    /** The file that is named, by option or variable. */
    public Optional<Path> file() {
        return file != null ? Optional.of(file) : variable(Environment.CATALOG);
    }

    /** The path in a variable, if it is set. */
    static Optional<Path> variable(Environment variable) {
        return Optional.ofNullable(System.getenv(variable.variable()))
                .filter(text -> !text.isBlank())
                .map(Path::of);
    }

    /** Empty if no file is named and no system answers. */
    public Optional<Catalog> find(NamedDeployment deployment) {
        return file().map(CatalogFile::compile).or(() -> deployment.running().flatMap(RunningSystem::catalog));
    }

    /** @throws Failure if there is none */
    public Catalog compile(NamedDeployment deployment) {
        return find(deployment)
                .orElseThrow(() -> new Failure("which catalog? "
                        + deployment
                                .api()
                                .map(api -> "There is no answer from " + api + ", which would be asked for its own: "
                                        + "start it with `tidemark run`, name another with --port, or name")
                                .orElse("Only a local run can be asked for its own: name")
                        + " the catalog's file with --catalog or $" + Environment.CATALOG.variable()));
    }

    /** @throws Failure if the catalog has no such view; it names those that there are */
    public static View view(Catalog catalog, String name) {
        return catalog.view(name)
                .orElseThrow(() -> new Failure("the catalog has no view '" + name + "'; there are: "
                        + catalog.views().stream().map(View::name).collect(Collectors.joining(", "))));
    }

    /** @throws Failure if the catalog has no such model; it names those that there are */
    public static Model model(Catalog catalog, String name) {
        return catalog.model(name)
                .orElseThrow(() -> new Failure("the catalog has no model '" + name + "'; there are: "
                        + catalog.models().stream().map(Model::name).collect(Collectors.joining(", "))));
    }
}
