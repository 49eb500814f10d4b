package dev.tidemark.local.store;

import dev.tidemark.http.HttpServer;
import dev.tidemark.http.HttpServer.Dialect;
import dev.tidemark.http.Limits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.gaul.s3proxy.LocalS3Servlet;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.jspecify.annotations.Nullable;

/** An S3 endpoint, reachable from this machine only; signatures are accepted and not checked. */
public final class S3Store implements AutoCloseable {

    /** Objects are read and written piece by piece; the largest may take minutes. */
    private static final Limits LIMITS = new Limits(512, 30_000, 600_000, 1, 1);

    private final HttpServer server;

    private S3Store(HttpServer server) {
        this.server = server;
    }

    /**
     * Starts S3.
     *
     * @param port 0 for any free one
     * @param directory where the objects live, one folder for each bucket; null keeps them in memory
     * @throws IOException if the port is taken or the directory cannot be used
     */
    public static S3Store start(int port, @Nullable Path directory) throws IOException {
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(new ServletHolder(LocalS3Servlet.of(open(directory))), "/*");
        return new S3Store(HttpServer.start("s3", port, LIMITS, Dialect.OBJECTS, context));
    }

    private static BlobStore open(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return new FinishedObjects(new TransientNio2BlobStore());
        }
        return new FinishedObjects(new FilesystemNio2BlobStore(
                Files.createDirectories(directory).toAbsolutePath().normalize().toString()));
    }

    public URI endpoint() {
        return server.endpoint();
    }

    @Override
    public void close() {
        server.close();
    }
}
