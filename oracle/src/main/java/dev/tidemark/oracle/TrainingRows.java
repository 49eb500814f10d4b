package dev.tidemark.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which predictions with their labels a model learns from, as docs/semantics.md defines it: from all records at once, with
 * everything remembered, prediction by prediction. Predictions are {@code {"type": "prediction", "id", "ts", "model"}},
 * outcomes {@code {"type": "outcome", "prediction", "ts", "label"}}; times in milliseconds.
 *
 * <p>Beyond its means: shards that were merged.
 */
public final class TrainingRows {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final BigDecimal YES = BigDecimal.ONE;
    private static final BigDecimal NO = BigDecimal.ZERO;

    /**
     * How the model is trained.
     *
     * @param earlyMillis how long before its prediction an outcome may happen
     * @param withinMillis how long after it
     * @param retentionMillis how late a record may arrive
     * @param skewMillis how far ahead of its arrival its time may be
     * @param isLast whether the last outcome counts, by its time; else the first that came
     * @param isBinary whether labels are yes or no
     * @param isAbsent whether a prediction without a yes is a no
     * @param horizonMillis how long an outcome may take
     * @param isMatured whether every row waits for the horizon
     * @param yes which share of the rows with another label than 0 is kept
     * @param no which share of the others
     */
    public record Rules(
            String model,
            long earlyMillis,
            long withinMillis,
            long retentionMillis,
            long skewMillis,
            boolean isLast,
            boolean isBinary,
            boolean isAbsent,
            long horizonMillis,
            boolean isMatured,
            double yes,
            double no,
            long lastMillis,
            long holdoutMillis) {

        private long reachMillis() {
            return earlyMillis + withinMillis + retentionMillis;
        }

        private double share(BigDecimal label) {
            return label.signum() == 0 ? no : yes;
        }
    }

    /** A payload that takes a record's place, by a redrive. */
    @SuppressWarnings("ArrayRecordComponent") // As in StreamRecord.
    public record Repair(long redrive, long timeMillis, String shardId, String sequenceNumber, byte[] data) {}

    /**
     * A line through the log.
     *
     * @param upTo by shard, the sequence number of its last record; other shards have none
     * @param lastRedrive the number of the last redrive
     */
    public record Cut(Map<String, String> upTo, long lastRedrive) {}

    /**
     * A prediction with its label.
     *
     * @param knownMillis when the label became known, by the record in the shard and at the number that follow
     * @param split train or holdout; empty for changes
     */
    public record Row(
            String id,
            long atMillis,
            BigDecimal label,
            long knownMillis,
            String shardId,
            String sequenceNumber,
            String split,
            double share) {

        private static final Comparator<Row> ORDER = Comparator.comparingLong(Row::knownMillis)
                .thenComparing(Row::shardId)
                .thenComparing(row -> new BigInteger(row.sequenceNumber()))
                .thenComparing(Row::id)
                .thenComparingLong(Row::atMillis);
    }

    /** A row that differs, and how: new, revised or removed. */
    public record Change(String change, Row row) {}

    /**
     * The set of a cut.
     *
     * @param leftOut by reason how many predictions of the set's time are no rows
     */
    public record Result(List<Row> rows, Map<String, Integer> leftOut) {}

    /** When a record became known. */
    public record Known(String sequenceNumber, long knownMillis) {}

    private record Key(String id, long atMillis) {}

    /** A record that a view of pairs takes. */
    private record Half(
            StreamRecord record,
            boolean isLeft,
            String id,
            long timeMillis,
            long knownMillis,
            boolean isOurs,
            @Nullable BigDecimal label) {}

    /** A prediction that counts with its label so far; null without one. */
    private record Labelled(Half left, @Nullable BigDecimal label, Half by) {}

    private final Rules rules;
    private final Collection<ShardDescent> descents;
    private final ToDoubleFunction<String> fraction;
    private final Map<String, Set<String>> lines = new HashMap<>();
    private final List<Labelled> labelled = new ArrayList<>();
    private final Map<String, List<Known>> known = new TreeMap<>();
    private final Map<String, Long> newestByShard = new HashMap<>();
    private long toMillis = Long.MIN_VALUE;

