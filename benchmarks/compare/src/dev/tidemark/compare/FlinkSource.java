package dev.tidemark.compare;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The events in Flink: user, milliseconds, price, with watermarks. Flink's local cluster with one slot, objects reused,
 * buffers sent when they are full, state on the heap (the default), no checkpoints.
 */
final class FlinkSource {

    private FlinkSource() {}

    static StreamExecutionEnvironment environment() {
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
        flink.getConfig().enableObjectReuse();
        flink.setBufferTimeout(-1);
        return flink;
    }

    static SingleOutputStreamOperator<Tuple3<String, Long, Double>> events(
            StreamExecutionEnvironment flink, String file, long count) {
        return flink.fromSource(
                        new DataGeneratorSource<>(
                                new FromFile(file, count),
                                count,
                                PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO),
                        WatermarkStrategy.noWatermarks(),
                        "file")
                .map(new Read())
                .assignTimestampsAndWatermarks(WatermarkStrategy.<Tuple3<String, Long, Double>>forMonotonousTimestamps()
                        .withTimestampAssigner((event, before) -> event.f1));
    }

    private static final class FromFile implements GeneratorFunction<Long, byte[]> {

        private static final long serialVersionUID = 1;

        private final String file;
        private final long events;
        private transient Lines lines;

        FromFile(String file, long events) {
            this.file = file;
            this.events = events;
        }

        @Override
        public void open(SourceReaderContext context) {
            lines = new Lines(file, events);
        }

        @Override
        public byte[] map(Long number) {
            return lines.next();
        }
    }

    private static final class Read extends RichMapFunction<byte[], Tuple3<String, Long, Double>> {

        private static final long serialVersionUID = 1;

        private transient Event event;
        private transient Tuple3<String, Long, Double> sent;

        @Override
        public void open(OpenContext context) {
            event = new Event();
            sent = new Tuple3<>();
        }

        @Override
        public Tuple3<String, Long, Double> map(byte[] json) {
            event.read(json);
            sent.setFields(event.user, event.millis, event.price);
            return sent;
        }
    }
}
