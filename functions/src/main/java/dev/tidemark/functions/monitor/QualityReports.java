package dev.tidemark.functions.monitor;

import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.s3.S3Reader;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.monitor.QualityReport;
import dev.tidemark.core.monitor.QualityServer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.functions.AskedStreams;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import dev.tidemark.functions.Deployment;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;

/**
 * How good models are now, in all windows of their monitors.
 *
 * @param clients what was found of logged vectors
 */
public record QualityReports(
        Catalogs catalogs,
        ItemStore items,
        ControlStore control,
        WaitingCache waiting,
        Baselines baselines,
        ClientSamples clients) {

    /** Of a deployment. */
    public static QualityReports of(Deployment deployment) {
        return new QualityReports(
                deployment.catalogs(),
                deployment.items(CapacityMeter.NONE),
                deployment.control(CapacityMeter.NONE),
                AskedStreams.of(deployment, deployment.clients(), InstantSource.system()),
                Baselines.of(Path.of(deployment.value(Environment.CATALOG)), new S3Reader(deployment.clients()::s3)),
                ClientSamples.of(deployment));
    }

    /** At a moment. How far the fold is, is read once. */
    public At at(long nowMillis) {
        return new At(nowMillis);
    }

    /** Reports of one moment. */
    public final class At {

        private final long nowMillis;
        private final FeatureServer server;
        private final Catalog catalog;

        private At(long nowMillis) {
            ProgressCache progress = new ProgressCache(control, ProgressCache.DEFAULT_MAX_AGE_MILLIS);
            this.nowMillis = nowMillis;
            this.server = new FeatureServer(catalogs, items, progress, waiting);
            this.catalog = catalogs.served(progress.get(nowMillis).join().control());
        }

        /** The catalog that is served. */
        public Catalog catalog() {
            return catalog;
        }

        /**
         * The quality of a model.
         *
         * @param monitor of the served catalog
         * @throws dev.tidemark.core.serve.Unanswerable if it cannot be told
         */
        public QualityReport of(Monitor monitor) {
            QualityServer quality = new QualityServer(
                    (view, names, entities, atMillis) ->
                            server.answer(QueryPlan.of(view, names, atMillis, nowMillis), entities, nowMillis),
                    nowMillis);
            long stale = Objects.requireNonNullElse(
                    catalog.model(monitor.model()).orElseThrow().staleAfterMillis(), QualityServer.USUAL_STALE_MILLIS);
            return quality.report(
                            new QualityServer.Question(monitor, monitor.windows(), null, nowMillis, null),
                            monitor.baseline() instanceof Monitor.TrainingSet set ? baselines.read(set) : null,
                            stale,
                            clients.newest(monitor, nowMillis))
                    .join();
        }
    }
}
