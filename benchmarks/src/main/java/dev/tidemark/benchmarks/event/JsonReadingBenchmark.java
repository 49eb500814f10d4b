package dev.tidemark.benchmarks.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.tidemark.benchmarks.SampleEvents;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.EventShape.EventTime;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.JsonEventReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Bytes to event row, per event, for a view that needs event time, entity, filter field and input. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-Xms1g", "-Xmx1g"})
public class JsonReadingBenchmark {

    private static final int EVENTS = 10_000;

    private final List<byte[]> events = SampleEvents.json(EVENTS);
    private final JsonEventReader reader = new JsonEventReader(new EventShape(
            List.of(
                    FieldPath.parse("ts"),
                    FieldPath.parse("user_id"),
                    FieldPath.parse("type"),
                    FieldPath.parse("price")),
            new EventTime(0, TimeFormat.ISO8601),
            262_144));
    private final EventRow row = new EventRow(4);
    private final JsonFactory factory = new JsonFactory();
    private final ObjectReader binding =
            new ObjectMapper().readerFor(Event.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private record Event(String ts, @JsonProperty("user_id") String userId, String type, BigDecimal price) {}

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void tidemarkReader(Blackhole hole) {
        for (byte[] event : events) {
            reader.read(event, row);
            // As the fold asks for them; of the time nobody wants the text.
            hole.consume(row.string(1));
            hole.consume(row.string(2));
            hole.consume(row);
        }
    }

    /** For comparison: Jackson's data binding, without reading the event time. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void jacksonDatabind(Blackhole hole) throws IOException {
        for (byte[] event : events) {
            hole.consume(binding.<Object>readValue(event));
        }
    }

    /** For comparison: a Jackson parser per event and its values, without reading the event time. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void jacksonStreaming(Blackhole hole) throws IOException {
        for (byte[] event : events) {
            try (JsonParser parser = factory.createParser(event)) {
                parser.nextToken();
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    parser.nextToken();
                    switch (name) {
                        case "ts", "user_id", "type" -> hole.consume(parser.getText());
                        case "price" -> hole.consume(parser.getDecimalValue());
                        default -> parser.skipChildren();
                    }
                }
            }
        }
    }
}
