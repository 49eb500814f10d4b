package dev.tidemark.samplesevents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.ViewReport;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The expected answers of a sample, as a file: what became of the records in each view, and every value of some
 * entities at some moments, as the oracle computes them from the records as generated.
 */
final class ExpectedAnswers {

    /** The busiest entities, some others by rank, and one that nobody has heard of. */
    private static final int[] RANKS = {0, 1, 4, 24};

    private static final String UNKNOWN = "nobody";

    /** Back from the end of the stream. The odd milliseconds keep the moments off the tile boundaries. */
    private static final long[] BACK_MILLIS = {0, 97 * 60_000L + 1_234, 5 * 3_600_000L + 777};

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final DefaultPrettyPrinter PRETTY =
            new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));

    private final Oracle oracle;
    private final List<SampleEvent> events;

    ExpectedAnswers(Sample sample, String catalog, List<SampleEvent> events) {
        this.events = events;
        this.oracle = new Oracle(catalog, SampleReplay.asGenerated(sample, events));
    }

    String toJson() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("events", events.size());
        root.put("start", Instant.ofEpochMilli(SampleEvent.START_MILLIS).toString());
        root.put("end", Instant.ofEpochMilli(SampleReplay.endMillis(events)).toString());
        ObjectNode reports = root.putObject("views");
        ArrayNode answers = root.putArray("answers");
        for (String view : oracle.views()) {
            report(oracle.report(view), reports.putObject(view));
            for (String entity : chosenEntities(view)) {
                moments().stream()
                        .limit(isOfMonitor(view) ? 1 : BACK_MILLIS.length)
                        .forEach(at -> answers.add(oracle.answer(view, entity, at)));
            }
        }
        try {
            return JSON.writer(PRETTY).writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can always be written", e);
        }
    }

    /** Its values are large, and one moment shows them all. */
    private static boolean isOfMonitor(String view) {
        return view.contains("$");
    }

    /** Those that lie in the stream. */
    private List<Long> moments() {
        return Arrays.stream(BACK_MILLIS)
                .mapToObj(back -> SampleReplay.endMillis(events) - back)
                .filter(at -> at >= SampleEvent.START_MILLIS)
                .toList();
    }

    private static void report(ViewReport report, ObjectNode json) {
        json.put("folded", report.folded());
        json.put("passed_by", report.passedBy());
        json.put("too_late", report.tooLate().size());
        json.put("duplicates", report.duplicates().size());
        Map<String, Integer> reasons = new TreeMap<>();
        report.quarantined().forEach(bad -> reasons.merge(bad.reason(), 1, Integer::sum));
        ObjectNode quarantined = json.putObject("quarantined");
        reasons.forEach(quarantined::put);
    }

    /** What a clock that runs ahead tells is cut off at the arrival, so it depends on the pace of the replay. */
    private static boolean hasRightClock(String entity) {
        return !entity.equals(ShopEvents.FAST_CLOCK_USER) && !entity.startsWith(ShopEvents.FAST_CLOCK_USER + "|");
    }

    private Set<String> chosenEntities(String view) {
        List<String> byEvents = oracle.entities(view).stream()
                .filter(ExpectedAnswers::hasRightClock)
                .sorted(Comparator.comparingInt((String entity) -> oracle.eventCount(view, entity))
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        Set<String> chosen = new LinkedHashSet<>();
        for (int rank : RANKS) {
            if (rank < byEvents.size()) {
                chosen.add(byEvents.get(rank));
            }
        }
        chosen.add(UNKNOWN);
        return chosen;
    }
}
