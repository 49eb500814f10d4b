package dev.tidemark.core.serve;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.StreamTail;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks the stream what waits after the lanes' positions, as rarely as possible: these calls use up the shard's quota,
 * which the event source mapping needs. It asks about a lane only while the lane does not advance, and not again until
 * the answer is too old (docs/adr/0016). Thread-safe.
 */
public final class WaitingCache {

    /** A lane whose newest record is younger is as fresh as it can be. */
    static final long QUIET_MILLIS = 3_000;

    /** A record waits as long as the position is the same. A failed question is not repeated soon. */
    static final long SETTLED_MILLIS = 60_000;

    /** How many lanes one request asks about. */
    static final int MAX_ASKED = 32;

    private final StreamTail tail;
    private final long maxAgeMillis;
    private final Map<String, Look> looks = new HashMap<>();
    private final Map<String, Question<OptionalLong>> questions = new HashMap<>();
    private final Map<String, Question<List<Lane>>> listings = new HashMap<>();

    /** A lane's position when it was last seen. */
    private record Look(Position last, long atMillis) {}

    /** @param last the position that was asked about */
    private record Question<T>(Position last, long askedMillis, CompletableFuture<T> answer) {

        boolean failed() {
            return answer.isCompletedExceptionally();
        }

        /** A clock that was ahead makes no record young. */
        boolean isYounger(long millis, long nowMillis) {
            long age = nowMillis - askedMillis;
            return age >= 0 && age < millis;
        }
    }

    /**
     * One lane that may hold records.
     *
     * @param row null if nothing of the lane is folded yet
     */
    private record Candidate(Lane lane, @Nullable LaneRow row) {

        Position last() {
            return row == null ? Position.ORIGIN : row.last();
        }

        boolean isQuiet(long nowMillis) {
            return row == null || row.maxArrivalMillis() <= nowMillis - QUIET_MILLIS;
        }
    }

    /** @param maxAgeMillis how long an answer that nothing waits is valid; 0: the stream is never asked */
    public WaitingCache(StreamTail tail, long maxAgeMillis) {
        this.tail = tail;
        this.maxAgeMillis = maxAgeMillis;
    }

    /** Never asks the stream. */
    public static WaitingCache none() {
        return new WaitingCache(StreamTail.UNKNOWN, 0);
    }

    /**
     * What waits after these rows' positions. Never completes exceptionally: what is unknown is left out.
     *
     * @param rows of one stream, just read
     */
    public CompletableFuture<Waiting> behind(List<LaneRow> rows, long nowMillis) {
        if (rows.isEmpty() || maxAgeMillis == 0) {
            return CompletableFuture.completedFuture(Waiting.UNKNOWN);
        }
        Set<String> arns = rows.stream().map(row -> row.lane().streamArn()).collect(Collectors.toSet());
        return listed(arns, nowMillis)
                .thenCompose(lanes -> {
                    Map<String, Question<OptionalLong>> put = put(candidates(lanes, rows), nowMillis);
                    return settled(put.values())
                            // Once more, because the end of a lane reveals its child lanes.
                            .thenCompose(done -> listed(arns, nowMillis))
                            .thenApply(after -> waiting(candidates(after, rows), put));
                })
                .exceptionally(failure -> Waiting.UNKNOWN);
    }

    private static Waiting waiting(List<Candidate> candidates, Map<String, Question<OptionalLong>> put) {
        Map<String, Waiting.Asked> known = new HashMap<>();
        put.forEach((lane, question) -> {
            if (!question.failed()) {
                OptionalLong since = question.answer().join();
                known.put(
                        lane, new Waiting.Asked(question.askedMillis(), since.isPresent() ? since.getAsLong() : null));
            }
        });
        return new Waiting(
                known,
                candidates.stream().allMatch(one -> known.containsKey(one.lane().id())));
    }

    /** Nothing waits in a lane that has ended, or whose shard or stream is gone. */
    private static List<Candidate> candidates(List<Lane> listed, List<LaneRow> rows) {
        Map<String, LaneRow> byLane = LaneRow.byId(rows);
        return listed.stream()
                .map(lane -> new Candidate(lane, byLane.get(lane.id())))
                .filter(one -> one.row() == null || !one.row().ended())
                .toList();
    }

    private CompletableFuture<List<Lane>> listed(Set<String> arns, long nowMillis) {
        List<CompletableFuture<List<Lane>>> lists =
                arns.stream().map(arn -> list(arn, nowMillis)).toList();
        return CompletableFuture.allOf(lists.toArray(CompletableFuture[]::new))
                .thenApply(done ->
                        lists.stream().flatMap(list -> list.join().stream()).toList());
    }

    /** The stream's lister caches the list; this only keeps a failed listing from being repeated at once. */
    private synchronized CompletableFuture<List<Lane>> list(String arn, long nowMillis) {
        Question<List<Lane>> known = listings.get(arn);
        if (known == null || !known.failed() || !known.isYounger(SETTLED_MILLIS, nowMillis)) {
            known = new Question<>(Position.ORIGIN, nowMillis, tail.lanes(arn));
            listings.put(arn, known);
        }
        return known.answer();
    }

    /** The questions whose answers are valid or still awaited, by lane id. */
    private synchronized Map<String, Question<OptionalLong>> put(List<Candidate> candidates, long nowMillis) {
        Map<String, Question<OptionalLong>> put = new HashMap<>();
        int asked = 0;
        for (Candidate one : candidates) {
            String id = one.lane().id();
            Look before = looks.put(id, new Look(one.last(), nowMillis));
            Question<OptionalLong> known = questions.get(id);
            if (known != null && known.last().equals(one.last()) && holds(known, nowMillis)) {
                put.put(id, known);
            } else if (asked < MAX_ASKED
                    && one.isQuiet(nowMillis)
                    && !isMoving(before, one, nowMillis)
                    && (known == null || !known.isYounger(known.failed() ? SETTLED_MILLIS : maxAgeMillis, nowMillis))) {
                asked++;
                Question<OptionalLong> next =
                        new Question<>(one.last(), nowMillis, tail.waitingSince(one.lane(), one.last()));
                questions.put(id, next);
                put.put(id, next);
            }
        }
        return put;
    }

    private boolean holds(Question<OptionalLong> known, long nowMillis) {
        if (known.failed()) {
            return false;
        }
        boolean waits = known.answer().isDone() && known.answer().join().isPresent();
        return known.isYounger(waits ? SETTLED_MILLIS : maxAgeMillis, nowMillis);
    }

    /** A lane that was just folded is still being folded. */
    private static boolean isMoving(@Nullable Look before, Candidate one, long nowMillis) {
        return before != null && !before.last().equals(one.last()) && nowMillis - before.atMillis() < QUIET_MILLIS;
    }

    private static CompletableFuture<Void> settled(Collection<Question<OptionalLong>> questions) {
        return CompletableFuture.allOf(questions.stream().map(Question::answer).toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null);
    }
}
