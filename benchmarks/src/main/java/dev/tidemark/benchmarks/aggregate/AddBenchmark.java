package dev.tidemark.benchmarks.aggregate;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.AggregateFunctions;
import dev.tidemark.core.aggregate.Computation;
import dev.tidemark.core.aggregate.FieldInput;
import dev.tidemark.core.aggregate.Grid;
import dev.tidemark.core.aggregate.Label;
import dev.tidemark.core.aggregate.Net;
import dev.tidemark.core.aggregate.Parameter;
import dev.tidemark.core.aggregate.State;
import dev.tidemark.core.aggregate.StateType;
import dev.tidemark.core.event.EventRow;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;

/** An event added to the states of one feature, which have seen a thousand like it: a score of four digits and its label. */
@org.openjdk.jmh.annotations.State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AddBenchmark {

    private static final int EVENTS = 1_000;
    private static final int SCORE = 0;
    private static final int LABEL = 1;

    /** With {@code net} before it, where events may be taken back. */
    @Param({
        "avg",
        "net avg",
        "median",
        "histogram",
        "confusion",
        "log_loss",
        "brier",
        "auc",
        "calibration",
        "mae",
        "net log_loss",
        "profile",
        "profile of probabilities"
    })
    public String function = "avg";

    private final EventRow[] rows = new EventRow[EVENTS];
    private State[] states = {};

    @Setup
    public void prepare() {
        Random random = new Random(1);
        for (int i = 0; i < EVENTS; i++) {
            rows[i] = new EventRow(2);
            rows[i].setNumber(SCORE, random.nextInt(10_001), 4);
            rows[i].setNumber(LABEL, random.nextInt(2), 0);
        }
        states = computation().states().stream().map(StateType::create).toArray(State[]::new);
        add();
    }

    private Computation computation() {
        String[] words = function.split(" ");
        boolean net = words[0].equals("net");
        AggregateFunction found = AggregateFunctions.find(words[net ? 1 : 0]).orElseThrow();
        Map<String, Object> arguments = new HashMap<>();
        for (Parameter parameter : found.parameters()) {
            if (parameter.defaultValue() != null) {
                arguments.put(parameter.name(), parameter.defaultValue());
            }
        }
        arguments.put("label", Label.of(new FieldInput(LABEL, "label", false)));
        arguments.put("boundaries", List.of(new BigDecimal("0.5")));
        if (function.endsWith("of probabilities")) {
            arguments.put("grid", Grid.PROBABILITY);
        }
        Computation plain =
                found.bind(new FieldInput(SCORE, "score", false, AggregateFunction.Input.NUMBER), arguments);
        return net ? Net.of(plain) : plain;
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public State[] add() {
        for (EventRow row : rows) {
            for (State state : states) {
                state.add(row);
            }
        }
        return states;
    }
}