    /**
     * @param records all of the stream, also those after the cut, each once
     * @param repairs also those after the cut
     * @param fraction where in [0, 1) a sample has an id
     */
    public TrainingRows(
            Rules rules,
            Collection<StreamRecord> records,
            Collection<ShardDescent> descents,
            Collection<Repair> repairs,
            Cut cut,
            ToDoubleFunction<String> fraction) {
        this.rules = rules;
        this.descents = descents;
        this.fraction = fraction;
        Map<String, List<Half>> byId = new LinkedHashMap<>();
        for (Half half : halves(records, repairs, cut)) {
            byId.computeIfAbsent(half.id(), id -> new ArrayList<>()).add(half);
        }
        Map<Key, List<Labelled>> same = new HashMap<>();
        byId.values().forEach(halves -> {
            for (int i = 0; i < halves.size(); i++) {
                Half left = halves.get(i);
                if (left.isLeft() && left.isOurs() && counts(halves, i)) {
                    same.computeIfAbsent(new Key(left.id(), left.timeMillis()), key -> new ArrayList<>())
                            .add(label(halves, i));
                }
            }
        });
        // What was sent into unrelated shards is one prediction: the one that was known first.
        same.values()
                .forEach(some -> labelled.add(some.stream()
                        .min(Comparator.comparing((Labelled one) -> one.left().knownMillis())
                                .thenComparing(one -> one.left().record().shardId())
                                .thenComparing(one -> one.left().record().sequence()))
                        .orElseThrow()));
    }

    /** All that are in the log at the cut, a shard after those that it came from. */
    private List<Half> halves(Collection<StreamRecord> records, Collection<Repair> repairs, Cut cut) {
        Map<String, List<StreamRecord>> byShard = new TreeMap<>();
        records.stream()
                .filter(record -> cut.upTo().containsKey(record.shardId()))
                .filter(record ->
                        record.sequence().compareTo(new BigInteger(cut.upTo().get(record.shardId()))) <= 0)
                .forEach(record -> byShard.computeIfAbsent(record.shardId(), shard -> new ArrayList<>())
                        .add(record));
        List<String> shards = new ArrayList<>(byShard.keySet());
        shards.sort(Comparator.comparingInt(shard -> line(shard).size()));
        List<Half> halves = new ArrayList<>();
        for (String shard : shards) {
            List<StreamRecord> ofShard = byShard.getOrDefault(shard, List.of());
            ofShard.sort(StreamRecord.BY_POSITION);
            long newest = Long.MIN_VALUE;
            for (StreamRecord record : ofShard) {
                newest = Math.max(newest, record.arrivalMillis());
                Repair repair = repair(record, repairs, cut);
                known.computeIfAbsent(shard, first -> new ArrayList<>())
                        .add(new Known(record.sequenceNumber(), repair == null ? newest : repair.timeMillis()));
                Half half = half(record, repair, newest);
                if (half != null) {
                    halves.add(half);
                }
            }
            newestByShard.put(shard, newest);
            toMillis = Math.max(toMillis, newest);
        }
        return halves;
    }

    private static @Nullable Repair repair(StreamRecord record, Collection<Repair> repairs, Cut cut) {
        return repairs.stream()
                .filter(repair -> repair.redrive() <= cut.lastRedrive()
                        && repair.shardId().equals(record.shardId())
                        && repair.sequenceNumber().equals(record.sequenceNumber()))
                .max(Comparator.comparingLong(Repair::redrive))
                .orElse(null);
    }

