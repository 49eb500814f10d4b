package dev.tidemark.functions;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Environment;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a deployed function finds its catalog, tables and bucket.
 *
 * @param environment the process's variables
 * @param catalog compiled from the file that {@link Environment#CATALOG} names
 * @param clients shared by all ports of the process
 */
public record Deployment(Map<String, String> environment, Catalog catalog, AwsClients clients) {

    /** Catalogs are written by hand; a larger file is a mistake. */
    private static final long MAX_CATALOG_BYTES = 4 * 1024 * 1024;

    /** For Lambda's constructors: the process's own environment. Everything that the process logs becomes JSON. */
    public static Deployment onLambda() {
        JsonLogs.install(System.out);
        return of(System.getenv());
    }

    /**
     * @throws IllegalStateException if the catalog file cannot be read
     * @throws dev.tidemark.core.catalog.InvalidDefinition if it has mistakes
     */
    public static Deployment of(Map<String, String> environment) {
        Path file = Path.of(Environment.CATALOG.in(environment));
        return new Deployment(environment, new CatalogCompiler().compile(read(file)), AwsClients.of(environment));
    }

    public String value(Environment variable) {
        return variable.in(environment);
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > MAX_CATALOG_BYTES) {
                throw new IllegalStateException("The catalog " + file + " is larger than " + MAX_CATALOG_BYTES
                        + " bytes. Check that " + Environment.CATALOG.variable() + " names the right file.");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The catalog " + file + " cannot be read. Deploy it with infra/template.yaml, or let "
                            + Environment.CATALOG.variable() + " name another file.",
                    e);
        }
    }
}
