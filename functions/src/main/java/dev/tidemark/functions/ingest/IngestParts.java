package dev.tidemark.functions.ingest;

import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.kinesis.KinesisLineage;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.lambda.Mappings;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.Priming;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the ingest function works with.
 *
 * @param clockMillis the clock of the fold's ports
 * @param priming held because the checkpoint's context holds it weakly; null without a checkpoint
 */
record IngestParts(
        BatchFold fold,
        StreamDirectory streams,
        BatchLog log,
        MappingCheck mapping,
        LongSupplier clockMillis,
        @Nullable Priming priming) {

    /** As on Lambda. */
    static IngestParts of(Deployment deployment) {
        CapacityCounter capacity = new CapacityCounter();
        return of(
                deployment,
                capacity,
                new JsonBatchLog(System.out, capacity, System::currentTimeMillis),
                MappingCheck.of(deployment));
    }

    static IngestParts of(Deployment deployment, CapacityMeter meter, BatchLog log, MappingCheck mapping) {
        KinesisStreams known = new KinesisStreams(deployment.clients().kinesis(), InstantSource.system());
        return new IngestParts(
                new BatchFold(
                        deployment.catalogs(),
                        ports(deployment, known, meter),
                        FoldSettings.DEFAULT.withGeneration(deployment.value(Environment.GENERATION))),
                known::describe,
                log,
                mapping,
                System::currentTimeMillis,
                Priming.register(() -> prime(deployment)));
    }

    /** Sends nothing: the ingest function must not write before it is called, nor keep connections in the snapshot. */
    private static void prime(Deployment deployment) {
        try (AwsClients clients = AwsClients.unconnected(deployment.environment())) {
            Deployment unconnected = new Deployment(deployment.environment(), deployment.catalogs(), clients);
            KinesisStreams streams = new KinesisStreams(clients.kinesis(), InstantSource.system());
            FoldPorts ports = ports(unconnected, streams, CapacityMeter.NONE);
            deployment.catalogs().all().forEach(catalog -> new Rehearsal(catalog, ports).run());
            Rehearsal.played(new Mappings(clients.lambda()).find("rehearsal", "rehearsal"), List.of())
                    .thenCompose(found -> Rehearsal.played(
                            streams.describe("arn:aws:kinesis:::stream/rehearsal", "shardId-000000000000"), found))
                    .join();
        }
    }

    private static FoldPorts ports(Deployment deployment, KinesisStreams streams, CapacityMeter meter) {
        AwsClients clients = deployment.clients();
        Backoff backoff = Backoff.system();
        String bucket = deployment.value(Environment.BUCKET);
        return new FoldPorts(
                new DynamoItemStore(
                        clients.dynamoDb(),
                        clients.dynamoDbWrites(),
                        deployment.value(Environment.STATE_TABLE),
                        meter,
                        backoff),
                deployment.control(meter),
                new S3Archive(clients.s3(), bucket, backoff),
                new S3Quarantine(clients.s3(), bucket, backoff),
                new KinesisLineage(clients.kinesis(), streams, deployment.catalogs()::packingOf),
                backoff.scheduler()::after,
                System::currentTimeMillis,
                // Any other generator seeded here would have the same seed in every sandbox restored from one snapshot.
                new SecureRandom(),
                deployment.foldInputs());
    }
}
