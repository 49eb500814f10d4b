package dev.tidemark.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.oracle.Definitions.Feature;
import dev.tidemark.oracle.Definitions.Horizon;
import dev.tidemark.oracle.Definitions.PairDefinition;
import dev.tidemark.oracle.Definitions.ViewDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which events count in one view, and what became of the others. Each record is judged by itself in this order:
 * readable at all (the same for every view of the source); wanted by the view's {@code where}; event time (too far
 * after arrival, too long before it); entity key; inputs of the features; event id. A value out of bounds matters only
 * to the views that use it. What is left may still be a producer duplicate.
 *
 * <p>Duplicates (rule T3) are judged shard by shard in order of position, a shard after those it came from. An event is
 * dropped if an earlier event of the same entity with the same id counted in the same shard or one that it came from, and
 * the two arrivals lie at most the horizon apart. A dropped event does not start the horizon anew. An event without an id
 * is no duplicate.
 */
final class ViewEvents {

    private static final int MAX_ENTITY_BYTES = 1_024;

    /** Arrivals may go back by this much and an id is still remembered. */
    private static final long REGRESS_MILLIS = 60_000;

    private final ViewDefinition view;
    private final Map<String, List<Event>> byEntity = new TreeMap<>(CanonicalOrder::compareText);
    private final Map<DuplicateKey, List<Long>> countedArrivals = new HashMap<>();
    private final Map<String, List<Long>> idArrivals = new HashMap<>();
    private final List<ViewReport.Quarantined> quarantined = new ArrayList<>();
    private final List<StreamRecord> tooLate = new ArrayList<>();
    private final List<StreamRecord> duplicates = new ArrayList<>();
    private final Map<String, Set<String>> shardAndAncestors = new HashMap<>();
    private final Collection<ShardDescent> descents;
    private final @Nullable Pairs pairs;
    private int folded;
    private int late;
    private int passedBy;

    private record DuplicateKey(String shardId, String entity, String id) {}

    ViewEvents(ViewDefinition view, List<Reading> readings, Collection<ShardDescent> descents) {
        this.view = view;
        this.descents = descents;
        this.pairs = view.pair() == null ? null : new Pairs(view, view.pair(), descents);
        readings.forEach(this::take);
        if (pairs != null) {
            pairs.made().stream()
                    .filter(event -> passes(view.where(), event))
                    .forEach(event -> byEntity.computeIfAbsent(entityOf(event), key -> new ArrayList<>())
                            .add(event));
        }
    }

    /** The events of one entity, in no particular order. */
    List<Event> of(String entity) {
        return byEntity.getOrDefault(entity, List.of());
    }

    /** Entity keys in code point order. */
    List<String> entities() {
        return List.copyOf(byEntity.keySet());
    }

    ViewReport report() {
        return new ViewReport(
                view.name(),
                folded,
                late,
                passedBy,
                quarantined,
                tooLate,
                duplicates,
                pairs == null ? null : pairs.report());
    }

    private void take(Reading reading) {
        if (reading.badReason() != null) {
            quarantined.add(new ViewReport.Quarantined(reading.record(), reading.badReason()));
        } else if (reading.event() != null) {
            try {
                judge(reading.event());
            } catch (BadRecord e) {
                quarantined.add(new ViewReport.Quarantined(reading.record(), e.reason()));
            }
        }
    }

    private void judge(Event event) {
        PairDefinition pair = view.pair();
        boolean isLeft = pair != null && passes(pair.left(), event);
        if (pair == null ? !passes(view.where(), event) : !isLeft && !passes(pair.right(), event)) {
            passedBy++;
            return;
        }
        if (event.statedMillis() == Event.NO_TIME) {
            throw new BadRecord(BadRecord.NO_EVENT_TIME);
        }
        long aheadMillis = event.statedMillis() - event.record().arrivalMillis();
        if (aheadMillis > view.skewMillis()) {
            throw new BadRecord(BadRecord.FAR_FUTURE);
        }
        Definitions.Within within = view.within();
        boolean isBeyond = within != null
                && event.moment(within.timeField(), within.timeFormat()) - event.statedMillis() > within.millis();
        if (-aheadMillis > view.retentionMillis() || isBeyond) {
            tooLate.add(event.record());
            return;
        }
        if (pair != null && pairs != null) {
            takeHalf(pairs, event, isLeft, keyOf(event, isLeft ? pair.leftKey() : pair.rightKey()));
            return;
        }
        String entity = entityOf(event);
        view.features().forEach(feature -> checkInputs(feature, event));
        if (view.duplicates() != null && isDuplicate(view.duplicates(), event, entity)) {
            duplicates.add(event.record());
            return;
        }
        count(event);
        byEntity.computeIfAbsent(entity, key -> new ArrayList<>()).add(event);
    }

    /**
     * A half must carry what its side owes to any pair: each condition that reads this side alone must be decidable, the inputs
     * must suit of all features but those whose condition it fails by itself, and its parts of the entity must be there. One that
     * fails the view's condition by itself owes nothing.
     */
    private void takeHalf(Pairs made, Event event, boolean isLeft, String key) {
        String side = isLeft ? "left" : "right";
        Event alone = event.alone(side);
        if (!isOwn(side, view.where()) || passes(view.where(), alone)) {
            checkOwed(alone, side);
        }
        if (made.take(event, isLeft, key) == Pairs.Fate.DUPLICATE) {
            duplicates.add(event.record());
        } else {
            count(event);
        }
    }

