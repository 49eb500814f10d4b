package dev.tidemark.functions.ingest;

import dev.tidemark.aws.lambda.Mapping;
import dev.tidemark.aws.lambda.Mappings;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.Metric;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Checks whether the mapping that calls this function keeps rule F1: at the first batch of a sandbox and every ten
 * minutes, because somebody may change it (every minute while it breaks the rule). Under a mapping that would lose
 * records no batch is folded: an exception, the one answer that every mapping respects, leaves them in the stream. A
 * failed check does not stop the fold. Thread-safe.
 */
public final class MappingCheck {

    static final long MAX_AGE_MILLIS = 600_000;

    static final long MAX_AGE_OF_BROKEN_MILLIS = 60_000;

    private static final String STREAM = "stream";

    private static final System.Logger LOG = System.getLogger(MappingCheck.class.getName());

    /** Finds the mappings from an event source (second) to a function (first). */
    @FunctionalInterface
    public interface Directory {
        CompletableFuture<List<Mapping>> find(String functionArn, String eventSourceArn);
    }

    private final Directory directory;
    private final PrintStream out;
    private final LongSupplier clockMillis;
    private final Map<String, Checked> bySource = new ConcurrentHashMap<>();

    private record Checked(long atMillis, CompletableFuture<Void> result) {

        boolean isFresh(long nowMillis) {
            return nowMillis - atMillis
                    < (result.isCompletedExceptionally() ? MAX_AGE_OF_BROKEN_MILLIS : MAX_AGE_MILLIS);
        }
    }

    /** @param out where a line is printed for each mapping that breaks the rule; it is also a metric */
    public MappingCheck(Directory directory, PrintStream out, LongSupplier clockMillis) {
        this.directory = directory;
        this.out = out;
        this.clockMillis = clockMillis;
    }

    /** Asks Lambda, by a client that is made at the first batch. */
    public static MappingCheck of(Deployment deployment) {
        return new MappingCheck(
                (function, source) -> new Mappings(deployment.clients().lambda()).find(function, source),
                System.out,
                System::currentTimeMillis);
    }

    /** Without a Lambda to ask. */
    public static MappingCheck none() {
        return new MappingCheck(
                (function, source) -> CompletableFuture.completedFuture(List.of()), System.out, () -> 0);
    }

    /** Completes with an {@link IllegalStateException} if folding would lose records. */
    public CompletableFuture<Void> check(String functionArn, String eventSourceArn) {
        long now = clockMillis.getAsLong();
        return bySource.compute(
                        eventSourceArn,
                        (source, known) -> known != null && known.isFresh(now)
                                ? known
                                : new Checked(now, look(functionArn, source)))
                .result();
    }

    private CompletableFuture<Void> look(String functionArn, String eventSourceArn) {
        return directory
                .find(functionArn, eventSourceArn)
                .exceptionally(failure -> {
                    LOG.log(
                            Level.WARNING,
                            "The mapping of {0} could not be looked up, so its settings (rule F1) are not checked;"
                                    + " allow lambda:ListEventSourceMappings: {1}",
                            eventSourceArn,
                            failure.getMessage());
                    return List.of();
                })
                .thenAccept(mappings -> mappings.forEach(mapping -> judge(eventSourceArn, mapping)));
    }

    private void judge(String eventSourceArn, Mapping mapping) {
        List<MappingRules.Breach> breaches = MappingRules.breaches(mapping);
        if (!breaches.isEmpty()) {
            print(eventSourceArn, mapping, breaches);
        }
        if (breaches.stream().anyMatch(MappingRules.Breach::folding)) {
            throw new IllegalStateException("nothing is folded: event source mapping " + mapping.id() + " "
                    + breaches.stream()
                            .filter(MappingRules.Breach::folding)
                            .map(MappingRules.Breach::words)
                            .toList());
        }
    }

    private void print(String eventSourceArn, Mapping mapping, List<MappingRules.Breach> breaches) {
        long nowMillis = clockMillis.getAsLong();
        out.println(LogLine.of(nowMillis, LogLine.Level.ERROR, "the event source mapping breaks rule F1", line -> {
            line.text(STREAM, streamName(eventSourceArn));
            line.text("mapping", mapping.id());
            line.dimensions(STREAM);
            line.metric(Metric.MAPPING_BREACHES, breaches.size());
            line.texts(
                    "breaches",
                    breaches.stream().map(MappingRules.Breach::words).toList());
        }));
    }

    /** A stream's, or that of a consumer of a stream: {@code …:stream/name/consumer/…}. */
    private static String streamName(String eventSourceArn) {
        String[] parts = eventSourceArn.split("/", 3);
        return parts.length > 1 ? parts[1] : eventSourceArn;
    }
}
