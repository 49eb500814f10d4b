package dev.tidemark.functions;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.s3.S3ReferenceLog;
import dev.tidemark.aws.s3.S3SchemaStore;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.ReferenceInputs;
import dev.tidemark.core.fold.SchemaInputs;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.SchemaStore;
import dev.tidemark.formats.EventFormats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a deployed function finds its catalog, tables and bucket.
 *
 * @param environment the process's variables
 * @param catalogs compiled from the files that {@link Environment#CATALOG} and {@link Environment#NEXT_CATALOG} name
 * @param clients shared by all ports of the process
 */
public record Deployment(Map<String, String> environment, Catalogs catalogs, AwsClients clients) {

    /** Catalogs are written by hand, so a larger file is a mistake. */
    private static final long MAX_CATALOG_BYTES = 4 * 1024 * 1024;

    /** For Lambda's constructors: the process's own environment. Everything that the process logs becomes JSON. */
    public static Deployment onLambda() {
        JsonLogs.install(System.out);
        return of(System.getenv());
    }

    /**
     * @throws IllegalStateException if a catalog file cannot be read; there need not be a next one
     * @throws dev.tidemark.core.catalog.InvalidDefinition if it has mistakes
     */
    public static Deployment of(Map<String, String> environment) {
        Path current = Path.of(Environment.CATALOG.in(environment));
        Path next = Path.of(Environment.NEXT_CATALOG.in(environment));
        // Without the file the function folds no lane that has a view of it (rule L2), so a wrong path loses nothing.
        Catalogs catalogs = new Catalogs(
                compile(current, Environment.CATALOG),
                Files.exists(next) ? compile(next, Environment.NEXT_CATALOG) : null);
        return new Deployment(environment, catalogs, AwsClients.of(environment));
    }

    /** The current catalog. */
    public Catalog catalog() {
        return catalogs.current();
    }

    public String value(Environment variable) {
        return variable.in(environment);
    }

    /** The state of the generation that is served. */
    public ItemStore items(CapacityMeter meter) {
        return new DynamoItemStore(
                clients.dynamoDb(), clients.dynamoDbWrites(), value(Environment.STATE_TABLE), meter, Backoff.system());
    }

    /** Likewise, its control table. */
    public ControlStore control(CapacityMeter meter) {
        return new DynamoControlStore(
                clients.dynamoDb(), clients.dynamoDbWrites(), value(Environment.CONTROL_TABLE), meter);
    }

    /** What reading records needs; for a process that keeps it. */
    public Inputs inputs() {
        return new SchemaInputs(schemas(), references());
    }

    /** Likewise for the fold of live batches, which alone asks a schema registry. */
    public Inputs foldInputs() {
        return new SchemaInputs(schemas(), id -> clients.glue().schema(id), references());
    }

    private SchemaStore schemas() {
        return new S3SchemaStore(clients.s3(), value(Environment.BUCKET), Backoff.system());
    }

    private Inputs references() {
        return new ReferenceInputs(
                new S3ReferenceLog(clients.s3(), value(Environment.BUCKET), Backoff.system()),
                System::currentTimeMillis);
    }

    private static Catalog compile(Path file, Environment variable) {
        return new CatalogCompiler(EventFormats.beside(file)).compile(read(file, variable));
    }

    private static String read(Path file, Environment variable) {
        try {
            if (Files.size(file) > MAX_CATALOG_BYTES) {
                throw new IllegalStateException("The catalog " + file + " is larger than " + MAX_CATALOG_BYTES
                        + " bytes. Check that " + variable.variable() + " names the right file.");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The catalog " + file + " cannot be read. Deploy it with infra/template.yaml, or let "
                            + variable.variable() + " name another file.",
                    e);
        }
    }
}
