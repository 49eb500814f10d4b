package dev.tidemark.core.control;

import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * When a lane's pairs begin to count, as pure functions of lane rows and records (rule J4). What is decided is stored in the
 * lane row, so that everybody has the same answer ever after.
 */
public final class WarmUps {

    /** Clocks may differ by as much. */
    private static final long MARGIN_MILLIS = 3_600_000L;

    private WarmUps() {}

    /**
     * Whether it is to be decided if a view of pairs warms up in the lane. That is done before the lane folds anything for
     * the view, so that its row still says what had arrived at the activation.
     *
     * @param warmUpMillis how long each view of pairs warms up, by version
     */
    public static boolean isOpen(LaneRow row, Map<String, Long> warmUpMillis) {
        return warmUpMillis.keySet().stream().anyMatch(version -> isOpen(row, version));
    }

    private static boolean isOpen(LaneRow row, String version) {
        boolean isNew = row.last().equals(row.views().get(version));
        boolean isChild = row.ancestors() != null && !row.ancestors().isEmpty();
        return isNew && !row.warmUps().containsKey(version) && (row.last().isAfter(Position.ORIGIN) || isChild);
    }

    /**
     * The row to write when views of pairs begin to warm up in the lane: those that were activated after its first record, and
     * those that still warmed up at the end of a lane from which it descends.
     *
     * @param ancestors rows of the lane's ancestors, which are final
     * @return empty if none does
     */
    public static Optional<LaneRow> begun(LaneRow row, Map<String, Long> warmUpMillis, Collection<LaneRow> ancestors) {
        Map<String, WarmUp> next = new HashMap<>(row.warmUps());
        warmUpMillis.forEach((version, millis) -> {
            if (isOpen(row, version)) {
                OptionalLong until = row.last().isAfter(Position.ORIGIN)
                        ? OptionalLong.of(row.maxArrivalMillis() + millis)
                        : ancestors.stream()
                                .flatMapToLong(ancestor -> atItsEnd(ancestor, version, millis).stream())
                                .max();
                until.ifPresent(found -> next.put(version, WarmUp.until(found)));
            }
        });
        return next.equals(row.warmUps()) ? Optional.empty() : Optional.of(row.withWarmUps(next));
    }

    /** Until when a view was still to warm up when the lane ended. A view that was not activated in time would be from now on. */
    private static OptionalLong atItsEnd(LaneRow ended, String version, long millis) {
        WarmUp known = ended.warmUps().get(version);
        if (known != null) {
            return isPassed(ended, known) ? OptionalLong.empty() : OptionalLong.of(known.untilMillis());
        }
        Position activatedAfter = ended.views().getOrDefault(version, ended.last());
        return activatedAfter.isAfter(Position.ORIGIN)
                ? OptionalLong.of(ended.maxArrivalMillis() + millis)
                : OptionalLong.empty();
    }

    private static boolean isPassed(LaneRow row, WarmUp warmUp) {
        return row.maxArrivalMillis() > warmUp.untilMillis();
    }

    /**
     * How many records the lane folds before a warm-up ends.
     *
     * @param records those after the lane's position
     */
    public static int recordsBeforeEnd(LaneRow row, List<RawRecord> records) {
        if (row.warmUps().isEmpty()) {
            return records.size();
        }
        long untilMillis = row.warmUps().values().stream()
                .filter(warmUp -> warmUp.end() == null)
                .mapToLong(WarmUp::untilMillis)
                .min()
                .orElse(Long.MAX_VALUE);
        int count = 0;
        while (count < records.size() && records.get(count).arrivalMillis() <= untilMillis) {
            count++;
        }
        return count;
    }

    /** The row to write when the lane's next record, which arrived at this moment, is after the end of a warm-up. */
    public static LaneRow endedBefore(LaneRow row, long arrivalMillis) {
        return ended(row, (version, warmUp) -> warmUp.untilMillis() < arrivalMillis)
                .orElseThrow();
    }

    /**
     * The row to write when a lane has ended, or nothing that arrived during the warm-up can come any more.
     *
     * @param streamMillis how long the stream keeps records, by version of the views of pairs
     * @param nowMillis the wall clock
     * @return empty if no warm-up ends
     */
    public static Optional<LaneRow> endedBySilence(LaneRow row, Map<String, Long> streamMillis, long nowMillis) {
        return ended(row, (version, warmUp) -> {
            Long keptMillis = streamMillis.get(version);
            return keptMillis != null && (row.ended() || isOut(warmUp, keptMillis, nowMillis));
        });
    }

    /** Whether no record can be in the stream any more that arrived during the warm-up. */
    private static boolean isOut(WarmUp warmUp, long keptMillis, long nowMillis) {
        return warmUp.untilMillis() + keptMillis + MARGIN_MILLIS < nowMillis;
    }

    private static Optional<LaneRow> ended(LaneRow row, BiPredicate<String, WarmUp> isOver) {
        Map<String, WarmUp> next = new HashMap<>(row.warmUps());
        next.replaceAll((version, warmUp) ->
                warmUp.end() == null && isOver.test(version, warmUp) ? warmUp.endedAt(row.last()) : warmUp);
        return next.equals(row.warmUps()) ? Optional.empty() : Optional.of(row.withWarmUps(next));
    }

    /** Until when a view warms up in some of these lanes at least; empty if it does in none. */
    public static OptionalLong untilMillis(Collection<LaneRow> rows, String version) {
        return rows.stream()
                .flatMap(row -> Stream.ofNullable(row.warmUps().get(version)))
                .filter(warmUp -> warmUp.end() == null)
                .mapToLong(WarmUp::untilMillis)
                .max();
    }
}
