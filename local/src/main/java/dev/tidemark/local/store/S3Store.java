package dev.tidemark.local.store;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.jspecify.annotations.Nullable;

/** An S3 endpoint, reachable from this machine only; signatures are accepted and not checked. */
public final class S3Store implements AutoCloseable {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int MAX_THREADS = 24;

    private final S3Proxy proxy;
    private boolean closed;

    private S3Store(S3Proxy proxy) {
        this.proxy = proxy;
    }

    /**
     * Starts S3.
     *
     * @param port 0 for any free one
     * @param directory where the objects live, one folder for each bucket; null keeps them in memory
     * @throws IOException if the port is taken or the directory cannot be used
     */
    public static S3Store start(int port, @Nullable Path directory) throws IOException {
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(open(directory))
                .endpoint(URI.create("http://" + LOOPBACK + ":" + port))
                .awsAuthentication(AuthenticationType.NONE, null, null)
                // The SDK sends headers that S3Proxy does not know, and would refuse, in multipart uploads.
                .ignoreUnknownHeaders(true)
                .jettyMaxThreads(MAX_THREADS)
                .build();
        S3Store store = new S3Store(proxy);
        try {
            proxy.start();
        } catch (Exception e) {
            store.close();
            throw new IOException("S3 could not listen on port " + port + ": " + e.getMessage(), e);
        }
        return store;
    }

    private static BlobStore open(@Nullable Path directory) throws IOException {
        if (directory == null) {
            return new TransientNio2BlobStore();
        }
        return new FilesystemNio2BlobStore(
                Files.createDirectories(directory).toAbsolutePath().normalize().toString());
    }

    public URI endpoint() {
        return URI.create("http://" + LOOPBACK + ":" + proxy.getPort());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException("S3 did not stop: " + e.getMessage(), e);
        }
    }
}
