package dev.tidemark.core.learn;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.expression.EventFilter;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.history.Decide;
import dev.tidemark.core.history.LanePart;
import dev.tidemark.core.history.LaneSink;
import dev.tidemark.core.history.Sink;
import dev.tidemark.core.number.Decimals;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.view.View;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The predictions of a walk that count as lefts, each with its label at the end of the walk. Takes several lanes at once. */
final class Lefts implements Sink {

    private final Training.Rows rows;
    private final Decide decide;
    private final Wanted wanted;
    private final long beforeMillis;
    private final LongConsumer read;
    private final Map<Key, List<Left>> lefts = new ConcurrentHashMap<>();
    private final Map<String, Position> knownBefore = new ConcurrentHashMap<>();

    /** Which predictions are kept. */
    @FunctionalInterface
    interface Wanted {

        boolean wants(long atMillis, long arrivalMillis);
    }

    /** What makes two lefts one row. */
    record Key(String id, long atMillis) {}

    /** When and where a record became known. */
    record Known(long millis, String laneId, Position position) {

        static final Comparator<Known> ORDER = Comparator.comparingLong(Known::millis)
                .thenComparing(Known::laneId)
                .thenComparing(Known::position);
    }

    /** A left that counts. */
    static final class Left {

        /** As the walk names it: the lane in which the left counts. */
        private final String laneId;

        private final Known known;
        private final RawRecord prediction;
        private Known labelKnown;
        private @Nullable BigDecimal label;
        private Known formerKnown;
        private @Nullable BigDecimal formerLabel;

        Left(String laneId, Known known, RawRecord prediction) {
            this.laneId = laneId;
            this.known = known;
            this.prediction = prediction;
            this.labelKnown = known;
            this.formerKnown = known;
        }

        RawRecord prediction() {
            return prediction;
        }

        /** Of its pair; null if it has none, or one without a label. */
        @Nullable
        BigDecimal label() {
            return label;
        }

        /** The record that gave it this label, or took its label away; its own before any did. */
        Known labelKnown() {
            return labelKnown;
        }

        private void takeBack(Known by) {
            formerLabel = label;
            formerKnown = labelKnown;
            label = null;
            labelKnown = by;
        }

        /** The same label again, of a pair that takes the place of another, is what was known before. */
        private void give(@Nullable BigDecimal given, Known by) {
            boolean isSame =
                    given != null && formerLabel != null && labelKnown.equals(by) && given.compareTo(formerLabel) == 0;
            label = given;
            labelKnown = isSame ? formerKnown : by;
        }
    }

    /**
     * @param source of the view of the rows
     * @param beforeMillis see {@link #knownBefore}
     * @param inputs what reading the records needs
     * @param read is told how many records were read; by several threads
     */
    Lefts(
            Catalog.Source source,
            Training.Rows rows,
            Wanted wanted,
            long beforeMillis,
            Inputs inputs,
            LongConsumer read) {
        this.rows = rows;
        this.wanted = wanted;
        this.beforeMillis = beforeMillis;
        this.read = read;
        this.decide = new Decide(
                source,
                List.of(rows.view()),
                LaneDecider.EntityFilter.ALL,
                Long.MAX_VALUE,
                inputs,
                (laneId, view, record, row, entity, filterBits, knownMillis) -> {});
    }

    View view() {
        return rows.view();
    }

    /** Tells each of them once: of those that are one row, the one that was known first. */
    void forEach(BiConsumer<Key, Left> told) {
        lefts.forEach((key, same) -> told.accept(key, first(same)));
    }

    /** By lane of the live fold, the last position that the walk read which was known before a moment, exclusive. */
    Map<String, Position> knownBefore() {
        return knownBefore;
    }

    private static Left first(List<Left> some) {
        return some.stream()
                .min(Comparator.comparing(left -> left.known, Known.ORDER))
                .orElseThrow();
    }

    @Override
    public LaneSink open(String laneId, List<LanePart> parts) {
        Map<String, Set<String>> lines = new HashMap<>();
        for (LanePart part : parts) {
            Set<String> line = new HashSet<>(part.ancestors());
            line.add(part.laneId());
            lines.put(part.laneId(), line);
        }
        return new Bounded(decide.open(parts, new Labels(lines)));
    }

    /** Labels the lefts of one lane. A lane comes after its ancestors, so labels come in their order. */
    private final class Labels implements Decide.Visitor {

        /** By lane, that lane and its ancestors: where the lefts of its pairs count. */
        private final Map<String, Set<String>> lines;

        Labels(Map<String, Set<String>> lines) {
            this.lines = lines;
        }

        @Override
        public void left(String laneId, View view, RawRecord record, EventRow half, String key, long knownMillis) {
            if (wanted.wants(half.eventTimeMillis(), record.arrivalMillis()) && isOurs(half)) {
                Left left = new Left(laneId, known(laneId, record, knownMillis), record);
                lefts.compute(new Key(key, half.eventTimeMillis()), (same, some) -> with(some, left));
            }
        }

        private boolean isOurs(EventRow half) {
            EventFilter predictions = rows.predictions();
            try {
                return predictions == null || predictions.test(half);
            } catch (InvalidEvent undecided) {
                return false;
            }
        }

        @Override
        public void folded(
                String laneId,
                View view,
                RawRecord record,
                EventRow row,
                String entity,
                long filterBits,
                long knownMillis) {
            lefts.computeIfPresent(new Key(entity, row.eventTimeMillis()), (key, some) -> {
                Set<String> line = lines.getOrDefault(laneId, Set.of());
                List<Left> own =
                        some.stream().filter(left -> line.contains(left.laneId)).toList();
                if (!own.isEmpty()) {
                    Known by = known(laneId, record, knownMillis);
                    if (row.isTakenBack()) {
                        first(own).takeBack(by);
                    } else {
                        first(own).give(labelOf(row), by);
                    }
                }
                return some;
            });
        }

        private @Nullable BigDecimal labelOf(EventRow pair) {
            if (rows.isAbsent()) {
                return BigDecimal.ONE;
            }
            int slot = rows.labelSlot();
            return switch (pair.kind(slot)) {
                case BOOLEAN -> pair.bool(slot) ? BigDecimal.ONE : BigDecimal.ZERO;
                case NUMBER, BIG_NUMBER -> Decimals.canonical(pair.decimal(slot));
                case ABSENT, STRING, COMPOUND, FLAWED, LIST -> null;
            };
        }

        private Known known(String laneId, RawRecord record, long knownMillis) {
            return new Known(knownMillis, Lane.liveOf(laneId), record.position());
        }
    }

    private static List<Left> with(@Nullable List<Left> some, Left left) {
        List<Left> all = some == null ? new ArrayList<>(1) : some;
        all.add(left);
        return all;
    }

    /** Notes how far a lane was known at a moment. */
    private final class Bounded implements LaneSink {

        private final LaneSink inner;

        Bounded(LaneSink inner) {
            this.inner = inner;
        }

        @Override
        public CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> records, long[] knownMillis) {
            for (int i = records.size() - 1; i >= 0; i--) {
                if (knownMillis[i] < beforeMillis) {
                    knownBefore.put(lane.live().id(), records.get(i).position());
                    break;
                }
            }
            return inner.take(part, lane, records, knownMillis);
        }

        @Override
        public void read(long[] knownMillis) {
            read.accept(knownMillis.length);
        }

        @Override
        public CompletableFuture<Void> end(Position reached) {
            return inner.end(reached);
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
