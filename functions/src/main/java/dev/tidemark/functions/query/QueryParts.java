package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.aws.s3.S3TrainingLog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.BoundedArchive;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.functions.AskedStreams;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.Priming;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * What the query function works with.
 *
 * @param costly the router's
 * @param clock what "now" is
 * @param priming held because the checkpoint's context holds it weakly; null without a checkpoint
 */
record QueryParts(
        Router router,
        CostlyShare costly,
        RequestLog log,
        InstantSource clock,
        @Nullable Priming priming) {

    /** @param log gets a line for each request */
    static QueryParts of(Deployment deployment, PrintStream log) {
        CapacityCounter capacity = new CapacityCounter();
        InstantSource clock = InstantSource.system();
        return of(deployment, capacity, new JsonRequestLog(log, capacity, clock), clock);
    }

    static QueryParts of(Deployment deployment, CapacityMeter meter, RequestLog log, InstantSource clock) {
        AwsClients clients = deployment.clients();
        ControlStore control = deployment.control(meter);
        CostlyShare costly = new CostlyShare(Environment.COSTLY_PERCENT.numberIn(deployment.environment()));
        ItemStore items = deployment.items(meter);
        Inputs inputs = deployment.inputs();
        Supplier<HistoryPorts> past = () -> past(deployment, control, inputs);
        Router router = new Router(
                deployment.catalogs(),
                items,
                control,
                past,
                AskedStreams.of(deployment, clients, clock),
                costly,
                Baselines.of(Path.of(deployment.value(Environment.CATALOG)), new S3Reader(deployment.clients()::s3)),
                ClientSamples.of(deployment),
                () -> new S3TrainingLog(clients.s3(), deployment.value(Environment.BUCKET), Backoff.system()),
                inputs);
        QueryFunction silent = new QueryFunction(of(
                deployment.catalogs(),
                items,
                control,
                past,
                WaitingCache.none(),
                costly,
                RequestLog.NONE,
                clock,
                inputs));
        return new QueryParts(
                router, costly, log, clock, Priming.register(() -> prime(deployment, silent, log, clock)));
    }

    /**
     * With given stores.
     *
     * @param past makes the stores of a replay for one question; null without an archive
     * @param inputs brings the snapshots of references
     */
    static QueryParts of(
            Catalogs catalogs,
            ItemStore items,
            ControlStore control,
            @Nullable Supplier<HistoryPorts> past,
            WaitingCache waiting,
            CostlyShare costly,
            RequestLog log,
            InstantSource clock,
            Inputs inputs) {
        return new QueryParts(
                new Router(
                        catalogs,
                        items,
                        control,
                        past,
                        waiting,
                        costly,
                        Baselines.NONE,
                        new ClientSamples(() -> MonitorLog.EMPTY),
                        () -> TrainingLog.EMPTY,
                        inputs),
                costly,
                log,
                clock,
                null);
    }

    /**
     * One query in memory, one unsent question to the stream, and one read of the control table to load the AWS client.
     * Its answer does not matter and is not logged.
     *
     * @param silent asks no stream, and logs nothing
     */
    private static void prime(Deployment deployment, QueryFunction silent, RequestLog log, InstantSource clock) {
        deployment.catalogs().all().forEach(catalog -> new Rehearsal(catalog, clock).run());
        try (AwsClients unconnected = AwsClients.unconnected(deployment.environment())) {
            AskedStreams.of(deployment, unconnected, clock)
                    .behind(List.of(Rehearsal.LANE), clock.millis())
                    .join();
        }
        silent.handleRequest(
                new APIGatewayProxyRequestEvent()
                        .withHttpMethod("GET")
                        .withPath("/v1/health")
                        .withRequestContext(
                                new APIGatewayProxyRequestEvent.ProxyRequestContext().withRequestId("priming")),
                null);
        log.primed();
    }

    /** The S3 client is made for the first question about the past. */
    private static HistoryPorts past(Deployment deployment, ControlStore control, Inputs inputs) {
        S3AsyncClient s3 = deployment.clients().s3();
        String bucket = deployment.value(Environment.BUCKET);
        long maxBytes = Long.parseLong(deployment.value(Environment.REPLAY_MAX_BYTES));
        return new HistoryPorts(
                new BoundedArchive(new S3Archive(s3, bucket, Backoff.system()), maxBytes),
                new S3RedriveLog(s3, bucket, Backoff.system()),
                new S3Checkpoints(s3, bucket, Backoff.system()),
                control,
                inputs);
    }
}
