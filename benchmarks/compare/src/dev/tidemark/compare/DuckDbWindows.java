package dev.tidemark.compare;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * {@code DuckDbWindows FILE EVENTS SIZE_MINUTES STEP_MINUTES}: a query over the file, by DuckDB's own JSON reader and one
 * thread. With a step as wide as the window a result for each user and window; else one for each event, over the window
 * that ends with it: what a query would get that came at that moment.
 */
public final class DuckDbWindows {

    private static final String EVENTS = """
            from read_ndjson('%s', columns = {ts: 'TIMESTAMP', user_id: 'VARCHAR', price: 'DOUBLE'})
            """;
    private static final String TUMBLING = """
            select user_id, time_bucket(interval '%d minutes', ts) as w,
                count(*) as n, sum(price) as s, min(price) as lo, max(price) as hi
            """;
    private static final String SLIDING = """
            select user_id, count(*) over w as n, sum(price) over w as s, min(price) over w as lo, max(price) over w as hi
            """;
    private static final String FRAME = """
            window w as (partition by user_id order by ts
                range between interval '%d minutes' preceding and current row)
            """;

    public static void main(String[] arguments) throws SQLException {
        String from = EVENTS.formatted(arguments[0]);
        long events = Long.parseLong(arguments[1]);
        long size = Long.parseLong(arguments[2]);
        String query = arguments[2].equals(arguments[3])
                ? TUMBLING.formatted(size) + from + "group by all"
                : SLIDING + from + FRAME.formatted(size);
        // Every column of every result is computed, and none has to be fetched through JDBC.
        String sums = "select count(*), sum(n), sum(s), sum(lo), sum(hi), max(user_id) from (" + query + ")";
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("set threads = 1");
            statement.execute("set memory_limit = '2GB'");
            // A query begins with nothing: nothing of a first half would be left. The second of two is measured, whole.
            statement.execute(sums);
            Measured.start();
            try (ResultSet result = statement.executeQuery(sums)) {
                result.next();
                Measured.stop();
                Measured.print(events, result.getLong(1), result.getLong(2));
            }
        }
    }
}
