package dev.tidemark.oracle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.oracle.Definitions.PairDefinition;
import dev.tidemark.oracle.Definitions.ViewDefinition;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The pairs that a view's halves make (rules J1 and J2), key by key and shard by shard, with everything remembered. A shard
 * goes on from what the shards that it came from know of a key.
 *
 * <p>A left counts unless another left of its key arrived at most {@code early + within + retention} before or after it. A
 * right belongs to the first left that counts and whose time it fits; the first of them is the left's choice, or the last by
 * event time. A left that counts chooses among the rights that came before it and belong to none.
 */
final class Pairs {

    private static final long REGRESS_MILLIS = 60_000;
    private static final long MOST_SLACK_MILLIS = 6 * 3_600_000L;

    private final PairDefinition pair;
    private final long reachMillis;
    private final String stream;
    private final Collection<ShardDescent> descents;
    private final Map<String, Map<String, Known>> byShard = new HashMap<>();
    private final List<Made> made = new ArrayList<>();
    private final Map<Fate, Integer> fates = new HashMap<>();
    private int taken;

    /** What a half met. */
    enum Fate {
        LEFT,
        DUPLICATE,
        PAIRED,
        SUPERSEDED,
        OUTCOME_LATE,
        WAITING
    }

    /** @param pair as the view reads it */
    private record Made(Event left, Event right, Event pair) {}

    private static final class Half {
        private final Event event;
        private final boolean isLeft;
        private boolean counts;
        private boolean waits;
        private final List<Half> chosen = new ArrayList<>();

        Half(Event event, boolean isLeft) {
            this.event = event;
            this.isLeft = isLeft;
        }

        long arrival() {
            return event.record().arrivalMillis();
        }

        long time() {
            return event.timeMillis();
        }

        @Nullable
        Half choice() {
            return chosen.isEmpty() ? null : chosen.get(chosen.size() - 1);
        }
    }

    /** What one shard knows of one key, in order. */
    private static final class Known {
        private final List<Half> halves = new ArrayList<>();
        private long newestArrival = Long.MIN_VALUE;
    }

    Pairs(ViewDefinition view, PairDefinition pair, Collection<ShardDescent> descents) {
        this.pair = pair;
        this.reachMillis = pair.earlyMillis() + pair.withinMillis() + view.retentionMillis();
        this.stream = view.source().stream();
        this.descents = descents;
    }

    /** Takes the next half of a shard; those of the shards that it came from were taken before. */
    Fate take(Event event, boolean isLeft, String key) {
        Known known = of(event.record().shardId())
                .computeIfAbsent(key, born -> inherited(event.record().shardId(), key));
        Half half = new Half(event, isLeft);
        Fate fate = isLeft ? left(known, half) : right(known, half);
        known.halves.add(half);
        known.newestArrival = Math.max(known.newestArrival, half.arrival());
        fates.merge(fate, 1, Integer::sum);
        if (known.halves.size() > pair.maxHalves()) {
            throw new UnsupportedOperationException("key '" + key + "' of pair '" + pair.name()
                    + "' has more halves than max_halves; the oracle answers only below it");
        }
        return fate;
    }

    private Map<String, Known> of(String shardId) {
        return byShard.computeIfAbsent(shardId, unknown -> new HashMap<>());
    }

    private Fate left(Known known, Half left) {
        if (known.halves.stream().anyMatch(other -> other.isLeft && areNear(other, left))) {
            return Fate.DUPLICATE;
        }
        left.counts = true;
        Half best = null;
        for (Half right : known.halves) {
            if (right.waits && fit(left, right)) {
                right.waits = false;
                taken++;
                best = best == null || isBetter(right, best) ? right : best;
            }
        }
        if (best != null) {
            left.chosen.add(best);
            made.add(new Made(left.event, best.event, joined(left, best, left)));
        }
        return Fate.LEFT;
    }

