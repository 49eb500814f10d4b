package dev.tidemark.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.InvalidDefinition;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.KplRecords;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Packing;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What records of every format become, from the catalog to the stored items. */
class FormatsTest {

    static final long NOW_MILLIS = 1_790_000_000_000L;
    private static final long SEED = 7;

    static final String AVRO = """
            {"type": "record", "name": "View", "namespace": "shop", "fields": [
              {"name": "ts", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "user_id", "type": "string"},
              {"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 4}]},
              {"name": "item", "type": {"type": "record", "name": "Item", "fields": [
                {"name": "category", "type": "string"}, {"name": "weight", "type": "double"}]}}]}
            """;

    static final String YAML = """
            tidemark: 1
            sources:
              views:
                stream: views
                event_time: ts
                format: %s
            views:
              viewer:
                source: views
                entity: user_id
                features:
                  n: {function: count, windows: [1h]}
                  spent: {function: sum, input: price, windows: [1h]}
                  weight: {function: max, input: item.weight, windows: [1h]}
                  items: {function: distinct, input: item.category, windows: [1h]}
            """;

    @TempDir
    private Path folder;

    record Event(long millis, String user, BigDecimal price, String category, double weight) {

        /** The fields in JSON as a producer would write them. */
        byte[] json() {
            ObjectNode node = JsonTools.MAPPER.createObjectNode();
            node.put("ts", Instant.ofEpochMilli(millis).toString())
                    .put("user_id", user)
                    .put("price", price);
            node.putObject("item").put("category", category).put("weight", new BigDecimal(Double.toString(weight)));
            return JsonTools.bytes(node);
        }

        byte[] avro(Schema schema) {
            GenericData.Record record = new GenericData.Record(schema);
            record.put("ts", millis);
            record.put("user_id", user);
            record.put(
                    "price", ByteBuffer.wrap(price.setScale(4).unscaledValue().toByteArray()));
            GenericData.Record item =
                    new GenericData.Record(schema.getField("item").schema());
            item.put("category", category);
            item.put("weight", weight);
            record.put("item", item);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
                new GenericDatumWriter<>(schema).write(record, encoder);
                encoder.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return out.toByteArray();
        }

        byte[] protobuf(Descriptors.Descriptor view) {
            Descriptors.Descriptor item = view.getFile().findMessageTypeByName("Item");
            return DynamicMessage.newBuilder(view)
                    .setField(
                            view.findFieldByName("ts"),
                            Instant.ofEpochMilli(millis).toString())
                    .setField(view.findFieldByName("user_id"), user)
                    .setField(view.findFieldByName("price"), price.doubleValue())
                    .setField(
                            view.findFieldByName("item"),
                            DynamicMessage.newBuilder(item)
                                    .setField(item.findFieldByName("category"), category)
                                    .setField(item.findFieldByName("weight"), weight)
                                    .build())
                    .build()
                    .toByteArray();
        }
    }

