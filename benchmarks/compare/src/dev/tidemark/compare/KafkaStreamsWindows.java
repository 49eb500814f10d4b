package dev.tidemark.compare;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.Stores;

/**
 * {@code KafkaStreamsWindows FILE EVENTS SIZE_MINUTES STEP_MINUTES}: a topology in the driver that Kafka publishes for
 * tests, in one thread and without a broker. Records have the user as their key, so that nothing is sent from partition
 * to partition. Windows in memory, no changelog, every change handed on.
 */
public final class KafkaStreamsWindows {

    private static final byte[] USER = "\"user_id\":\"".getBytes(StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        long events = Long.parseLong(arguments[1]);
        Duration size = Duration.ofMinutes(Long.parseLong(arguments[2]));
        Duration step = Duration.ofMinutes(Long.parseLong(arguments[3]));

        StreamsBuilder builder = new StreamsBuilder();
        Serde<Event> read = Serdes.serdeFrom((topic, event) -> null, (topic, json) -> Event.of(json));
        Serde<Totals> totals =
                Serdes.serdeFrom((topic, value) -> bytes(value), (topic, bytes) -> totals(ByteBuffer.wrap(bytes)));
        builder.stream(
                        "events",
                        Consumed.with(Serdes.String(), read)
                                .withTimestampExtractor((record, before) -> ((Event) record.value()).millis))
                .groupByKey()
                .windowedBy(TimeWindows.ofSizeWithNoGrace(size).advanceBy(step))
                .aggregate(
                        Totals::new,
                        (user, event, value) -> value.add(event.price),
                        Materialized.<String, Totals>as(
                                        Stores.inMemoryWindowStore("windows", size.multipliedBy(2), size, false))
                                .withKeySerde(Serdes.String())
                                .withValueSerde(totals)
                                .withCachingDisabled()
                                .withLoggingDisabled())
                .toStream()
                .foreach((window, value) -> Measured.result(1));

        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "compare");
        try (TopologyTestDriver driver = new TopologyTestDriver(builder.build(), settings);
                Lines lines = new Lines(arguments[0], events)) {
            TestInputTopic<byte[], byte[]> topic =
                    driver.createInputTopic("events", new ByteArraySerializer(), new ByteArraySerializer());
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                topic.pipeInput(key(line), line);
            }
        }
        Measured.print(events / 2);
    }

    private static byte[] bytes(Totals totals) {
        return ByteBuffer.allocate(32)
                .putLong(totals.count)
                .putDouble(totals.sum)
                .putDouble(totals.min)
                .putDouble(totals.max)
                .array();
    }

    private static Totals totals(ByteBuffer bytes) {
        Totals totals = new Totals();
        totals.count = bytes.getLong();
        totals.sum = bytes.getDouble();
        totals.min = bytes.getDouble();
        totals.max = bytes.getDouble();
        return totals;
    }

    /** The key that the producer would have given; found without reading the JSON, which the topology does. */
    private static byte[] key(byte[] json) {
        int from = 0;
        while (!Arrays.equals(json, from, from + USER.length, USER, 0, USER.length)) {
            from++;
        }
        from += USER.length;
        int end = from;
        while (json[end] != '"') {
            end++;
        }
        return Arrays.copyOfRange(json, from, end);
    }
}
