package dev.tidemark.functions.query;

import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.functions.LogLine;
import dev.tidemark.functions.LogLine.Level;
import dev.tidemark.functions.Metric;
import java.io.PrintStream;
import java.time.InstantSource;

/**
 * One line of JSON per request, which is also its metrics; never an entity key or a value. Thread-safe. The units are those
 * that DynamoDB has charged since the line before; they belong to the request where one request is answered at a time, as
 * on Lambda.
 */
final class JsonRequestLog implements RequestLog {

    private static final String ROUTE = "route";
    private static final String STATUS = "status";
    private static final int FIRST_SERVER_ERROR = 500;

    private final PrintStream out;
    private final CapacityCounter capacity;
    private final InstantSource clock;
    private double readUnitsBefore;

    /** @param capacity what the stores of the function are metered with */
    JsonRequestLog(PrintStream out, CapacityCounter capacity, InstantSource clock) {
        this.out = out;
        this.capacity = capacity;
        this.clock = clock;
    }

    @Override
    public synchronized void primed() {
        readUnitsBefore = capacity.readUnits();
    }

    @Override
    public synchronized void answered(
            RequestCost cost, int status, String problem, String requestId, long latencyMillis) {
        Level level = status >= FIRST_SERVER_ERROR ? Level.WARN : Level.INFO;
        double readUnits = capacity.readUnits();
        out.println(LogLine.of(
                clock.millis(), level, problem.isEmpty() ? "request answered" : "request refused", line -> {
                    line.text("requestId", requestId);
                    line.text(ROUTE, cost.route());
                    line.text(STATUS, Integer.toString(status));
                    line.dimensions(ROUTE);
                    line.metric(Metric.LATENCY, latencyMillis);
                    line.metric(Metric.ENTITIES_READ, cost.entities());
                    line.metric(Metric.ITEMS_READ, cost.items());
                    line.metric(Metric.READ_UNITS, readUnits - readUnitsBefore);
                    if (!problem.isEmpty()) {
                        line.text("problem", problem);
                        line.dimensions(STATUS);
                        line.metric(Metric.PROBLEMS, 1);
                    }
                }));
        readUnitsBefore = readUnits;
    }
}