    private Fate right(Known known, Half right) {
        Half left = known.halves.stream()
                .filter(half -> half.counts && fit(half, right))
                .findFirst()
                .orElse(null);
        if (left == null) {
            right.waits = true;
            return known.halves.stream().anyMatch(half -> half.counts && areNear(half, right))
                    ? Fate.OUTCOME_LATE
                    : Fate.WAITING;
        }
        Half before = left.choice();
        if (before != null && !isBetter(right, before)) {
            return Fate.SUPERSEDED;
        }
        if (before != null) {
            takeBack(left, before);
        }
        left.chosen.add(right);
        made.add(new Made(left.event, right.event, joined(left, right, right)));
        return Fate.PAIRED;
    }

    private boolean areNear(Half one, Half other) {
        return Math.abs(one.arrival() - other.arrival()) <= reachMillis;
    }

    private boolean fit(Half left, Half right) {
        return right.time() >= left.time() - pair.earlyMillis() && right.time() <= left.time() + pair.withinMillis();
    }

    private boolean isBetter(Half later, Half earlier) {
        return pair.isLast() && later.time() >= earlier.time();
    }

    private static Event joined(Half left, Half right, Half at) {
        ObjectNode root = FeatureValues.NODES.objectNode();
        root.set("left", left.event.root());
        root.set("right", right.event.root());
        root.put("delay", BigDecimal.valueOf(right.time() - left.time(), 3));
        return Event.ofPair(at.event.record(), root, left.time());
    }

    private void takeBack(Half left, Half right) {
        for (int i = made.size() - 1; i >= 0; i--) {
            if (made.get(i).left().equals(left.event) && made.get(i).right().equals(right.event)) {
                made.remove(i);
                return;
            }
        }
        throw new UnsupportedOperationException(
                "a pair is taken back in two shards: the key's events come under several partition keys");
    }

    /** What a shard begins with: all that its parents know, each half once. */
    private Known inherited(String shardId, String key) {
        TreeSet<String> parents = new TreeSet<>();
        for (ShardDescent descent : descents) {
            if (descent.stream().equals(stream) && descent.shardId().equals(shardId)) {
                parents.add(descent.parentShardId());
            }
        }
        List<Known> sources = parents.stream()
                .map(parent -> {
                    Known known = of(parent).get(key);
                    return known == null ? inherited(parent, key) : known;
                })
                .toList();
        Known born = new Known();
        sources.forEach(one -> born.newestArrival = Math.max(born.newestArrival, one.newestArrival));
        long oldest = born.newestArrival - reachMillis - REGRESS_MILLIS - Math.min(reachMillis, MOST_SLACK_MILLIS);
        Map<Event, Half> mine = new LinkedHashMap<>();
        for (Known source : sources) {
            for (Half half : source.halves) {
                if (half.arrival() >= oldest) {
                    Half copy = mine.get(half.event);
                    if (copy == null) {
                        copy = new Half(half.event, half.isLeft);
                        copy.counts = half.counts;
                        copy.waits = half.waits;
                        mine.put(half.event, copy);
                    }
                    copy.counts &= half.counts;
                    copy.waits &= half.waits;
                }
            }
        }
        for (Known source : sources) {
            for (Half half : source.halves) {
                for (Half right : half.chosen) {
                    Half left = mine.get(half.event);
                    Half chosen = mine.get(right.event);
                    if (left != null && chosen != null && !left.chosen.contains(chosen)) {
                        left.chosen.add(chosen);
                    }
                }
            }
        }
        born.halves.addAll(mine.values());
        born.halves.sort(Comparator.comparingLong(Half::arrival));
        List<Half> counted = new ArrayList<>();
        for (Half half : born.halves) {
            half.counts &= counted.stream().noneMatch(before -> areNear(before, half));
            if (half.counts) {
                counted.add(half);
            } else {
                half.chosen.clear();
            }
        }
        return born;
    }

    /** The pairs that count in the end. */
    List<Event> made() {
        return made.stream().map(Made::pair).toList();
    }

    int of(Fate fate) {
        return fates.getOrDefault(fate, 0);
    }

    ViewReport.Pairs report() {
        return new ViewReport.Pairs(
                of(Fate.LEFT), of(Fate.PAIRED), of(Fate.SUPERSEDED), of(Fate.OUTCOME_LATE), of(Fate.WAITING), taken);
    }
}
