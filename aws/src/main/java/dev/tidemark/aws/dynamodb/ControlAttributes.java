package dev.tidemark.aws.dynamodb;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.WarmUp;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rows of the control table as DynamoDB attributes. All lane rows share a partition key, so that one Query lists
 * them; the control row has its own.
 */
final class ControlAttributes {

    static final String PARTITION_KEY = "pk";
    static final String SORT_KEY = "sk";
    static final String REV = "r";

    static final AttributeValue LANES = AttributeValue.fromS("lane");
    private static final AttributeValue CONTROL = AttributeValue.fromS("control");

    private static final String FORMAT = "f";
    private static final String GENERATION = "g";
    private static final String VIEWS = "v";
    private static final String PHASE = "p";
    private static final String STREAM_ARN = "s";
    private static final String STREAM_CREATED = "t";
    private static final String SHARD = "h";
    private static final String LAST = "l";
    private static final String COUNT = "c";
    private static final String MAX_ARRIVAL = "a";
    private static final String COUNTS = "n";

    /** Absent until known. */
    private static final String ANCESTORS = "p";

    /** 1 if true, otherwise absent. */
    private static final String AWAITS_OVERLAP = "o";

    private static final String ENDED = "e";

    /** Absent if nothing warms up or did. */
    private static final String WARM_UPS = "w";

    private static final String WARM_UNTIL = "u";

    /** Absent until known. */
    private static final String WARM_END = "e";

    /** Absent without a restore; the second also without a target. */
    private static final String RESTORED_FROM = "k";

    private static final String RESTORED_TO = "u";

    /** Raised when an attribute changes its meaning. */
    private static final long FORMAT_VERSION = 1;

    private ControlAttributes() {}

    static Map<String, AttributeValue> controlKey() {
        return Map.of(PARTITION_KEY, CONTROL, SORT_KEY, CONTROL);
    }

    static Map<String, AttributeValue> laneKey(Lane lane) {
        return Map.of(PARTITION_KEY, LANES, SORT_KEY, AttributeValue.fromS(lane.id()));
    }

    static Map<String, AttributeValue> encode(ControlRow row) {
        Map<String, AttributeValue> attributes = new TreeMap<>(controlKey());
        attributes.put(FORMAT, number(FORMAT_VERSION));
        attributes.put(REV, number(row.rev()));
        attributes.put(GENERATION, AttributeValue.fromS(row.generation()));
        attributes.put(PHASE, AttributeValue.fromS(row.phase().name()));
        attributes.put(VIEWS, map(row.views(), ControlRow.ViewStatus::name));
        ControlRow.Restore restore = row.restore();
        if (restore != null) {
            attributes.put(RESTORED_FROM, AttributeValue.fromS(restore.checkpointId()));
            if (restore.targetMillis() != null) {
                attributes.put(RESTORED_TO, number(restore.targetMillis()));
            }
        }
        return attributes;
    }

    static Map<String, AttributeValue> encode(LaneRow row) {
        Map<String, AttributeValue> attributes = new TreeMap<>(laneKey(row.lane()));
        attributes.put(FORMAT, number(FORMAT_VERSION));
        attributes.put(REV, number(row.rev()));
        attributes.put(STREAM_ARN, AttributeValue.fromS(row.lane().streamArn()));
        attributes.put(STREAM_CREATED, number(row.lane().streamCreatedMillis()));
        attributes.put(SHARD, AttributeValue.fromS(row.lane().shardId()));
        attributes.put(LAST, AttributeValue.fromS(row.last().text()));
        attributes.put(COUNT, number(row.count()));
        attributes.put(MAX_ARRIVAL, number(row.maxArrivalMillis()));
        attributes.put(GENERATION, AttributeValue.fromS(row.generation()));
        attributes.put(VIEWS, map(row.views(), Position::text));
        Map<String, AttributeValue> counts = CountAttributes.encode(row.counts());
        if (!counts.isEmpty()) {
            attributes.put(COUNTS, AttributeValue.fromM(counts));
        }
        if (row.ancestors() != null) {
            Map<String, AttributeValue> ancestors = new TreeMap<>();
            row.ancestors().forEach((lane, arrival) -> ancestors.put(lane, number(arrival)));
            attributes.put(ANCESTORS, AttributeValue.fromM(ancestors));
        }
        if (row.awaitsOverlap()) {
            attributes.put(AWAITS_OVERLAP, number(1));
        }
        if (row.ended()) {
            attributes.put(ENDED, number(1));
        }
        if (!row.warmUps().isEmpty()) {
            attributes.put(WARM_UPS, encodeWarmUps(row.warmUps()));
        }
        return attributes;
    }

