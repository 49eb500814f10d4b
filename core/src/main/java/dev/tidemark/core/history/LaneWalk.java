package dev.tidemark.core.history;

import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.archive.Positions;
import dev.tidemark.core.async.Loop;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads one lane of the archive, notes when every record became known, and divides the lane into parts. */
final class LaneWalk {

    private final LaneLog log;
    private final List<Bounds> bounds;
    private final boolean toTheEnd;
    private final Range range;
    private final Walked walked;
    private final LaneSink sink;
    private long maxArrivalMillis;

    /**
     * Which records go into a part.
     *
     * @param after exclusive
     * @param upTo inclusive, the end of a backfill's part; null for the live one, which has none
     * @param repaired the payloads that replace archived ones
     */
    record Bounds(Position after, @Nullable Position upTo, RepairedRecords.OfLane repaired) {}

    /**
     * @param bounds of the parts, in the sink's order
     * @param toTheEnd whether the lane is read to its end, however late its records became known
     */
    LaneWalk(LaneLog log, List<Bounds> bounds, boolean toTheEnd, Range range, Walked walked, LaneSink sink) {
        this.log = log;
        this.bounds = bounds;
        this.toTheEnd = toTheEnd;
        this.range = range;
        this.walked = walked;
        this.sink = sink;
        this.maxArrivalMillis = log.maxArrivalMillis();
    }

    CompletableFuture<Void> run() {
        return Loop.whileTrue(this::step)
                .thenCompose(done -> sink.end(log.reached()))
                .whenComplete((done, failure) -> sink.close());
    }

    private CompletableFuture<Boolean> step() {
        CompletableFuture<Optional<LaneLog.Run>> next = log.next();
        return next.isDone() ? next.thenCompose(this::take) : next.thenComposeAsync(this::take, range.executor());
    }

    /** @return whether to continue */
    private CompletableFuture<Boolean> take(Optional<LaneLog.Run> next) {
        if (next.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        LaneLog.Run run = next.get();
        long[] known = known(run);
        sink.read(known);
        CompletableFuture<Boolean> wanted = CompletableFuture.completedFuture(false);
        for (int part = 0; part < bounds.size(); part++) {
            int index = part;
            wanted = wanted.thenCompose(before -> take(index, run, known).thenApply(more -> before || more));
        }
        boolean goesOn = toTheEnd || maxArrivalMillis <= range.untilKnownMillis();
        return wanted.thenApply(more -> more && goesOn);
    }

    private long[] known(LaneLog.Run run) {
        long[] known = new long[run.records().size()];
        int asOf = -1;
        for (int i = 0; i < known.length; i++) {
            maxArrivalMillis = Math.max(maxArrivalMillis, knownMillis(run, i));
            known[i] = maxArrivalMillis;
            asOf = maxArrivalMillis <= range.asOfMillis() ? i : asOf;
        }
        walked.add(run, known, asOf);
        return known;
    }

    /** I3: the rows of an import became known together, unless one asks as if they had come when they happened. */
    private long knownMillis(LaneLog.Run run, int index) {
        return run.lane().isImport() && !range.asIf()
                ? run.lane().streamCreatedMillis()
                : run.records().get(index).arrivalMillis();
    }

    /** @return whether the part may want what comes next */
    private CompletableFuture<Boolean> take(int part, LaneLog.Run run, long[] known) {
        Bounds of = bounds.get(part);
        List<RawRecord> records = run.records();
        int from = Positions.countUpTo(of.after(), records);
        int to = of.upTo() == null ? records.size() : Positions.countUpTo(of.upTo(), records);
        boolean isOver = of.upTo() != null && log.reached().compareTo(of.upTo()) >= 0;
        if (from >= to) {
            return CompletableFuture.completedFuture(!isOver);
        }
        List<RawRecord> some = records.subList(from, to);
        long[] someKnown = from == 0 && to == known.length ? known : Arrays.copyOfRange(known, from, to);
        Lane lane = of.upTo() == null ? run.lane() : run.lane().ofBackfill();
        RepairedRecords.OfLane repaired = of.repaired();
        CompletableFuture<Boolean> taken = repaired.isEmpty()
                ? sink.take(part, lane, some, someKnown)
                : sink.take(part, lane, repaired.inPlaceOf(some), repaired.knownMillis(some, someKnown));
        return taken.thenApply(more -> more && !isOver);
    }
}
