package dev.tidemark.benchmarks.expression;

import dev.tidemark.benchmarks.BenchmarkView;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.expression.EventFilter;
import dev.tidemark.core.expression.FilterExpression;
import dev.tidemark.core.expression.InvalidExpression;
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

/** A filter, per event. The first two have the shapes that need no CEL interpreter; the others do. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class FilterBenchmark {

    private static final int EVENTS = 1_000;

    @Param({
        "type == \"view\"",
        "type == \"view\" && price > 10",
        "type.startsWith(\"v\")",
        "type == \"view\" && price * 2 > 20"
    })
    public String expression = "";

    private final Catalog catalog = BenchmarkView.catalog();
    private final List<EventRow> rows = BenchmarkView.rows(catalog, EVENTS);
    private EventFilter filter = row -> false;

    @Setup
    public void compile() throws InvalidExpression {
        var fields = catalog.sources().get(0).shape().fields();
        filter = FilterExpression.parse(expression).bind(fields::indexOf);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public int test() {
        int passed = 0;
        for (EventRow row : rows) {
            passed += filter.test(row) ? 1 : 0;
        }
        return passed;
    }
}
