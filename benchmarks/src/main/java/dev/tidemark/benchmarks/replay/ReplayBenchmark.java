package dev.tidemark.benchmarks.replay;

import dev.tidemark.aws.s3.SegmentReader;
import dev.tidemark.aws.s3.SegmentWriter;
import dev.tidemark.benchmarks.BenchmarkView;
import dev.tidemark.benchmarks.SampleEvents;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.fold.LaneDecider;
import dev.tidemark.core.history.MemoryItems;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * From the archive's objects to records, and on to tiles, per event; the events are those of the fold's benchmark. What
 * {@link #read} takes is part of each of the others.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 4)
@Measurement(iterations = 5, time = 4)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms1g", "-Xmx1g"})
public class ReplayBenchmark {

    private static final int EVENTS = 100_000;

    /** Where the checkpoint is. */
    private static final int EARLIER = EVENTS / 2;

    /** Has one event in 1,150. */
    private static final String ENTITY = "u100";

    private static final Lane LANE = ArchivedEvents.lane(0);
    private static final String LANE_ID = LANE.id();

    /** Records in one segment: a batch, or what is compacted. */
    @Param({"1000", "10000"})
    public int segmentRecords;

    private final Catalog catalog = BenchmarkView.catalog();
    private final View view = BenchmarkView.view(catalog);
    private final List<ItemStore.Found> checkpoint = new ArrayList<>();
    private List<byte[]> segments = List.of();

    @Setup
    public void writeSegments() {
        segments = ArchivedEvents.segments(LANE, SampleEvents.json(EVENTS), segmentRecords).stream()
                .map(SegmentWriter::write)
                .toList();
        MemoryItems items = new MemoryItems(List.of(view));
        replay(earlier(), LaneDecider.EntityFilter.ALL, items);
        checkpoint.clear();
        items.forEach((key, item) -> checkpoint.add(new ItemStore.Found(key, item)));
    }

    private List<byte[]> earlier() {
        return segments.subList(0, EARLIER / segmentRecords);
    }

    private List<byte[]> later() {
        return segments.subList(EARLIER / segmentRecords, segments.size());
    }

    private void replay(List<byte[]> some, LaneDecider.EntityFilter wanted, MemoryItems items) {
        LaneDecider replay = new LaneDecider(catalog.sources().get(0), List.of(view), LANE_ID, wanted);
        LaneDecider.Visitor visitor = (View of, int record, EventRow row, String entity, long filterBits) ->
                items.add(of, LANE_ID, entity, row, filterBits);
        for (byte[] segment : some) {
            replay.replay(SegmentReader.read(segment).records(), visitor);
        }
    }

    /** Decompressed, parsed, checked. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void read(Blackhole hole) {
        for (byte[] segment : segments) {
            hole.consume(SegmentReader.read(segment));
        }
    }

    /** And on through the fold's decisions into tiles in memory, of which there were none before. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int readAndReplay() {
        MemoryItems items = new MemoryItems(List.of(view));
        replay(segments, LaneDecider.EntityFilter.ALL, items);
        return items.size();
    }

    /** Likewise onto the items of a checkpoint half way, which are loaded first. */
    @Benchmark
    @OperationsPerInvocation(EVENTS - EARLIER)
    public int readAndReplayAfterCheckpoint() {
        MemoryItems items = new MemoryItems(List.of(view));
        for (ItemStore.Found found : checkpoint) {
            items.load(found.key(), found.item());
        }
        replay(later(), LaneDecider.EntityFilter.ALL, items);
        return items.size();
    }

    /** The events of one entity only, as for a value of a past moment or a receipt. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int readAndReplayOneEntity() {
        MemoryItems items = new MemoryItems(List.of(view));
        replay(segments, LaneDecider.EntityFilter.only(ENTITY), items);
        return items.size();
    }
}
