package dev.tidemark.cdk;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@link TidemarkFeatures} deploys.
 *
 * @param catalog the definitions (docs/catalog.md)
 * @param nextCatalog those that are to take their place (docs/changing-views.md); null while nothing is being changed
 * @param functionJar functions/target/tidemark-functions.jar, as {@code ./mvnw -pl functions,learning -am package} makes it
 * @param learningJar learning/target/tidemark-learning.jar, made beside it; null where no models are trained
 * @param streams what is folded, at most {@value #MAX_STREAMS}; the stack creates none but the first
 * @param settings how
 */
public record FeaturesProps(
        Path catalog,
        @Nullable Path nextCatalog,
        Path functionJar,
        @Nullable Path learningJar,
        List<FeatureStream> streams,
        Settings settings) {

    /** As many as infra/template.yaml has parameters for. */
    public static final int MAX_STREAMS = 8;

    public FeaturesProps {
        Objects.requireNonNull(catalog, "catalog");
        Objects.requireNonNull(functionJar, "functionJar");
        streams = List.copyOf(streams);
        Objects.requireNonNull(settings, "settings");
        if (streams.isEmpty() || streams.size() > MAX_STREAMS) {
            throw new IllegalArgumentException(streams.size() + " streams are given: give 1 to " + MAX_STREAMS);
        }
        streams.stream()
                .skip(1)
                .filter(FeatureStream.Created.class::isInstance)
                .findFirst()
                .ifPresent(created -> {
                    throw new IllegalArgumentException("The stack creates its first stream only: create "
                            + ((FeatureStream.Created) created).name()
                            + " in the app, and give it as FeatureStream.Given");
                });
    }

    /** Nothing is being changed or trained, and the template's defaults hold. */
    public FeaturesProps(Path catalog, Path functionJar, FeatureStream... streams) {
        this(catalog, null, functionJar, null, List.of(streams), Settings.DEFAULTS);
    }

    public FeaturesProps withNextCatalog(Path next) {
        return new FeaturesProps(catalog, next, functionJar, learningJar, streams, settings);
    }

    public FeaturesProps withSettings(Settings changed) {
        return new FeaturesProps(catalog, nextCatalog, functionJar, learningJar, streams, changed);
    }

    /** Models are trained again: by the step whose ARN is {@code TrainStepArn} among the settings. */
    public FeaturesProps withLearningJar(Path jar) {
        return new FeaturesProps(catalog, nextCatalog, functionJar, jar, streams, settings);
    }

    /**
     * Parameters of infra/template.yaml, which has their bounds. What is null or absent stays a parameter of the stack with
     * the template's default; what is given is fixed in the synthesized template, so that a later deployment cannot keep an
     * older value.
     *
     * @param batchSize most records of one invocation of the ingest function
     * @param batchingWindowSeconds how long a batch may wait to fill
     * @param apiRequestsPerSecond steady rate above which the API answers 429
     * @param apiBurst burst above that rate
     * @param logRetentionDays how long logs are kept
     * @param others all other parameters, by the template's names; not those of the streams
     */
    public record Settings(
            @Nullable Integer batchSize,
            @Nullable Integer batchingWindowSeconds,
            @Nullable Integer apiRequestsPerSecond,
            @Nullable Integer apiBurst,
            @Nullable Integer logRetentionDays,
            Map<String, String> others) {

        public static final Settings DEFAULTS = new Settings(null, null, null, null, null, Map.of());

        public Settings {
            others = Map.copyOf(others);
        }

        public Settings withBatches(int size, int windowSeconds) {
            return new Settings(size, windowSeconds, apiRequestsPerSecond, apiBurst, logRetentionDays, others);
        }

        public Settings withRequests(int perSecond, int burst) {
            return new Settings(batchSize, batchingWindowSeconds, perSecond, burst, logRetentionDays, others);
        }

        public Settings withLogRetentionDays(int days) {
            return new Settings(batchSize, batchingWindowSeconds, apiRequestsPerSecond, apiBurst, days, others);
        }

        public Settings withOthers(Map<String, String> parameters) {
            return new Settings(
                    batchSize, batchingWindowSeconds, apiRequestsPerSecond, apiBurst, logRetentionDays, parameters);
        }

        /** By the template's names, without those that are not given. */
        Map<String, String> parameters() {
            Map<String, String> all = new HashMap<>(others);
            put(all, "BatchSize", batchSize);
            put(all, "BatchingWindowSeconds", batchingWindowSeconds);
            put(all, "ApiRequestsPerSecond", apiRequestsPerSecond);
            put(all, "ApiBurst", apiBurst);
            put(all, "LogRetentionDays", logRetentionDays);
            return all;
        }

        private static void put(Map<String, String> all, String name, @Nullable Integer value) {
            if (value == null) {
                return;
            }
            if (all.put(name, value.toString()) != null) {
                throw new IllegalArgumentException(
                        name + " is given twice, as a setting and among the others: give it once");
            }
        }
    }
}
