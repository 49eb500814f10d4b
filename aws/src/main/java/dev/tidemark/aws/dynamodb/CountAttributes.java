package dev.tidemark.aws.dynamodb;

import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.event.InvalidEvent;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The counts of a lane row as DynamoDB attributes: one map per view, in which a count of zero is left out, because a lane
 * row is written with every batch and DynamoDB charges for every byte.
 */
final class CountAttributes {

    private static final String FOLDED = "f";
    private static final String FILTERED = "w";
    private static final String TOO_LATE = "t";
    private static final String LATE = "l";
    private static final String DUPLICATES = "d";
    private static final String BEFORE_SEAM = "sb";
    private static final String AFTER_SEAM = "sa";
    private static final String LEFTS = "pl";
    private static final String PAIRED = "pp";
    private static final String SUPERSEDED = "ps";
    private static final String OUTCOME_LATE = "po";
    private static final String WAITING = "pw";
    private static final String OVERFLOWN = "pv";
    private static final String TAKEN = "pt";

    private CountAttributes() {}

    /** Views without counts are left out too. */
    static Map<String, AttributeValue> encode(Map<String, ViewCounts> ofViews) {
        Map<String, AttributeValue> attributes = new TreeMap<>();
        ofViews.forEach((version, counts) -> {
            Map<String, AttributeValue> ofView = encode(counts);
            if (!ofView.isEmpty()) {
                attributes.put(version, AttributeValue.fromM(ofView));
            }
        });
        return attributes;
    }

    static Map<String, ViewCounts> decode(Map<String, AttributeValue> attributes) {
        Map<String, ViewCounts> ofViews = new TreeMap<>();
        attributes.forEach((version, counts) -> ofViews.put(version, decodeOne(counts.m())));
        return ofViews;
    }

    private static Map<String, AttributeValue> encode(ViewCounts counts) {
        Map<String, AttributeValue> attributes = new TreeMap<>();
        put(attributes, FOLDED, counts.folded());
        put(attributes, FILTERED, counts.filtered());
        put(attributes, TOO_LATE, counts.tooLate());
        put(attributes, LATE, counts.late());
        put(attributes, DUPLICATES, counts.duplicates());
        put(attributes, BEFORE_SEAM, counts.beforeSeam());
        put(attributes, AFTER_SEAM, counts.afterSeam());
        counts.quarantined().forEach((reason, count) -> put(attributes, name(reason), count));
        put(attributes, LEFTS, counts.pairs().lefts());
        put(attributes, PAIRED, counts.pairs().paired());
        put(attributes, SUPERSEDED, counts.pairs().superseded());
        put(attributes, OUTCOME_LATE, counts.pairs().outcomeLate());
        put(attributes, WAITING, counts.pairs().waiting());
        put(attributes, OVERFLOWN, counts.pairs().overflown());
        put(attributes, TAKEN, counts.pairs().taken());
        return attributes;
    }

    private static void put(Map<String, AttributeValue> attributes, String name, long count) {
        if (count != 0) {
            attributes.put(name, ControlAttributes.number(count));
        }
    }

    private static ViewCounts decodeOne(Map<String, AttributeValue> attributes) {
        Map<InvalidEvent.Reason, Long> quarantined = new EnumMap<>(InvalidEvent.Reason.class);
        for (InvalidEvent.Reason reason : InvalidEvent.Reason.values()) {
            quarantined.put(reason, count(attributes, name(reason)));
        }
        return new ViewCounts(
                count(attributes, FOLDED),
                count(attributes, FILTERED),
                count(attributes, TOO_LATE),
                count(attributes, LATE),
                count(attributes, DUPLICATES),
                quarantined,
                new PairCounts(
                        count(attributes, LEFTS),
                        count(attributes, PAIRED),
                        count(attributes, SUPERSEDED),
                        count(attributes, OUTCOME_LATE),
                        count(attributes, WAITING),
                        count(attributes, OVERFLOWN),
                        count(attributes, TAKEN)),
                count(attributes, BEFORE_SEAM),
                count(attributes, AFTER_SEAM));
    }

    private static long count(Map<String, AttributeValue> attributes, String name) {
        AttributeValue value = attributes.get(name);
        return value == null ? 0 : Long.parseLong(value.n());
    }

    /** Two letters each; a new reason needs new ones. */
    private static String name(InvalidEvent.Reason reason) {
        return switch (reason) {
            case NOT_JSON -> "qj";
            case TOO_LARGE -> "ql";
            case MISSING_FIELD -> "qm";
            case MISTYPED_FIELD -> "qt";
            case VALUE_OUT_OF_BOUNDS -> "qb";
            case NO_EVENT_TIME -> "qn";
            case FAR_FUTURE -> "qf";
            case FILTER_FAILED -> "qw";
            case OUTSIDE_SHARD -> "qo";
            case TOO_MANY_SUBRECORDS -> "qs";
            case NOT_DECODED -> "qd";
        };
    }
}