    static List<Event> events(int count) {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(new Event(
                    NOW_MILLIS - random.nextInt(3_600_000),
                    "ü\"ser-" + random.nextInt(5),
                    BigDecimal.valueOf(random.nextInt(1_000_000), 4),
                    "c" + random.nextInt(4),
                    random.nextInt(10_000) / 8.0));
        }
        return events;
    }

    private static FileDescriptorSet descriptors() {
        DescriptorProto item = DescriptorProto.newBuilder()
                .setName("Item")
                .addField(field("category", 1, FieldDescriptorProto.Type.TYPE_STRING))
                .addField(field("weight", 2, FieldDescriptorProto.Type.TYPE_DOUBLE))
                .build();
        DescriptorProto view = DescriptorProto.newBuilder()
                .setName("View")
                .addField(field("ts", 1, FieldDescriptorProto.Type.TYPE_STRING))
                .addField(field("user_id", 2, FieldDescriptorProto.Type.TYPE_STRING))
                .addField(field("price", 3, FieldDescriptorProto.Type.TYPE_DOUBLE))
                .addField(field("item", 4, FieldDescriptorProto.Type.TYPE_MESSAGE).toBuilder()
                        .setTypeName(".shop.Item"))
                .build();
        return FileDescriptorSet.newBuilder()
                .addFile(FileDescriptorProto.newBuilder()
                        .setName("shop.proto")
                        .setPackage("shop")
                        .setSyntax("proto3")
                        .addMessageType(item)
                        .addMessageType(view))
                .build();
    }

    private static FieldDescriptorProto field(String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
                .build();
    }

    static byte[] gzip(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] joined(List<Event> events, String before, String between, String after) {
        return (before
                        + String.join(
                                between,
                                events.stream()
                                        .map(event -> new String(event.json(), UTF_8))
                                        .toList())
                        + after)
                .getBytes(UTF_8);
    }

    private static List<byte[]> each(List<Event> events, Function<Event, byte[]> encode) {
        return events.stream().map(encode).toList();
    }

    private static List<byte[]> packed(List<Event> events, Function<List<Event>, byte[]> encode) {
        List<byte[]> records = new ArrayList<>();
        for (int from = 0; from < events.size(); from += 7) {
            records.add(encode.apply(events.subList(from, Math.min(events.size(), from + 7))));
        }
        return records;
    }

    private Catalog catalog(String format) {
        return compile(YAML.formatted(format));
    }

    private Catalog compile(String yaml) {
        return new CatalogCompiler(EventFormats.beside(folder.resolve("catalog.yaml"))).compile(yaml);
    }

    /** The bodies of the view's items, without its version. */
    /** Of the last fold. */
    private List<InvalidEvent.Reason> quarantined = List.of();

    private Map<String, String> items(String format, List<byte[]> records) {
        return items(catalog(format), records);
    }

    private Map<String, String> items(Catalog catalog, List<byte[]> records) {
        InMemoryItemStore items = new InMemoryItemStore();
        InMemoryQuarantine quarantine = new InMemoryQuarantine();
        FoldPorts ports = new FoldPorts(
                items,
                new InMemoryControlStore(),
                new InMemoryArchive(),
                quarantine,
                Lineage.NEVER_RESHARDED,
                millis -> CompletableFuture.completedFuture(null),
                () -> NOW_MILLIS,
                new Random(1));
        BatchFold fold = new BatchFold(catalog, ports, new FoldSettings("g1", 4, 3, 1 << 20));
        Lane lane = new Lane(
                "arn:aws:kinesis:eu-central-1:111122223333:stream/views", 1_700_000_000_000L, "shardId-000000000000");
        List<RawRecord> sent = new ArrayList<>();
        for (byte[] data : records) {
            sent.add(new RawRecord(new Position(Integer.toString(1_000 + sent.size()), 0), NOW_MILLIS, "k", data));
        }
        // Delivered twice, the second time with other boundaries: the lane passes over what is done.
        BatchOutcome first = fold.fold(fold.unpack(new Batch(lane, sent.subList(0, sent.size() / 2))), Long.MAX_VALUE)
                .join();
        BatchOutcome outcome =
                fold.fold(fold.unpack(new Batch(lane, sent)), Long.MAX_VALUE).join();
        assertThat(first.isDone() && outcome.isDone()).isTrue();
        assertThat(outcome.violations()).isEmpty();
        quarantined = quarantine.entries.values().stream()
                .map(entry -> entry.reason().reason())
                .toList();
        Map<String, String> bodies = new TreeMap<>();
        items.items.forEach((key, item) -> bodies.put(
                key.entity() + " " + key.sortKey(), Base64.getEncoder().encodeToString(item.body())));
        return bodies;
    }

    @Test
    void theSameEventsInAnyFormatAreTheSameItems() throws IOException {
        List<Event> events = events(300);
        Files.writeString(folder.resolve("view.avsc"), AVRO);
        Files.write(folder.resolve("shop.desc"), descriptors().toByteArray());
        Schema schema = new Schema.Parser().parse(AVRO);
        Descriptors.Descriptor view = descriptor();
        Map<String, String> json = items("json", each(events, Event::json));

        assertThat(json).hasSizeGreaterThan(4);
        assertThat(items("{encoding: {avro: {schema: view.avsc}}}", each(events, event -> event.avro(schema))))
                .isEqualTo(json);
        assertThat(items(
                        "{compression: gzip, encoding: {avro: {schema: view.avsc}}}",
                        each(events, event -> gzip(event.avro(schema)))))
                .isEqualTo(json);
        assertThat(items(
                        "{encoding: {protobuf: {descriptor: shop.desc, message: shop.View}}}",
                        each(events, event -> event.protobuf(view))))
                .isEqualTo(json);
        assertThat(items("{framing: lines}", packed(events, some -> joined(some, "", "\n", "\n"))))
                .isEqualTo(json);
        assertThat(items(
                        "{compression: gzip, framing: lines}",
                        packed(events, some -> gzip(joined(some, "", "\r\n", "")))))
                .isEqualTo(json);
        assertThat(items("{compression: zstd}", each(events, event -> zstd(event.json()))))
                .isEqualTo(json);
        assertThat(items(
                        "{compression: zstd, framing: lines}",
                        packed(events, some -> zstd(joined(some, "", "\n", "")))))
                .isEqualTo(json);
        assertThat(items(
                        compile(YAML.formatted("{framing: cloudwatch_logs}")
                                .replaceAll("(event_time:|entity:|input:) ", "$1 message.")),
                        packed(events, FormatsTest::subscribed)))
                .isEqualTo(json);
        assertThat(items("{framing: array}", packed(events, some -> joined(some, "[", " , ", "] "))))
                .isEqualTo(json);
        assertThat(items("{envelope: {cdc: dynamodb}}", each(events, FormatsTest::dynamoDb)))
                .isEqualTo(json);
    }

    private static byte[] zstd(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
            zstd.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** What a subscription filter sends of a program that logs its events as lines of JSON. */
    private static byte[] subscribed(List<Event> events) {
        ObjectNode record = JsonTools.MAPPER.createObjectNode();
        record.put("messageType", "DATA_MESSAGE").put("owner", "111122223333").put("logGroup", "/shop");
        ArrayNode logEvents = record.putArray("logEvents");
        events.forEach(event -> logEvents
                .addObject()
                .put("id", "3")
                .put("timestamp", event.millis)
                .put("message", new String(event.json(), UTF_8)));
        return gzip(JsonTools.bytes(record));
    }

    private static byte[] dynamoDb(Event event) {
        return """
                {"eventName": "INSERT", "dynamodb": {"Keys": {"user_id": {"S": "x"}}, "NewImage": {"ts": {"S": "%s"},
                 "user_id": {"S": "%s"}, "price": {"N": "%s"}, "item": {"M": {"category": {"S": "%s"},
                 "weight": {"N": "%s"}}}}}}
                """.formatted(
                        Instant.ofEpochMilli(event.millis),
                        event.user.replace("\"", "\\\""),
                        event.price.toPlainString(),
                        event.category,
                        event.weight)
                .getBytes(UTF_8);
    }

    private static Descriptors.Descriptor descriptor() {
        try {
            return FileDescriptor.buildFrom(descriptors().getFile(0), new FileDescriptor[0])
                    .findMessageTypeByName("View");
        } catch (Descriptors.DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A catalog's JSON holds its schemas, so that it means the same where its files are not. */
    @Test
    void aCatalogHoldsItsSchemas() throws IOException {
        Files.writeString(folder.resolve("view.avsc"), AVRO);
        Catalog catalog = catalog("{encoding: {avro: {schema: view.avsc}}}");
        Catalog again = new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(catalog.json());

        assertThat(again.hash()).isEqualTo(catalog.hash());
        assertThat(again.views().get(0).version())
                .isEqualTo(catalog.views().get(0).version());
        Files.writeString(folder.resolve("view.avsc"), AVRO.replace("shop", "store"));
        assertThat(catalog("{encoding: {avro: {schema: view.avsc}}}")
                        .views()
                        .get(0)
                        .version())
                .isNotEqualTo(catalog.views().get(0).version());
    }

    /** What is framed is unpacked before it is archived, so the archive is read as JSON is. */
    @Test
    void framingMakesNoOtherVersions() {
        assertThat(catalog("{framing: lines}").views().get(0).version())
                .isEqualTo(catalog("json").views().get(0).version());
        assertThat(catalog("{compression: gzip}").views().get(0).version())
                .isNotEqualTo(catalog("json").views().get(0).version());
        assertThat(catalog("{framing: lines}").hash())
                .isNotEqualTo(catalog("json").hash());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "xml | unknown format 'xml'",
                "{compression: lz4} | unknown compression 'lz4'",
                "{framing: lines, encoding: {avro: {schema_json: '{\"type\":\"record\",\"name\":\"A\",\"fields\":[]}'}}}"
                        + " | events that are framed in one record are JSON, not avro",
                "{framing: cloudwatch_logs, compression: gzip} | CloudWatch Logs decides how its records are compressed",
                "{encoding: {avro: {schema: none.avsc}}} | the file 'none.avsc' cannot be read",
                "{encoding: {avro: {schema_json: '\"string\"'}}} | the schema is of string",
                "{encoding: {avro: {schema_json: '{'}}} | the schema is no schema of Avro",
                "{encoding: {avro: {schema_json: '{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":"
                        + "[\"null\",\"A\"]}]}'}}} | the schema's record A contains itself",
                "{encoding: {protobuf: {descriptor_base64: '', message: a.B}}} | the descriptor has no message 'a.B'",
                "{envelope: {cdc: oracle}} | unknown origin of changes 'oracle'",
                "{envelope: soap} | unknown envelope 'soap'"
            })
    void whatACatalogCannotSay(String format, String problem) {
        assertThatThrownBy(() -> catalog(format))
                .isInstanceOf(InvalidDefinition.class)
                .hasMessageContaining(problem);
    }

    private static String decoded(String format, String event) {
        return decoded(format, event.getBytes(UTF_8));
    }

    private static String decoded(String format, byte[] event) {
        Catalog catalog = new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(YAML.formatted(format));
        return new String(
                Objects.requireNonNull(catalog.sources().get(0).format().decoder())
                        .decode(event),
                UTF_8);
    }

    private static JsonNode tree(String json) {
        return JsonTools.object(json.getBytes(UTF_8));
    }

    @Test
    void changesOfATable() {
        assertThat(tree(decoded("{envelope: {cdc: debezium}}", """
                        {"schema": {"fields": [{"field": "after", "fields": [{"field": "price",
                          "name": "org.apache.kafka.connect.data.Decimal", "parameters": {"scale": "2"}}]}]},
                         "payload": {"op": "u", "ts_ms": 5, "before": {"id": 1}, "after": {"id": 1, "price": "A+g="}}}
                        """)))
                .isEqualTo(tree("{\"id\":1,\"price\":10.00,\"__change\":{\"op\":\"u\",\"ts_ms\":5}}"));
        String plain = "{\"op\":\"d\",\"before\":{\"id\":1},\"after\":null}";
        assertThat(decoded("{envelope: {cdc: debezium}}", plain)).isEqualTo("{\"__change\":{\"op\":\"d\"}}");
        assertThat(decoded("{envelope: {cdc: debezium, take: before}}", plain))
                .isEqualTo("{\"id\":1,\"__change\":{\"op\":\"d\"}}");
        assertThat(decoded(
                        "{envelope: {cdc: dms}}",
                        "{\"data\":{\"id\":1},\"metadata\":{\"operation\":\"insert\",\"table-name\":\"t\"}}"))
                .isEqualTo("{\"id\":1,\"__change\":{\"operation\":\"insert\",\"table-name\":\"t\"}}");
        assertThat(decoded(
                        "{envelope: {cdc: dms, take: before}}",
                        "{\"data\":{\"id\":1},\"metadata\":{\"operation\":\"delete\"}}"))
                .isEqualTo("{\"id\":1,\"__change\":{\"operation\":\"delete\"}}");
        assertThat(decoded(
                        "{envelope: {cdc: dynamodb, take: before}}",
                        "{\"eventName\":\"MODIFY\",\"dynamodb\":{\"Keys\":{\"id\":{\"N\":\"1\"}},\"OldImage\":{\"id\":{\"N\":"
                                + "\"1\"},\"tags\":{\"SS\":[\"a\"]},\"gone\":{\"NULL\":true},\"all\":{\"L\":[{\"BOOL\":true},"
                                + "{\"N\":\"42.50\"}]}}}}"))
                .isEqualTo("{\"id\":1,\"tags\":[\"a\"],\"gone\":null,\"all\":[true,42.50],\"__change\":{\"eventName\":"
                        + "\"MODIFY\",\"Keys\":{\"id\":1}}}");
    }

    /** A delete has no row after it, and so no event time: nobody has to have it in quarantine for that. */
    @Test
    void aDeleteThatNobodyWantsIsFiltered() {
        List<Event> events = events(60);
        List<byte[]> changes = new ArrayList<>();
        for (byte[] change : each(events, FormatsTest::dynamoDb)) {
            changes.add(change);
            changes.add(
                    "{\"eventName\":\"REMOVE\",\"dynamodb\":{\"Keys\":{\"user_id\":{\"S\":\"x\"}}}}".getBytes(UTF_8));
        }
        String yaml = YAML.formatted("{envelope: {cdc: dynamodb}}");
        String where = yaml.replace("entity:", "where: __change.eventName != \"REMOVE\"\n    entity:");

        assertThat(items(compile(where), changes)).isEqualTo(items("json", each(events, Event::json)));
        assertThat(quarantined).isEmpty();
        items(compile(yaml), changes);
        assertThat(quarantined).hasSize(60).allMatch(reason -> reason == InvalidEvent.Reason.NO_EVENT_TIME);
    }

    @Test
    void cloudEvents() {
        assertThat(decoded(
                        "{envelope: cloudevents}",
                        "{\"specversion\":\"1.0\",\"type\":\"t\",\"id\":\"1\",\"data_base64\":\"eyJhIjoxfQ==\"}"))
                .isEqualTo("{\"specversion\":\"1.0\",\"type\":\"t\",\"id\":\"1\",\"data\":{\"a\":1}}");
        assertThatThrownBy(() -> decoded("{envelope: cloudevents}", "{\"type\":\"t\"}"))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("specversion");
    }

    private static Packing packing(String format) {
        Catalog catalog = new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(YAML.formatted(format));
        return Objects.requireNonNull(catalog.sources().get(0).format().packing());
    }

    private static List<String> texts(Packing packing, byte[] data) {
        return packing.unpack(data).orElse(List.of()).stream()
                .map(event -> new String(event, UTF_8))
                .toList();
    }

    @Test
    void logEventsOfCloudWatch() {
        byte[] record = gzip(
                ("{\"messageType\":\"DATA_MESSAGE\",\"logGroup\":\"g\",\"logEvents\":[{\"id\":\"1\",\"timestamp\":5,"
                                + "\"message\":\"{\\\"price\\\": 1.50}\"},{\"id\":\"2\",\"timestamp\":6,\"message\":\"{text\"}]}")
                        .getBytes(UTF_8));
        assertThat(texts(packing("{framing: cloudwatch_logs}"), record))
                .containsExactly(
                        "{\"messageType\":\"DATA_MESSAGE\",\"logGroup\":\"g\",\"id\":\"1\",\"timestamp\":5,\"message\":"
                                + "{\"price\":1.50}}",
                        "{\"messageType\":\"DATA_MESSAGE\",\"logGroup\":\"g\",\"id\":\"2\",\"timestamp\":6,\"message\":"
                                + "\"{text\"}");
    }

    @Test
    void elementsKeepTheirBytesAndBadOnesAreRefusedAlone() {
        assertThat(texts(packing("{framing: array}"), " [ {\"a\": 1.0} , 5, [{}], {} ]\n".getBytes(UTF_8)))
                .containsExactly("{\"a\": 1.0}", "5", "[{}]", "{}");
        assertThat(texts(packing("{framing: array}"), "{\"a\":1}".getBytes(UTF_8)))
                .containsExactly("{\"a\":1}");
        assertThat(texts(packing("{framing: array}"), "[{}] x".getBytes(UTF_8))).isEmpty();
        assertThat(texts(packing("{framing: array}"), "[{}".getBytes(UTF_8))).isEmpty();
        assertThat(texts(packing("{framing: lines}"), "{}\n\n x \r\n{}".getBytes(UTF_8)))
                .containsExactly("{}", " x ", "{}");
    }

    /** One record is never more work than a full batch, and never more memory than its size allows. */
    @Test
    void aRecordIsBounded() {
        byte[] most = "{}\n".repeat(Packing.MAX_EVENTS).getBytes(UTF_8);
        byte[] more = "{}\n".repeat(Packing.MAX_EVENTS + 1).getBytes(UTF_8);
        assertThat(texts(packing("{framing: lines}"), most)).hasSize(Packing.MAX_EVENTS);
        assertThat(packing("{framing: lines}").unpack(more)).isEmpty();
        assertThatThrownBy(() -> decoded("{compression: gzip}", gzip(new byte[Inflater.LEAST_BYTES * 2])))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("holds more than");
        assertThatThrownBy(() -> decoded("{compression: zstd}", "no".getBytes(UTF_8)))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("not compressed by Zstandard");
    }

    /** Members that follow one another are one text; anything else after the end is no part of it, and may be half an event. */
    @Test
    void bytesAfterTheEndAreRefused() {
        byte[] one = gzip("{\"a\":1".getBytes(UTF_8));
        byte[] other = gzip("}".getBytes(UTF_8));
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        assertThat(decoded("{compression: gzip}", both)).isEqualTo("{\"a\":1}");
        for (int more : new int[] {1, 9, 40, 600}) {
            byte[] longer = Arrays.copyOf(both, both.length + more);
            assertThatThrownBy(() -> decoded("{compression: gzip}", longer))
                    .isInstanceOf(InvalidEvent.class)
                    .hasMessageContaining("bytes after its end");
            assertThat(packing("{compression: gzip, framing: lines}").unpack(longer))
                    .isEmpty();
        }
    }

    @Test
    void aContainerOfAvroIsNamed() {
        String format = "{encoding: {avro: {schema_json: '" + AVRO.replace("\n", " ") + "'}}}";
        assertThatThrownBy(() -> decoded(format, "Obj\u0001and so on"))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("a container file of Avro");
    }

    /** Those of the Kinesis Producer Library may be packed once more. */
    @Test
    void positionsIncrease() {
        Packing packing = packing("{framing: lines}");
        List<RawRecord> records = packing.unpack(List.of(
                new RawRecord(new Position("7", 0), 1, "k", "{}\n{}".getBytes(UTF_8)),
                new RawRecord(new Position("7", 1), 1, "k", "{}\n{}".getBytes(UTF_8)),
                new RawRecord(new Position("7", KplRecords.MAX_RECORDS), 1, "k", "".getBytes(UTF_8))));
        assertThat(records)
                .extracting(record -> record.position().text())
                .containsExactly("7:0", "7:1", "7:1048576", "7:1048577", "7:10485760000");
        assertThat(packing.last(new Position("7", 1), "{}\n{}".getBytes(UTF_8)).text())
                .isEqualTo("7:1048577");
    }

    /** Whatever bytes come, there is an event or a reason. */
    @Test
    void damagedRecordsAreNotDecoded() {
        Schema schema = new Schema.Parser().parse(AVRO);
        Random random = new Random(SEED);
        String format = "{encoding: {avro: {schema_json: '" + AVRO.replace("\n", " ") + "'}}}";
        Catalog catalog = new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(YAML.formatted(format));
        var reader = catalog.sources().get(0).reader();
        EventRow row = new EventRow(catalog.sources().get(0).shape().fields().size());
        int refused = 0;
        for (Event event : events(500)) {
            byte[] data = event.avro(schema);
            for (int i = 0; i < 1 + random.nextInt(3); i++) {
                data[random.nextInt(data.length)] = (byte) random.nextInt();
            }
            try {
                reader.read(new RawRecord(new Position("1", 0), NOW_MILLIS, "k", data), row);
            } catch (InvalidEvent e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    /** Only a reason, never another exception: that would stop the shard. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{compression: gzip}",
                "{compression: zstd}",
                "{envelope: cloudevents}",
                "{envelope: {cdc: debezium}}",
                "{envelope: {cdc: dms}}",
                "{envelope: {cdc: dynamodb}}",
                "{encoding: {protobuf: {descriptor: shop.desc, message: shop.View}}}",
                "{encoding: {avro: {schema: view.avsc}}}"
            })
    void anyBytesAreNotDecoded(String format) throws IOException {
        Files.writeString(folder.resolve("view.avsc"), AVRO);
        Files.write(folder.resolve("shop.desc"), descriptors().toByteArray());
        var source = catalog(format).sources().get(0);
        EventRow row = new EventRow(source.shape().fields().size());
        Random random = new Random(SEED);
        byte[][] starts = {{}, {0x1f, (byte) 0x8b, 8}, {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, "{\"a\":".getBytes(UTF_8)
        };
        for (int i = 0; i < 2_000; i++) {
            byte[] data = new byte[4 + random.nextInt(60)];
            random.nextBytes(data);
            byte[] start = starts[random.nextInt(starts.length)];
            System.arraycopy(start, 0, data, 0, Math.min(start.length, data.length));
            try {
                source.reader().read(new RawRecord(new Position("1", 0), NOW_MILLIS, "k", data), row);
            } catch (InvalidEvent expected) {
                assertThat(expected.reason()).isNotNull();
            }
        }
    }

    /** A repaired record is a JSON event, whatever the format of the source. */
    @Test
    void aRepairedRecordIsJson() {
        Catalog catalog =
                new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(YAML.formatted("{compression: zstd}"));
        var reader = catalog.sources().get(0).reader();
        EventRow row = new EventRow(catalog.sources().get(0).shape().fields().size());
        RawRecord sent = new RawRecord(new Position("1", 0), NOW_MILLIS, "k", "bad".getBytes(UTF_8));

        assertThatThrownBy(() -> reader.read(sent, row))
                .isInstanceOfSatisfying(
                        InvalidEvent.class, e -> assertThat(e.reason()).isEqualTo(InvalidEvent.Reason.NOT_DECODED));
        reader.read(sent.withData(events(1).get(0).json()), row);
        assertThat(sent.withData("bad".getBytes(UTF_8)).repaired()).isFalse();
    }
}
