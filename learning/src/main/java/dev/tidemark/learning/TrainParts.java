package dev.tidemark.learning;

import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.kinesis.KinesisLineage;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3CutLog;
import dev.tidemark.aws.s3.S3Files;
import dev.tidemark.aws.s3.S3MonitorLog;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.aws.s3.S3TrainingLog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.learn.CutMaker;
import dev.tidemark.core.store.CutLog;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.monitor.QualityReports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * What a training run needs.
 *
 * @param past what is read of the archive
 * @param found what the monitor found
 * @param work a folder for what is being made; what others left in it may be removed
 * @param step what trains, where the catalog's command does not; empty if that does
 * @param threads how many threads work at once
 * @param pool has so many
 * @param memoryBytes for all of them
 */
record TrainParts(
        Catalogs catalogs,
        HistoryPorts past,
        TrainingLog log,
        CutLog cuts,
        CutMaker cutMaker,
        MonitorLog found,
        QualityReports quality,
        RunFiles files,
        Path work,
        String step,
        int threads,
        ExecutorService pool,
        long memoryBytes,
        LongSupplier clock) {

    /** Of a deployment. */
    static TrainParts of(Deployment deployment, Path work, int threads, long memoryBytes) {
        S3AsyncClient s3 = deployment.clients().s3();
        String bucket = deployment.value(Environment.BUCKET);
        HistoryPorts past = new HistoryPorts(
                new S3Archive(s3, bucket, Backoff.system()),
                new S3RedriveLog(s3, bucket, Backoff.system()),
                new S3Checkpoints(s3, bucket, Backoff.system()),
                deployment.control(CapacityMeter.NONE),
                deployment.inputs());
        CutLog cuts = new S3CutLog(s3, bucket, Backoff.system());
        KinesisAsyncClient kinesis = deployment.clients().kinesis();
        return new TrainParts(
                deployment.catalogs(),
                past,
                new S3TrainingLog(s3, bucket, Backoff.system()),
                cuts,
                new CutMaker(
                        past.control(),
                        past.redrives(),
                        cuts,
                        new KinesisLineage(
                                kinesis,
                                new KinesisStreams(kinesis, InstantSource.system()),
                                deployment.catalogs()::packingOf),
                        System::currentTimeMillis),
                S3MonitorLog.ofModels(s3, bucket, deployment.value(Environment.GENERATION), Backoff.system()),
                QualityReports.of(deployment),
                RunFiles.in(new S3Files(s3, bucket)),
                work,
                deployment.value(Environment.TRAIN_STEP),
                threads,
                Executors.newFixedThreadPool(threads, task -> {
                    Thread thread = new Thread(task, "train");
                    thread.setDaemon(true);
                    return thread;
                }),
                memoryBytes,
                System::currentTimeMillis);
    }

    /** Where files of a run are while it is worked at. */
    Path folder(String run) {
        return work.resolve(run);
    }

    /** Removes a folder with all that is in it. */
    static void remove(Path folder) {
        try (Stream<Path> files = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }
}
