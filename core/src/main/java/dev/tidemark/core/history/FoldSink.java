package dev.tidemark.core.history;

import dev.tidemark.core.async.Flight;
import dev.tidemark.core.async.Loop;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Folds the records of a walk into items, by the normal batch fold: each part of a lane in batches, one after the
 * other. Like the stream, it delivers a batch again while the lane advances, and then a few times more.
 */
public final class FoldSink implements Sink {

    private static final long MAX_BATCH_BYTES = 16L << 20;

    /** How often a batch without progress is tried, and the first pause; the fold itself retries too. */
    private static final int MAX_TRIES = 6;

    private static final long FIRST_REST_MILLIS = 500;

    private final Catalogs catalogs;
    private final int batchRecords;
    private final long untilKnownMillis;
    private final Job job;

    /** What the jobs that fold the past do differently. Called for several lanes at once if the walk takes several. */
    public interface Job {

        /** Called before each walk, with the lanes that it may read. */
        default void lanes(Set<String> laneIds) {}

        /** Whether the part is folded at all. */
        default boolean takes(LanePart part) {
            return true;
        }

        /**
         * Where a part is folded.
         *
         * @param lane of the part
         * @param knownMillis a clock that shows the moment when the last record of the batch became known
         */
        FoldPorts ports(LanePart part, Lane lane, LongSupplier knownMillis);

        FoldSettings settings();

        /** A position at which a batch of the part must end if it reaches it. */
        default Position cut(LanePart part) {
            return Position.ORIGIN;
        }

        /**
         * A batch made no progress because the fold holds it back.
         *
         * @return whether to leave the lane where it is; otherwise the walk fails, unless the control table just did
         *     not answer
         */
        default boolean leaves(LanePart part, BatchOutcome outcome) {
            return false;
        }

        /** A delivery has ended, with any result. */
        default void delivered(LanePart part, BatchOutcome outcome) {
            if (!outcome.violations().isEmpty()) {
                throw new IllegalStateException(
                        "protocol violation in the fold of lane " + part.laneId() + ": " + outcome.violations());
            }
        }

        /** A batch is folded. */
        default void folded(LanePart part, int records, long knownMillis) {}

        /** The archived records of the lane are folded, those of all its parts. */
        default CompletableFuture<Void> ended(LanePart part, long records) {
            return CompletableFuture.completedFuture(null);
        }

        /**
         * Nothing more of a lane is folded.
         *
         * @param atEnd whether all its archived records are folded
         */
        default void left(String laneId, boolean atEnd) {}
    }

    /**
     * @param batchRecords how many records are folded at once: each item is written once per batch
     * @param untilKnownMillis what became known later is not folded
     */
    public FoldSink(Catalogs catalogs, int batchRecords, long untilKnownMillis, Job job) {
        this.catalogs = catalogs;
        this.batchRecords = batchRecords;
        this.untilKnownMillis = untilKnownMillis;
        this.job = job;
    }

    @Override
    public void lanes(Set<String> laneIds) {
        job.lanes(laneIds);
    }

    @Override
    public @Nullable LaneSink open(String laneId, List<LanePart> parts) {
        List<@Nullable OfPart> folds = new ArrayList<>();
        parts.forEach(part -> folds.add(job.takes(part) ? new OfPart(part) : null));
        return folds.stream().allMatch(Objects::isNull) ? null : new OfLane(laneId, folds);
    }

    private final class OfLane implements LaneSink {

        private final String laneId;
        private final List<@Nullable OfPart> parts;

        OfLane(String laneId, List<@Nullable OfPart> parts) {
            this.laneId = laneId;
            this.parts = parts;
        }

        @Override
        public CompletableFuture<Boolean> take(int part, Lane lane, List<RawRecord> records, long[] knownMillis) {
            OfPart fold = parts.get(part);
            return fold == null
                    ? CompletableFuture.completedFuture(false)
                    : foldBefore(part).thenCompose(folded -> fold.take(lane, records, knownMillis));
        }

        /** J4: where a part goes on in the lane of another one, that one's records are folded first. */
        private CompletableFuture<Void> foldBefore(int part) {
            LanePart next = Objects.requireNonNull(parts.get(part)).part;
            return next.countsAfter().isEmpty()
                    ? CompletableFuture.completedFuture(null)
                    : Flight.inOrder(
                            parts.subList(0, part).stream()
                                    .flatMap(Stream::ofNullable)
                                    .filter(before -> before.part.laneId().equals(next.laneId()))
                                    .toList(),
                            OfPart::flush);
        }

