package dev.tidemark.local.store;

import dev.tidemark.local.file.DamagedFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
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

    private static final String LOOPBACK = "127.0.0.1";
    private static final int MAX_THREADS = 24;
    private static final int JOB_THREADS = 2;

    private final Server server;
    private final LocalDynamoDBServerHandler handler;
    private final ServerConnector connector;
    private boolean closed;

    private DynamoDbStore(Server server, LocalDynamoDBServerHandler handler, ServerConnector connector) {
        this.server = server;
        this.handler = handler;
        this.connector = connector;
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
        LocalDynamoDBServerHandler handler =
                new LocalDynamoDBServerHandler(new DynamoDbRequests(new LocalDBClient(tables, jobs)), null);
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 2);
        threads.setName("dynamodb");
        threads.setDaemon(true);
        Server server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(LOOPBACK);
        connector.setPort(port);
        server.addConnector(connector);
        server.setHandler(new ContextHandler(handler, "/"));
        DynamoDbStore store = new DynamoDbStore(server, handler, connector);
        try {
            server.start();
        } catch (Exception e) {
            store.close();
            throw new IOException("DynamoDB could not listen on port " + port + ": " + e.getMessage(), e);
        }
        return store;
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
        return URI.create("http://" + LOOPBACK + ":" + connector.getLocalPort());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB did not stop: " + e.getMessage(), e);
        } finally {
            handler.close();
        }
    }
}