    /** Null for what is no half: another event, one that is too late or too early, or a bad one. */
    private @Nullable Half half(StreamRecord record, @Nullable Repair repair, long newest) {
        JsonNode event;
        try {
            event = JSON.readTree(repair == null ? record.data() : repair.data());
        } catch (JsonProcessingException unreadable) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean isLeft = event.path("type").asText().equals("prediction");
        JsonNode id = event.path(isLeft ? "id" : "prediction");
        JsonNode label = event.path("label");
        long ahead = event.path("ts").asLong() - record.arrivalMillis();
        boolean isWanted = isLeft || event.path("type").asText().equals("outcome");
        boolean isBad = id.asText().isEmpty() || (!isLeft && !rules.isAbsent() && !suits(label));
        if (!isWanted || isBad || ahead > rules.skewMillis() || -ahead > rules.retentionMillis()) {
            return null;
        }
        return new Half(
                record,
                isLeft,
                id.asText(),
                Math.min(event.path("ts").asLong(), record.arrivalMillis()),
                repair == null ? newest : repair.timeMillis(),
                event.path("model").asText().equals(rules.model()),
                isLeft ? null : number(label));
    }

    private boolean suits(JsonNode label) {
        return label.isMissingNode()
                || label.isNull()
                || (rules.isBinary()
                        ? label.isBoolean() || (label.isNumber() && (isNumber(label, NO) || isNumber(label, YES)))
                        : label.isNumber());
    }

    private static boolean isNumber(JsonNode label, BigDecimal number) {
        return label.decimalValue().compareTo(number) == 0;
    }

    private static @Nullable BigDecimal number(JsonNode label) {
        if (label.isBoolean()) {
            return label.booleanValue() ? YES : NO;
        }
        return label.isNumber() ? label.decimalValue() : null;
    }

    /** A shard and all that it came from. */
    private Set<String> line(String shardId) {
        return lines.computeIfAbsent(shardId, this::descent);
    }

    private Set<String> descent(String shardId) {
        Set<String> line = new HashSet<>(Set.of(shardId));
        boolean grows = true;
        while (grows) {
            grows = false;
            for (ShardDescent descent : descents) {
                grows |= line.contains(descent.shardId()) && line.add(descent.parentShardId());
            }
        }
        return line;
    }

    private boolean sees(Half later, Half earlier) {
        return line(later.record().shardId()).contains(earlier.record().shardId());
    }

    /** Whether no other prediction of the id arrived shortly before. */
    private boolean counts(List<Half> halves, int index) {
        Half left = halves.get(index);
        return halves.subList(0, index).stream()
                .noneMatch(other -> other.isLeft()
                        && sees(left, other)
                        && Math.abs(left.record().arrivalMillis()
                                        - other.record().arrivalMillis())
                                <= rules.reachMillis());
    }

    private Labelled label(List<Half> halves, int index) {
        Half left = halves.get(index);
        List<Half> choices = new ArrayList<>();
        for (int i = 0; i < halves.size(); i++) {
            Half right = halves.get(i);
            boolean isRelated = i < index ? sees(left, right) : sees(right, left);
            if (!right.isLeft() && isRelated && fits(left, right)) {
                Half choice = choices.isEmpty() ? null : choices.get(choices.size() - 1);
                if (choice == null || (rules.isLast() && right.timeMillis() >= choice.timeMillis())) {
                    if (i < index) {
                        // What waits is chosen at once.
                        choices.clear();
                    }
                    choices.add(right);
                }
            }
        }
        Labelled label = new Labelled(left, null, left);
        for (Half choice : choices) {
            Half by = halves.indexOf(choice) < index ? left : choice;
            label = labelledBy(label, choice, by);
        }
        return label;
    }

    private Labelled labelledBy(Labelled before, Half choice, Half by) {
        if (choice.label() != null && before.label() != null && choice.label().compareTo(before.label()) == 0) {
            // It was known before.
            return before;
        }
        if (!rules.isAbsent()) {
            return new Labelled(before.left(), choice.label(), by);
        }
        boolean isYes = choice.label() != null && choice.label().compareTo(YES) == 0;
        if (isYes) {
            return new Labelled(before.left(), YES, by);
        }
        // A no says nothing that was not so, unless it takes a yes back.
        return before.label() == null ? before : new Labelled(before.left(), null, by);
    }

    private boolean fits(Half left, Half right) {
        return right.timeMillis() >= left.timeMillis() - rules.earlyMillis()
                && right.timeMillis() <= left.timeMillis() + rules.withinMillis();
    }

