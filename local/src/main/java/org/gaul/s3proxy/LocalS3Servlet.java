package org.gaul.s3proxy;

import jakarta.servlet.http.HttpServlet;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/**
 * S3Proxy's servlet without its server. It can be created only in its package; if another version changes it, this
 * class does not compile.
 */
public final class LocalS3Servlet {

    private static final long MAX_PUT_BYTES = 5L * 1024 * 1024 * 1024;
    private static final long MAX_SIGNED_BYTES = 128L * 1024 * 1024;
    private static final int MAX_CHUNK_BYTES = 16 * 1024 * 1024;
    private static final int MAX_SKEW_SECONDS = 15 * 60;

    private LocalS3Servlet() {}

    /** Accepts any signature, checks none, and allows no page of another origin. */
    @SuppressWarnings("NullAway") // S3Proxy's own server hands the same in for what is not configured.
    public static HttpServlet of(BlobStore store) {
        return new S3ProxyHandlerJetty(
                store,
                AuthenticationType.NONE,
                null,
                null,
                null,
                MAX_PUT_BYTES,
                MAX_SIGNED_BYTES,
                MAX_CHUNK_BYTES,
                // The SDK sends headers that S3Proxy does not know, and would refuse, in multipart uploads.
                true,
                null,
                null,
                MAX_SKEW_SECONDS,
                null);
    }
}