    private void checkOwed(Event alone, String side) {
        for (Feature feature : view.features()) {
            boolean mayPass = !isOwn(side, feature.where()) || passes(feature.where(), alone);
            if (mayPass || feature.function().equals("ratio")) {
                checkInputs(feature, alone, path -> isOf(side, path));
            }
        }
        keyOf(alone, view.entity().stream().filter(path -> isOf(side, path)).toList());
    }

    private static boolean isOwn(String side, @Nullable Expression where) {
        return where != null && where.paths().stream().allMatch(path -> isOf(side, path));
    }

    private static boolean isOf(String side, String path) {
        return path.startsWith(side + ".");
    }

    /** What cannot be decided of a pair does not hold, because each half by itself was good. */
    static boolean passes(@Nullable Expression where, Event event) {
        try {
            return where == null || where.test(event::expressionValue);
        } catch (Expression.Undefined e) {
            if (event.isPair()) {
                return false;
            }
            throw new BadRecord(BadRecord.FILTER_FAILED);
        }
    }

    private String entityOf(Event event) {
        return keyOf(event, view.entity());
    }

    private static String keyOf(Event event, List<String> paths) {
        List<String> parts = new ArrayList<>();
        for (String path : paths) {
            JsonNode value = event.usable(path);
            if (value == null || (value.isTextual() && value.textValue().isEmpty())) {
                throw new BadRecord(BadRecord.MISSING_FIELD);
            }
            if (!value.isTextual() && !value.isNumber()) {
                throw new BadRecord(BadRecord.MISTYPED_FIELD);
            }
            parts.add(escape(CanonicalOrder.text(value)));
        }
        String entity = String.join("|", parts);
        if (entity.getBytes(StandardCharsets.UTF_8).length > MAX_ENTITY_BYTES) {
            throw new BadRecord(BadRecord.VALUE_OUT_OF_BOUNDS);
        }
        return entity;
    }

    private static String escape(String part) {
        return part.replace("\\", "\\\\").replace("|", "\\|");
    }

    private void count(Event event) {
        folded++;
        late += view.rungs().isEarlierHop(event.timeMillis(), event.record().arrivalMillis()) ? 1 : 0;
    }

    private static void checkInputs(Feature feature, Event event) {
        // The where of a ratio only tells the hits: its groups are about all events.
        if (passes(feature.where(), event) || feature.function().equals("ratio")) {
            checkInputs(feature, event, path -> true);
        }
    }

    /** @param owes which fields the event must have */
    private static void checkInputs(Feature feature, Event event, Predicate<String> owes) {
        String input = feature.input();
        if (input != null && owes.test(input)) {
            boolean isThere = event.hasInput(input, FeatureValues.inputType(feature));
            if (!isThere && !feature.optional() && !feature.function().equals("profile")) {
                throw new BadRecord(BadRecord.MISSING_FIELD);
            }
        }
        String other = QualityValues.otherField(feature);
        if (other != null && event.scalar(other, FeatureValues.inputType(feature)) == null && !feature.optional()) {
            throw new BadRecord(BadRecord.MISSING_FIELD);
        }
        String label = QualityValues.labelField(feature);
        if (label != null && owes.test(label)) {
            if (event.scalar(label, QualityValues.labelType(feature)) == null && !feature.optional()) {
                throw new BadRecord(BadRecord.MISSING_FIELD);
            }
        }
        if (feature.groupBy() != null && owes.test(feature.groupBy().field())) {
            event.scalar(feature.groupBy().field(), "any"); // An event without a group is one of the others.
        }
    }

    private boolean isDuplicate(Horizon horizon, Event event, String entity) {
        String path = Objects.requireNonNull(view.source().eventId(), "drop_duplicates without an event_id");
        JsonNode id = event.usable(path);
        if (id == null) {
            return false;
        }
        if (!id.isTextual() && !id.isNumber()) {
            throw new BadRecord(BadRecord.MISTYPED_FIELD);
        }
        String shardId = event.record().shardId();
        long arrival = event.record().arrivalMillis();
        for (String shard : shardAndAncestors.computeIfAbsent(shardId, this::withAncestors)) {
            List<Long> arrivals =
                    countedArrivals.getOrDefault(new DuplicateKey(shard, entity, CanonicalOrder.text(id)), List.of());
            if (arrivals.stream().anyMatch(earlier -> Math.abs(arrival - earlier) <= horizon.horizonMillis())) {
                return true;
            }
        }
        countedArrivals
                .computeIfAbsent(new DuplicateKey(shardId, entity, CanonicalOrder.text(id)), key -> new ArrayList<>())
                .add(arrival);
        List<Long> remembered = idArrivals.computeIfAbsent(shardId + "/" + entity, key -> new ArrayList<>());
        remembered.removeIf(earlier -> earlier < arrival - horizon.horizonMillis() - REGRESS_MILLIS);
        remembered.add(arrival);
        if (remembered.size() > horizon.maxIds()) {
            // The fold forgets the oldest ids beyond max_ids, and may count a duplicate.
            throw new UnsupportedOperationException("entity '" + entity + "' of view '" + view.name()
                    + "' has more ids within the horizon than max_ids, " + horizon.maxIds()
                    + "; the oracle answers only below it");
        }
        return false;
    }

    private Set<String> withAncestors(String shardId) {
        Set<String> shards = ShardDescent.ancestors(view.source().stream(), shardId, descents);
        shards.add(shardId);
        return shards;
    }
}