        @Override
        public CompletableFuture<Void> end(Position reached) {
            List<OfPart> taken = parts.stream().flatMap(Stream::ofNullable).toList();
            return Flight.inOrder(taken, OfPart::flush)
                    .thenCompose(folded -> Flight.inOrder(taken, OfPart::end))
                    .thenRun(() -> job.left(laneId, taken.stream().allMatch(OfPart::goesOn)));
        }
    }

    /** One part being folded. */
    private final class OfPart {

        private final LanePart part;
        private final Position cut;
        private @Nullable LaneFold fold;

        /** Read, to be folded next. */
        private List<RawRecord> waiting = new ArrayList<>();

        private long waitingBytes;
        private long waitingMillis;
        private long records;

        /** The next record became known too late. */
        private boolean isCutOff;

        /** The fold holds the lane back. */
        private boolean isLeft;

        OfPart(LanePart part) {
            this.part = part;
            this.cut = job.cut(part);
        }

        CompletableFuture<Boolean> take(Lane lane, List<RawRecord> some, long[] knownMillis) {
            LaneFold begun = fold;
            LaneFold now = begun == null ? new LaneFold(part, lane) : begun;
            fold = now;
            int[] next = {0};
            return Loop.whileTrue(() -> {
                        while (goesOn() && next[0] < some.size()) {
                            int index = next[0]++;
                            isCutOff = knownMillis[index] > untilKnownMillis;
                            if (!isCutOff && add(some.get(index), knownMillis[index])) {
                                return fold(now).thenApply(folded -> true);
                            }
                        }
                        return CompletableFuture.completedFuture(false);
                    })
                    .thenApply(taken -> goesOn());
        }

        boolean goesOn() {
            return !isCutOff && !isLeft;
        }

        /** @return whether the batch ends here */
        private boolean add(RawRecord record, long knownMillis) {
            waiting.add(record);
            waitingBytes += record.data().length;
            waitingMillis = knownMillis;
            return waiting.size() >= batchRecords
                    || waitingBytes >= MAX_BATCH_BYTES
                    || record.position().equals(cut);
        }

        /** Folds what is waiting. */
        CompletableFuture<Void> flush() {
            return fold == null ? CompletableFuture.completedFuture(null) : fold(fold);
        }

        CompletableFuture<Void> end() {
            return goesOn() ? job.ended(part, records) : CompletableFuture.completedFuture(null);
        }

        private CompletableFuture<Void> fold(LaneFold into) {
            if (waiting.isEmpty() || isLeft) {
                return CompletableFuture.completedFuture(null);
            }
            List<RawRecord> batch = waiting;
            waiting = new ArrayList<>();
            waitingBytes = 0;
            return into.deliver(batch, waitingMillis).thenAccept(done -> {
                isLeft = !done;
                if (done) {
                    records += batch.size();
                    job.folded(part, batch.size(), waitingMillis);
                }
            });
        }
    }

    /** The normal batch fold for one part, with its clock. */
    private final class LaneFold {

        private final LanePart part;
        private final Lane lane;
        private final FoldPorts ports;
        private final BatchFold fold;
        private volatile long nowMillis;

        LaneFold(LanePart part, Lane lane) {
            this.part = part;
            this.lane = lane;
            this.ports = job.ports(part, lane, () -> nowMillis);
            this.fold = new BatchFold(catalogs, ports, job.settings());
        }

        /** @return whether the batch is folded; if not, the lane is left where it is */
        CompletableFuture<Boolean> deliver(List<RawRecord> records, long knownMillis) {
            nowMillis = knownMillis;
            return deliver(new Batch(lane, records), Position.ORIGIN, 1);
        }

        private CompletableFuture<Boolean> deliver(Batch batch, Position before, int attempt) {
            return fold.fold(batch, Long.MAX_VALUE).thenCompose(outcome -> {
                job.delivered(part, outcome);
                if (outcome.isDone()) {
                    return CompletableFuture.completedFuture(true);
                }
                LaneRow row = outcome.lane();
                if (row != null && row.last().isAfter(before)) {
                    return deliver(batch, row.last(), 1);
                }
                if (outcome.held() != null && job.leaves(part, outcome)) {
                    return CompletableFuture.completedFuture(false);
                }
                if (attempt == MAX_TRIES || !mayPass(outcome.held())) {
                    throw new NotFolded(part.laneId(), outcome);
                }
                return ports.pause()
                        .millis(FIRST_REST_MILLIS << attempt)
                        .thenCompose(rested -> deliver(batch, before, attempt + 1));
            });
        }
    }

    private static boolean mayPass(BatchOutcome.@Nullable Hold held) {
        return held == null
                || held == BatchOutcome.Hold.CONTROL_UNAVAILABLE
                || held == BatchOutcome.Hold.INPUTS_UNAVAILABLE;
    }
}
