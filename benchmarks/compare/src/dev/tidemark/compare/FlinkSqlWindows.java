package dev.tidemark.compare;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * {@code FlinkSqlWindows FILE EVENTS SIZE_MINUTES STEP_MINUTES}: the same by Flink SQL's window functions, which keep what
 * overlapping windows share once.
 */
public final class FlinkSqlWindows {

    private static final String QUERY = """
            SELECT f0, window_end, COUNT(*) AS n, SUM(f2), MIN(f2), MAX(f2)
            FROM TABLE(%s)
            GROUP BY f0, window_start, window_end
            """;

    public static void main(String[] arguments) throws Exception {
        long events = Long.parseLong(arguments[1]);
        String size = arguments[2];
        String step = arguments[3];
        String windows = size.equals(step)
                ? "TUMBLE(TABLE events, DESCRIPTOR(happened), INTERVAL '" + size + "' MINUTE)"
                : "HOP(TABLE events, DESCRIPTOR(happened), INTERVAL '" + step + "' MINUTE, INTERVAL '" + size
                        + "' MINUTE)";

        StreamExecutionEnvironment flink = FlinkSource.environment();
        StreamTableEnvironment tables = StreamTableEnvironment.create(flink);
        tables.createTemporaryView(
                "events",
                FlinkSource.events(flink, arguments[0], events),
                Schema.newBuilder()
                        .columnByMetadata("happened", DataTypes.TIMESTAMP_LTZ(3), "rowtime")
                        .watermark("happened", "SOURCE_WATERMARK()")
                        .build());
        tables.toDataStream(tables.sqlQuery(QUERY.formatted(windows)))
                .map(row -> {
                    Measured.result(row.<Long>getFieldAs(2));
                    return row;
                })
                .sinkTo(new DiscardingSink<>());
        flink.execute();
        Measured.print(events / 2);
    }
}
