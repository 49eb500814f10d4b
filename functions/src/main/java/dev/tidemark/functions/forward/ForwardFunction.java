package dev.tidemark.functions.forward;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.events.KinesisEvent.KinesisEventRecord;
import com.amazonaws.services.lambda.runtime.events.StreamsEventResponse;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.kinesis.KinesisPuts;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.kinesis.StreamInfo;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.forward.Forward;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.ingest.KinesisBatches;
import dev.tidemark.functions.ingest.MappingCheck;
import dev.tidemark.functions.ingest.StreamDirectory;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The handler that a second event source mapping calls with a batch of a stream that others' events are wanted from. It
 * answers with the first record that is not known to be on the other stream; the mapping then delivers again from there,
 * and what was put is put again. A record that cannot be forwarded is counted and left.
 */
public final class ForwardFunction implements RequestHandler<KinesisEvent, StreamsEventResponse> {

    /** No put is begun after this share of the remaining time, so that those in flight end before the time-out. */
    private static final double ISSUING_SHARE = 0.6;

    private static final System.Logger LOG = System.getLogger(ForwardFunction.class.getName());

    private final Catalog catalog;
    private final StreamDirectory streams;
    private final Puts puts;
    private final ForwardLog log;
    private final MappingCheck mapping;
    private final InstantSource clock;

    /** As {@link KinesisPuts#put}. */
    @FunctionalInterface
    interface Puts {
        CompletableFuture<Integer> put(String stream, List<PutRecordsRequestEntry> entries, long stopAtMillis);
    }

    ForwardFunction(
            Catalog catalog,
            StreamDirectory streams,
            Puts puts,
            ForwardLog log,
            MappingCheck mapping,
            InstantSource clock) {
        this.catalog = catalog;
        this.streams = streams;
        this.puts = puts;
        this.log = log;
        this.mapping = mapping;
        this.clock = clock;
    }

    /** For Lambda: everything from the environment. */
    public ForwardFunction() {
        this(Deployment.onLambda());
    }

    /** For another deployment; everything else is as on Lambda. */
    public ForwardFunction(Deployment deployment) {
        this(deployment, new JsonForwardLog(System.out, System::currentTimeMillis), MappingCheck.of(deployment));
    }

    private ForwardFunction(Deployment deployment, ForwardLog log, MappingCheck mapping) {
        this(
                deployment.catalog(),
                new KinesisStreams(deployment.clients().kinesis(), InstantSource.system())::describe,
                new KinesisPuts(deployment.clients().kinesisOnce(), Backoff.system(), InstantSource.system())::put,
                log,
                mapping,
                InstantSource.system());
    }

    /** For a deployment whose mapping no Lambda knows, such as the local run's. */
    public static ForwardFunction of(Deployment deployment, ForwardLog log) {
        return new ForwardFunction(deployment, log, MappingCheck.none());
    }

    @Override
    public StreamsEventResponse handleRequest(KinesisEvent event, Context context) {
        if (KinesisBatches.isEmpty(event)) {
            return KinesisBatches.response(null);
        }
        long stopAtMillis = clock.millis() + (long) (context.getRemainingTimeInMillis() * ISSUING_SHARE);
        KinesisEventRecord first = event.getRecords().get(0);
        return mapping.check(context.getInvokedFunctionArn(), first.getEventSourceARN())
                .thenCompose(checked -> streams.describe(KinesisBatches.streamArn(first), KinesisBatches.shardId(first))
                        .handle(ForwardFunction::described))
                .thenCompose(stream -> stream.isPresent()
                        ? forward(KinesisBatches.decode(event, stream.get()), stopAtMillis)
                        : CompletableFuture.completedFuture(
                                Optional.of(first.getKinesis().getSequenceNumber())))
                .thenApply(firstFailed -> KinesisBatches.response(firstFailed.orElse(null)))
                .join();
    }

    /** Kinesis may not answer for a while; the batch waits in the stream and is delivered again. */
    private static Optional<StreamInfo> described(@Nullable StreamInfo stream, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.log(System.Logger.Level.WARNING, "the stream could not be described", failure);
        }
        return Optional.ofNullable(stream);
    }

    private List<Forward> from(String stream) {
        return catalog.forwards().stream()
                .filter(forward -> forward.from().equals(stream))
                .toList();
    }

    private CompletableFuture<Optional<String>> forward(Batch batch, long stopAtMillis) {
        ForwardedBatch forwarded = ForwardedBatch.of(batch, from(batch.lane().streamName()));
        Map<String, CompletableFuture<Integer>> there = new LinkedHashMap<>();
        forwarded
                .wanted()
                .forEach((stream, records) -> there.put(stream, puts.put(stream, records.entries(), stopAtMillis)));
        return CompletableFuture.allOf(there.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    Map<String, Integer> counts = new LinkedHashMap<>();
                    there.forEach((stream, count) -> counts.put(stream, count.join()));
                    ForwardOutcome outcome = forwarded.outcome(counts);
                    log.forwarded(batch, outcome);
                    return Optional.ofNullable(outcome.firstFailed());
                });
    }
}
