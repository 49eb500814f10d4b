package dev.tidemark.serve;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent.ProxyRequestContext;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.query.QueryFunction;
import dev.tidemark.http.Address;
import dev.tidemark.http.HttpServer;
import dev.tidemark.http.Limits;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** The query function behind an HTTP server of its own, for those whom the settings let in. */
final class FeatureService implements AutoCloseable {

    /** A connection may rest for longer than load balancers and clients keep theirs, mostly a minute. */
    private static final Limits LIMITS = new Limits(1_024, 75_000, 90_000, 1024 * 1024, 128L * 1024 * 1024);

    private static final long MILLIS_PER_SECOND = 1_000;

    private final HttpServer server;
    private final Readiness readiness;
    private final int drainSeconds;

    private FeatureService(HttpServer server, Readiness readiness, int drainSeconds) {
        this.server = server;
        this.readiness = readiness;
        this.drainSeconds = drainSeconds;
    }

    /**
     * How often the tables are asked, and how long an answer counts for readiness.
     */
    record Pulse(long everyMillis, long countsMillis) {
        static final Pulse DEFAULT = new Pulse(3_000, 10_000);
    }

    /**
     * @param log gets a line of JSON for each request
     * @throws CannotServe if what the settings name cannot be used
     * @throws IOException if it cannot listen
     */
    static FeatureService start(Deployment deployment, ServeSettings settings, PrintStream log, Pulse pulse)
            throws IOException {
        UnaryOperator<Handler> callers = callers(settings);
        SslContextFactory.@Nullable Server tls = tls(settings);
        QueryFunction function = QueryFunction.serving(deployment, log);
        Bounded service = new Bounded(
                new ApiService(() -> request -> function.handleRequest(request, null), InstantSource.system()),
                settings.concurrency(),
                Bounded.PATIENCE_MILLIS);
        Readiness readiness =
                new Readiness(question(deployment), pulse.everyMillis(), pulse.countsMillis(), System::nanoTime);
        try {
            HttpServer server = HttpServer.start(
                    "serve",
                    new Address(
                            settings.host(),
                            settings.port(),
                            tls,
                            handler ->
                                    new Health(new RefusalLog(callers.apply(handler), function), readiness::isReady)),
                    LIMITS,
                    service);
            return new FeatureService(server, readiness, settings.drainSeconds());
        } catch (IOException | RuntimeException e) {
            readiness.close();
            throw e;
        }
    }

    private static UnaryOperator<Handler> callers(ServeSettings settings) {
        if (settings.isForThisMachine()) {
            return Address.ofThisMachine(settings.port()).entrance();
        }
        ServeSettings.@Nullable Issuer issuer = settings.issuer();
        @Nullable Tokens tokens = issuer == null ? null : Tokens.of(issuer.url(), issuer.audience());
        return handler -> {
            Handler checked = tokens == null ? handler : new Gate(handler, tokens);
            return settings.clientCa() == null ? checked : new Gate(checked, new ClientCertificate());
        };
    }

    private static SslContextFactory.@Nullable Server tls(ServeSettings settings) {
        ServeSettings.@Nullable Tls files = settings.tls();
        if (files == null) {
            return null;
        }
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        tls.setKeyStore(Pem.identity(files.certificate(), files.key()));
        tls.setKeyStorePassword(Pem.PASSWORD);
        if (settings.clientCa() != null) {
            tls.setTrustStore(Pem.authorities(settings.clientCa()));
            tls.setWantClientAuth(true);
        }
        return tls;
    }

    /** Asks about one feature of an entity that there need not be, without the stream, and in no log. */
    private static BooleanSupplier question(Deployment deployment) {
        QueryFunction silent = QueryFunction.of(
                deployment.catalogs(),
                deployment.items(CapacityMeter.NONE),
                deployment.control(CapacityMeter.NONE),
                InstantSource.system());
        View view = deployment.catalog().views().get(0);
        String key = String.join("%7C", view.entity().stream().map(part -> "1").toList());
        APIGatewayProxyRequestEvent question = new APIGatewayProxyRequestEvent()
                .withHttpMethod("GET")
                .withRequestContext(new ProxyRequestContext().withRequestId("readiness"))
                .withPath("/v1/views/" + view.name() + "/entities/" + key)
                .withQueryStringParameters(Map.of("features", view.valueNames().get(0)));
        return () -> silent.handleRequest(question, null).getStatusCode() < HttpStatus.INTERNAL_SERVER_ERROR_500;
    }

    URI endpoint() {
        return server.endpoint();
    }

    /**
     * Is no longer ready, answers what has arrived, and stops.
     *
     * @return whether all of it was answered
     */
    boolean drain() throws InterruptedException {
        readiness.stop();
        return server.drain(drainSeconds * MILLIS_PER_SECOND);
    }

    @Override
    public void close() {
        readiness.close();
        server.close();
    }
}