    /** The time of the cut. */
    public long toMillis() {
        return toMillis;
    }

    /** By shard, the last record that was known before the holdout; the very last one if all arrived before. */
    public Map<String, Known> knownBeforeHoldout() {
        long holdoutMillis = toMillis - rules.holdoutMillis();
        Map<String, Known> last = new TreeMap<>();
        known.forEach((shard, all) -> {
            boolean isOver = newestByShard.getOrDefault(shard, Long.MAX_VALUE) < holdoutMillis;
            all.stream()
                    .filter(one -> isOver || one.knownMillis() < holdoutMillis)
                    .reduce((one, next) -> next)
                    .ifPresent(one -> last.put(shard, one));
        });
        return last;
    }

    /** The rows for training and for judging. */
    public Result set() {
        List<Row> rows = new ArrayList<>();
        Map<String, Integer> leftOut = new TreeMap<>();
        long holdoutMillis = toMillis - rules.holdoutMillis();
        for (Labelled one : labelled) {
            long at = one.left().timeMillis();
            if (at < toMillis - rules.lastMillis() || at >= toMillis) {
                continue;
            }
            BigDecimal label = labelOf(one);
            boolean isOver = at + rules.horizonMillis() <= toMillis;
            if (label == null) {
                leftOut.merge(isOver ? "unlabelled" : "immature", 1, Integer::sum);
            } else if (waits(label) && !isOver) {
                leftOut.merge("immature", 1, Integer::sum);
            } else if (at >= holdoutMillis) {
                rows.add(row(one, label, "holdout", 1));
            } else if (one.by().knownMillis() >= holdoutMillis
                    || (waits(label) && at + rules.horizonMillis() > holdoutMillis)) {
                leftOut.merge("straddling", 1, Integer::sum);
            } else if (fraction.applyAsDouble(one.left().id()) < rules.share(label)) {
                rows.add(row(one, label, "train", rules.share(label)));
            } else {
                leftOut.merge("sampled", 1, Integer::sum);
            }
        }
        rows.sort(Row.ORDER);
        return new Result(rows, leftOut);
    }

    /** All rows there are, however old, sampled and not divided. */
    private Map<Key, Row> whole() {
        Map<Key, Row> rows = new HashMap<>();
        for (Labelled one : labelled) {
            long at = one.left().timeMillis();
            BigDecimal label = labelOf(one);
            if (label != null
                    && at < toMillis
                    && (!waits(label) || at + rules.horizonMillis() <= toMillis)
                    && fraction.applyAsDouble(one.left().id()) < rules.share(label)) {
                rows.put(new Key(one.left().id(), at), row(one, label, "", rules.share(label)));
            }
        }
        return rows;
    }

    /** How these rows differ from those of an earlier cut. */
    public List<Change> since(TrainingRows earlier) {
        Map<Key, Row> before = earlier.whole();
        Map<Key, Row> now = whole();
        List<Change> changes = new ArrayList<>();
        now.forEach((key, row) -> {
            Row was = before.get(key);
            if (was == null) {
                changes.add(new Change("new", row));
            } else if (was.label().compareTo(row.label()) != 0) {
                changes.add(new Change("revised", row));
            }
        });
        before.forEach((key, row) -> {
            if (!now.containsKey(key)) {
                changes.add(new Change("removed", row));
            }
        });
        changes.sort(Comparator.comparing(Change::row, Row.ORDER));
        return changes;
    }

    private @Nullable BigDecimal labelOf(Labelled one) {
        return one.label() == null && rules.isAbsent() ? NO : one.label();
    }

    private boolean waits(BigDecimal label) {
        return rules.isMatured() || (rules.isAbsent() && label.signum() == 0);
    }

    private static Row row(Labelled one, BigDecimal label, String split, double share) {
        StreamRecord by = one.by().record();
        return new Row(
                one.left().id(),
                one.left().timeMillis(),
                label,
                one.by().knownMillis(),
                by.shardId(),
                by.sequenceNumber(),
                split,
                share);
    }
}
