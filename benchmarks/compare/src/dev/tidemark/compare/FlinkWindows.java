package dev.tidemark.compare;

import java.time.Duration;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** {@code FlinkWindows FILE EVENTS SIZE_MINUTES STEP_MINUTES}: windows of the DataStream API. */
public final class FlinkWindows {

    public static void main(String[] arguments) throws Exception {
        long events = Long.parseLong(arguments[1]);
        Duration size = Duration.ofMinutes(Long.parseLong(arguments[2]));
        Duration step = Duration.ofMinutes(Long.parseLong(arguments[3]));
        WindowAssigner<Object, TimeWindow> windows =
                size.equals(step) ? TumblingEventTimeWindows.of(size) : SlidingEventTimeWindows.of(size, step);

        StreamExecutionEnvironment flink = FlinkSource.environment();
        FlinkSource.events(flink, arguments[0], events)
                .keyBy(event -> event.f0, Types.STRING)
                .window(windows)
                .aggregate(new Aggregate(), new Emit())
                .sinkTo(new DiscardingSink<>());
        flink.execute();
        Measured.print(events / 2);
    }

    private static final class Aggregate implements AggregateFunction<Tuple3<String, Long, Double>, Totals, Totals> {

        private static final long serialVersionUID = 1;

        @Override
        public Totals createAccumulator() {
            return new Totals();
        }

        @Override
        public Totals add(Tuple3<String, Long, Double> event, Totals totals) {
            return totals.add(event.f2);
        }

        @Override
        public Totals getResult(Totals totals) {
            return totals;
        }

        @Override
        public Totals merge(Totals a, Totals b) {
            return a.add(b);
        }
    }

    private static final class Emit extends ProcessWindowFunction<Totals, Totals, String, TimeWindow> {

        private static final long serialVersionUID = 1;

        @Override
        public void process(String user, Context context, Iterable<Totals> totals, Collector<Totals> out) {
            Totals result = totals.iterator().next();
            Measured.result(result.count);
            out.collect(result);
        }
    }
}
