package dev.tidemark.benchmarks.tile;

import dev.tidemark.benchmarks.BenchmarkView;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.tile.ItemState;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.TileWidth;
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

/** One item of the benchmark view with so many tiles of four events each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class ItemStateBenchmark {

    private static final int EVENTS_PER_TILE = 4;
    private static final int ADDED_EVENTS = 60;

    @Param({"1", "60"})
    public int tiles;

    private final Catalog catalog = BenchmarkView.catalog();
    private final View view = BenchmarkView.view(catalog);
    private final TileWidth width = view.ladder().hop();
    private final List<EventRow> rows = BenchmarkView.rows(catalog, 60 * EVENTS_PER_TILE);
    private final long block = width.blockOf(width.tileOf(rows.get(0).eventTimeMillis()));
    private ItemState state = ItemState.empty(view.layout(), width, block, "shardId-0");
    private byte[] body = new byte[0];

    @Setup
    public void fill() {
        for (int i = 0; i < tiles * EVENTS_PER_TILE; i++) {
            state.add(width.firstTileOf(block) + i / EVENTS_PER_TILE, rows.get(i), 0);
        }
        body = state.encode();
        System.out.println(tiles + " tiles are encoded in " + body.length + " bytes");
    }

    @Benchmark
    public byte[] encode() {
        return state.encode();
    }

    @Benchmark
    public ItemState decode() {
        return ItemState.decode(view.layout(), width, block, "shardId-0", body);
    }

    /** Adding to tiles that are there. */
    @Benchmark
    @OperationsPerInvocation(ADDED_EVENTS)
    public ItemState add() {
        for (int i = 0; i < ADDED_EVENTS; i++) {
            state.add(width.firstTileOf(block) + i % tiles, rows.get(i), 0);
        }
        return state;
    }
}
