package dev.tidemark.local.store;

import dev.tidemark.http.HttpServer;
import dev.tidemark.http.HttpServer.Dialect;
import dev.tidemark.http.Limits;
import dev.tidemark.kinesis.file.DamagedFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;
import software.amazon.dynamodb.services.local.shared.access.LocalDBClient;
import software.amazon.dynamodb.services.local.shared.access.sqlite.SQLiteDBAccess;
import software.amazon.dynamodb.services.local.shared.jobs.JobsRegister;

/**
 * Amazon's DynamoDB Local over HTTP, reachable from this machine only. One database serves every region and access
 * key. Telemetry is never configured, so none is sent.
 *
 * <p>With a directory the tables survive the end of the process, a kill included (see {@link ProcessDurableTables}).
 */
public final class DynamoDbStore implements AutoCloseable {

    private static final int MAX_BODY_BYTES = 16 * 1024 * 1024;
    private static final Limits LIMITS = new Limits(512, 30_000, 60_000, MAX_BODY_BYTES, 8L * MAX_BODY_BYTES);
    private static final int JOB_THREADS = 2;

    private final NearTables near;
    private final LocalDynamoDBServerHandler handler;
    private final HttpServer server;
    private boolean closed;

    private DynamoDbStore(NearTables near, LocalDynamoDBServerHandler handler, HttpServer server) {
        this.near = near;
        this.handler = handler;
        this.server = server;
    }

    /**
     * Starts DynamoDB.
     *
     * @param port 0 for any free one
     * @param directory where the tables live; null keeps them in memory
     * @throws DamagedFile if the tables are not as they were written
     * @throws IOException if the port is taken or the directory cannot be used
     */
    public static DynamoDbStore start(int port, @Nullable Path directory) throws IOException {
        AntlrNotice.loadParserSilently();
        SqliteLog.silence();
        SQLiteDBAccess tables = open(directory);
        // Opening has set the levels anew.
        SqliteLog.silence();
        JobsRegister jobs = new JobsRegister(Executors.newFixedThreadPool(JOB_THREADS), false);
        LocalDBClient database = new LocalDBClient(tables, jobs);
        LocalDynamoDBServerHandler handler = new LocalDynamoDBServerHandler(new DynamoDbRequests(database), null);
        try {
            return new DynamoDbStore(
                    new NearTables(database.dynamoDbClient()),
                    handler,
                    HttpServer.start("dynamodb", port, LIMITS, Dialect.CALLS, new ContextHandler(handler, "/")));
        } catch (IOException | RuntimeException e) {
            handler.close();
            throw e;
        }
    }

    /** The file of the tables in a directory. */
    public static Path tables(Path directory) {
        return directory.resolve("tables.db");
    }

    /** Whether a directory has tables, as far as that shows without reading them. */
    public static boolean hasTables(Path directory) throws IOException {
        Path tables = tables(directory);
        return Files.exists(tables) && Files.size(tables) > 0;
    }

    private static SQLiteDBAccess open(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return new SQLiteDBAccess();
        }
        Files.createDirectories(directory);
        return ProcessDurableTables.open(tables(directory).toAbsolutePath());
    }

    public URI endpoint() {
        return server.endpoint();
    }

    /** The same database for callers in this process, without the way over HTTP. Closed with the store, not by them. */
    public DynamoDbAsyncClient client() {
        return near;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        near.close();
        try {
            server.close();
        } finally {
            handler.close();
        }
    }
}