    static ControlRow decodeControl(Map<String, AttributeValue> attributes) {
        checkFormat(attributes);
        return new ControlRow(
                number(attributes, REV),
                text(attributes, GENERATION),
                ControlRow.Phase.valueOf(text(attributes, PHASE)),
                views(attributes, ControlRow.ViewStatus::valueOf),
                restore(attributes));
    }

    static LaneRow decodeLane(Map<String, AttributeValue> attributes) {
        checkFormat(attributes);
        Lane lane = new Lane(text(attributes, STREAM_ARN), number(attributes, STREAM_CREATED), text(attributes, SHARD));
        return new LaneRow(
                lane,
                number(attributes, REV),
                Position.parse(text(attributes, LAST)),
                number(attributes, COUNT),
                number(attributes, MAX_ARRIVAL),
                text(attributes, GENERATION),
                views(attributes, Position::parse),
                attributes.containsKey(COUNTS)
                        ? CountAttributes.decode(attributes.get(COUNTS).m())
                        : Map.of(),
                ancestors(attributes.get(ANCESTORS)),
                attributes.containsKey(AWAITS_OVERLAP),
                attributes.containsKey(ENDED),
                decodeWarmUps(attributes.get(WARM_UPS)));
    }

    private static AttributeValue encodeWarmUps(Map<String, WarmUp> warmUps) {
        Map<String, AttributeValue> attributes = new TreeMap<>();
        warmUps.forEach((version, warmUp) -> {
            Map<String, AttributeValue> one = new TreeMap<>();
            one.put(WARM_UNTIL, number(warmUp.untilMillis()));
            if (warmUp.end() != null) {
                one.put(WARM_END, AttributeValue.fromS(warmUp.end().text()));
            }
            attributes.put(version, AttributeValue.fromM(one));
        });
        return AttributeValue.fromM(attributes);
    }

    private static Map<String, WarmUp> decodeWarmUps(@Nullable AttributeValue stored) {
        Map<String, WarmUp> warmUps = new TreeMap<>();
        if (stored != null) {
            stored.m().forEach((version, one) -> {
                AttributeValue end = one.m().get(WARM_END);
                warmUps.put(
                        version, new WarmUp(number(one.m(), WARM_UNTIL), end == null ? null : Position.parse(end.s())));
            });
        }
        return warmUps;
    }

    private static ControlRow.@Nullable Restore restore(Map<String, AttributeValue> attributes) {
        AttributeValue from = attributes.get(RESTORED_FROM);
        AttributeValue target = attributes.get(RESTORED_TO);
        return from == null ? null : new ControlRow.Restore(from.s(), target == null ? null : Long.valueOf(target.n()));
    }

    static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    /** In key order, so that equal rows have equal attributes down to their text. */
    private static <T> AttributeValue map(Map<String, T> values, Function<T, String> text) {
        Map<String, AttributeValue> attributes = new TreeMap<>();
        values.forEach((key, value) -> attributes.put(key, AttributeValue.fromS(text.apply(value))));
        return AttributeValue.fromM(attributes);
    }

    private static <T> Map<String, T> views(Map<String, AttributeValue> attributes, Function<String, T> parse) {
        return attribute(attributes, VIEWS).m().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> parse.apply(entry.getValue().s())));
    }

    private static @Nullable Map<String, Long> ancestors(@Nullable AttributeValue stored) {
        return stored == null
                ? null
                : stored.m().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                entry -> Long.parseLong(entry.getValue().n())));
    }

    private static String text(Map<String, AttributeValue> attributes, String name) {
        return attribute(attributes, name).s();
    }

    private static long number(Map<String, AttributeValue> attributes, String name) {
        return Long.parseLong(attribute(attributes, name).n());
    }

    private static AttributeValue attribute(Map<String, AttributeValue> attributes, String name) {
        AttributeValue value = attributes.get(name);
        if (value == null) {
            throw new IllegalStateException(
                    "The control table's row " + attributes.get(SORT_KEY) + " has no attribute '" + name
                            + "', so something other than Tidemark wrote it. Restore the table.");
        }
        return value;
    }

    private static void checkFormat(Map<String, AttributeValue> attributes) {
        long format = number(attributes, FORMAT);
        if (format != FORMAT_VERSION) {
            throw new IllegalStateException("The control table's row " + attributes.get(SORT_KEY) + " has format "
                    + format + ", and this version of Tidemark reads format " + FORMAT_VERSION
                    + " only. Deploy the version that wrote it, or a later one.");
        }
    }
}
