package dev.tidemark.benchmarks.replay;

import dev.tidemark.benchmarks.BenchmarkView;
import dev.tidemark.benchmarks.SampleEvents;
import dev.tidemark.core.archive.LaneLog;
import dev.tidemark.core.archive.ReadAhead;
import dev.tidemark.core.archive.StreamLog;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.view.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@link ReplayBenchmark#readAndReplay} does, by two threads and through the archive's own walk. Its operations per
 * second say something only where two cores are free; those per second of CPU time say what it costs to divide the work.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms1g", "-Xmx1g"})
public class TwoCoresBenchmark {

    private static final int EVENTS = 100_000;
    private static final int SEGMENT_RECORDS = 1_000;
    private static final ReadAhead ONE_SEGMENT = new ReadAhead(1, 0);

    private final Catalog catalog = BenchmarkView.catalog();
    private final View view = BenchmarkView.view(catalog);
    private final ExecutorService second = Executors.newSingleThreadExecutor();
    private ArchivedEvents oneLane = ArchivedEvents.of(List.of(), SEGMENT_RECORDS, second);
    private ArchivedEvents twoLanes = ArchivedEvents.of(List.of(), SEGMENT_RECORDS, Runnable::run);

    @Setup
    public void writeSegments() {
        List<byte[]> events = SampleEvents.json(EVENTS);
        oneLane = ArchivedEvents.of(List.of(events), SEGMENT_RECORDS, second);
        List<List<byte[]>> lanes = List.of(new ArrayList<>(), new ArrayList<>());
        events.forEach(event -> lanes.get(laneOf(event)).add(event));
        twoLanes = ArchivedEvents.of(lanes, SEGMENT_RECORDS, Runnable::run);
    }

    /** By the user, as a stream divides them. */
    private static int laneOf(byte[] event) {
        String text = new String(event, StandardCharsets.US_ASCII);
        String user = text.substring(text.indexOf("\"user_id\""), text.indexOf("\"item_id\""));
        return Math.floorMod(user.hashCode(), 2);
    }

    @TearDown
    public void stop() {
        second.shutdown();
    }

    /** One lane: the second thread reads ahead. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int oneLaneReadAhead() {
        return replay(lanes(oneLane, ReadAhead.DEFAULT).get(0));
    }

    /** Two lanes, each read and replayed by a thread of its own into items of its own. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int twoLanesAtOnce() {
        List<LaneLog> lanes = lanes(twoLanes, ONE_SEGMENT);
        CompletableFuture<Integer> other = CompletableFuture.supplyAsync(() -> replay(lanes.get(1)), second);
        return replay(lanes.get(0)) + other.join();
    }

    private static List<LaneLog> lanes(ArchivedEvents archive, ReadAhead readAhead) {
        return StreamLog.open(archive, ArchivedEvents.STREAM, Map.of(), Long.MIN_VALUE, Long.MAX_VALUE, readAhead)
                .join()
                .lanes();
    }

    private int replay(LaneLog lane) {
        MemoryItems items = new MemoryItems(List.of(view));
        LaneDecider replay =
                new LaneDecider(catalog.sources().get(0), List.of(view), lane.laneId(), LaneDecider.EntityFilter.ALL);
        LaneDecider.Visitor visitor = (View of, int record, EventRow row, String entity, long filterBits) ->
                items.add(of, lane.laneId(), entity, row, filterBits);
        for (Optional<LaneLog.Run> run = lane.next().join();
                run.isPresent();
                run = lane.next().join()) {
            replay.replay(run.get().records(), visitor);
        }
        return items.size();
    }
}
