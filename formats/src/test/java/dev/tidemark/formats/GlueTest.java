package dev.tidemark.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.InvalidDefinition;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.RegisteredSchema;
import dev.tidemark.core.event.RegistryDecoder;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.SchemaInputs;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemorySchemaStore;
import dev.tidemark.core.store.Lineage;
import dev.tidemark.core.store.SchemaRegistry;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.formats.FormatsTest.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.DeflaterOutputStream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that name their schema in AWS Glue's registry. */
class GlueTest {

    private static final String FORMAT = "{encoding: {avro: {registry: glue}}}";
    private static final UUID ID = UUID.fromString("11111111-2222-4333-8444-555555555555");
    private static final UUID OTHER = UUID.fromString("99999999-2222-4333-8444-555555555555");
    private static final Schema SCHEMA = new Schema.Parser().parse(FormatsTest.AVRO);

    private final InMemorySchemaStore copies = new InMemorySchemaStore();
    private final Map<String, String> registered = new ConcurrentHashMap<>(Map.of(ID.toString(), FormatsTest.AVRO));
    private final List<String> asked = new ArrayList<>();
    private boolean isReachable = true;

    private CompletableFuture<RegisteredSchema> ask(String id) {
        asked.add(id);
        String text = registered.get(id);
        return !isReachable
                ? CompletableFuture.failedFuture(new IOException("no route"))
                : CompletableFuture.completedFuture(
                        text == null ? RegisteredSchema.refused(id, "unknown") : RegisteredSchema.of(id, text));
    }

    private static byte[] framed(UUID id, byte[] event, boolean isCompressed) {
        byte[] body = isCompressed ? zlib(event) : event;
        return ByteBuffer.allocate(18 + body.length)
                .put((byte) 3)
                .put((byte) (isCompressed ? 5 : 0))
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .put(body)
                .array();
    }

    private static byte[] zlib(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream zlib = new DeflaterOutputStream(out)) {
            zlib.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static Catalog catalog(String format) {
        return new CatalogCompiler(EventFormats.WITHOUT_FILES).compile(FormatsTest.YAML.formatted(format));
    }

    /** One process with a catalog, and so a decoder, of its own. */
    private static final class Sandbox {
        private final InMemoryItemStore items = new InMemoryItemStore();
        private final InMemoryArchive archive = new InMemoryArchive();
        private final InMemoryQuarantine quarantine = new InMemoryQuarantine();
        private final Catalog catalog;
        private final BatchFold fold;

        Sandbox(String format, Inputs inputs) {
            this.catalog = catalog(format);
            this.fold = new BatchFold(
                    catalog,
                    new FoldPorts(
                            items,
                            new InMemoryControlStore(),
                            archive,
                            quarantine,
                            Lineage.NEVER_RESHARDED,
                            millis -> CompletableFuture.completedFuture(null),
                            () -> FormatsTest.NOW_MILLIS,
                            new Random(1),
                            inputs),
                    FoldSettings.DEFAULT);
        }

        BatchOutcome fold(List<byte[]> records) {
            List<RawRecord> sent = new ArrayList<>();
            for (byte[] data : records) {
                sent.add(new RawRecord(
                        new Position(Integer.toString(1_000 + sent.size()), 0), FormatsTest.NOW_MILLIS, "k", data));
            }
            Lane lane = new Lane("arn:aws:kinesis:eu-central-1:111122223333:stream/views", 1, "shardId-000000000000");
            return fold.fold(new Batch(lane, sent), Long.MAX_VALUE).join();
        }

        Map<String, String> bodies() {
            Map<String, String> bodies = new TreeMap<>();
            items.items.forEach((key, item) -> bodies.put(
                    key.entity() + " " + key.sortKey(), Base64.getEncoder().encodeToString(item.body())));
            return bodies;
        }
    }

    private SchemaInputs live() {
        return new SchemaInputs(copies, this::ask, Inputs.NONE);
    }

    private SchemaInputs replay() {
        return new SchemaInputs(copies, Inputs.NONE);
    }

    private static List<byte[]> framed(List<Event> events) {
        List<byte[]> records = new ArrayList<>();
        for (Event event : events) {
            records.add(framed(records.size() % 3 == 0 ? OTHER : ID, event.avro(SCHEMA), records.size() % 2 == 0));
        }
        return records;
    }

    /** Two schemas, compressed or not, as the one of a file; the registry is asked once for each. */
    @Test
    void theItemsAreThoseOfTheSchemaFile() {
        registered.put(OTHER.toString(), FormatsTest.AVRO);
        List<Event> events = FormatsTest.events(200);
        Sandbox file = new Sandbox(
                "{encoding: {avro: {schema_json: '" + FormatsTest.AVRO.replace("\n", " ") + "'}}}", Inputs.NONE);
        Sandbox glue = new Sandbox(FORMAT, live());
        file.fold(events.stream().map(event -> event.avro(SCHEMA)).toList());

        assertThat(glue.fold(framed(events)).isDone()).isTrue();

        assertThat(glue.bodies()).hasSizeGreaterThan(4).isEqualTo(file.bodies());
        assertThat(asked).containsExactlyInAnyOrder(ID.toString(), OTHER.toString());
        assertThat(copies.schemas).containsOnlyKeys(ID.toString(), OTHER.toString());
    }

    /** Nothing is folded or archived before the schema is stored, so every replay has it. */
    @Test
    void aRegistryThatCannotBeReachedHoldsTheLaneAndNoReplay() {
        registered.put(OTHER.toString(), FormatsTest.AVRO);
        List<byte[]> records = framed(FormatsTest.events(20));
        Sandbox sandbox = new Sandbox(FORMAT, live());
        isReachable = false;

        assertThat(sandbox.fold(records).held()).isEqualTo(BatchOutcome.Hold.INPUTS_UNAVAILABLE);
        assertThat(sandbox.archive.segments).isEmpty();
        assertThat(sandbox.items.items).isEmpty();

        isReachable = true;
        assertThat(sandbox.fold(records).isDone()).isTrue();
        isReachable = false;
        Sandbox later = new Sandbox(FORMAT, replay());
        assertThat(later.fold(records).isDone()).isTrue();
        assertThat(later.bodies()).isEqualTo(sandbox.bodies());
        Sandbox live = new Sandbox(FORMAT, live());
        assertThat(live.fold(records).isDone()).isTrue();
    }

    /** That would be another answer than the fold gave. */
    @Test
    void aReplayWithoutTheCopyFailsAndPutsNothingIntoQuarantine() {
        Sandbox sandbox = new Sandbox(FORMAT, replay());

        BatchOutcome outcome = sandbox.fold(framed(FormatsTest.events(3)));

        assertThat(outcome.held()).isEqualTo(BatchOutcome.Hold.INPUTS_UNAVAILABLE);
        assertThat(outcome.troubles().toString()).contains("was not copied from the registry");
        assertThat(sandbox.quarantine.entries).isEmpty();
    }

    /** What the registry said first counts for good, for the fold as for replays. */
    @Test
    void anUnknownIdStaysUnknown() {
        byte[] record = framed(OTHER, FormatsTest.events(1).get(0).avro(SCHEMA), false);
        Sandbox first = new Sandbox(FORMAT, live());
        first.fold(List.of(record));
        registered.put(OTHER.toString(), FormatsTest.AVRO);
        Sandbox second = new Sandbox(FORMAT, live());
        second.fold(List.of(record));

        for (Sandbox sandbox : List.of(first, second)) {
            assertThat(sandbox.items.items).isEmpty();
            assertThat(sandbox.quarantine.entries.values()).singleElement().satisfies(entry -> {
                assertThat(entry.reason().reason()).isEqualTo(InvalidEvent.Reason.NOT_DECODED);
                assertThat(entry.reason()).hasMessageContaining(OTHER + " of AWS Glue's registry: unknown");
            });
        }
    }

    /** One is told that the id is unknown, the other its schema; the one that stores first is right for both. */
    @Test
    void twoSandboxesAtOnceDecodeAlike() {
        List<byte[]> records = List.of(framed(ID, FormatsTest.events(1).get(0).avro(SCHEMA), false));
        CompletableFuture<RegisteredSchema> slow = new CompletableFuture<>();
        SchemaRegistry late = id -> slow;
        Catalog.Source source = catalog(FORMAT).sources().get(0);
        RawRecord record = new RawRecord(new Position("1", 0), FormatsTest.NOW_MILLIS, "k", records.get(0));
        CompletableFuture<Inputs.Ready> behind =
                new SchemaInputs(copies, late, Inputs.NONE).prepare(source, List.of(record));
        Sandbox ahead = new Sandbox(FORMAT, live());
        assertThat(ahead.fold(records).isDone()).isTrue();

        slow.complete(RegisteredSchema.refused(ID.toString(), "unknown"));
        behind.join();

        assertThat(new String(source.reader().event(record), UTF_8)).contains("\"user_id\"");
    }

    private static RegistryDecoder decoder() {
        return (RegistryDecoder)
                Objects.requireNonNull(catalog(FORMAT).sources().get(0).format().decoder());
    }

    @Test
    void anEventThatInflatesWithoutEndIsRefused() {
        RegistryDecoder decoder = decoder();
        decoder.learn(RegisteredSchema.of(ID.toString(), FormatsTest.AVRO));

        assertThatThrownBy(() -> decoder.decode(framed(ID, new byte[4 << 20], true)))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("holds more than");
        assertThatThrownBy(() -> decoder.decode(framed(ID, "none".getBytes(UTF_8), false)))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("no event of Avro's schema shop.View");
    }

    @Test
    void whatHasNoHeaderIsRefused() {
        byte[] confluent = new byte[30];
        confluent[4] = 7;
        assertThat(decoder().missing(confluent)).isEmpty();
        assertThatThrownBy(() -> decoder().decode(confluent)).hasMessageContaining("may be that of Confluent's");
        byte[] lz4 = framed(ID, new byte[20], false);
        lz4[1] = 2;
        assertThat(decoder().missing(lz4)).isEmpty();
        assertThatThrownBy(() -> decoder().decode(lz4)).isInstanceOf(InvalidEvent.class);
    }

    @Test
    void aSchemaThatCannotBeUsedIsAReason() {
        RegistryDecoder decoder = decoder();
        decoder.learn(RegisteredSchema.of(ID.toString(), "{\"type\": \"string\"}"));
        assertThatThrownBy(() -> decoder.decode(framed(ID, new byte[9], false)))
                .isInstanceOf(InvalidEvent.class)
                .hasMessageContaining("is of string");
    }

    @Test
    void theHeaderMayStandBehindACompression() {
        Catalog.Source source = catalog("{compression: gzip, encoding: {avro: {registry: glue}}}")
                .sources()
                .get(0);
        RawRecord good = new RawRecord(
                new Position("1", 0),
                FormatsTest.NOW_MILLIS,
                "k",
                FormatsTest.gzip(framed(ID, FormatsTest.events(1).get(0).avro(SCHEMA), true)));
        RawRecord bad = new RawRecord(new Position("2", 0), FormatsTest.NOW_MILLIS, "k", new byte[40]);

        live().prepare(source, List.of(good, bad)).join();

        assertThat(new String(source.reader().event(good), UTF_8)).contains("\"price\"");
        assertThatThrownBy(() -> source.reader().event(bad)).isInstanceOf(InvalidEvent.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{encoding: {avro: {registry: confluent}}} | schema registry",
                "{encoding: {avro: {registry: glue, schema_json: '\"string\"'}}} | a registry beside a schema",
                "{framing: lines, encoding: {avro: {registry: glue}}} | are JSON, not avro",
            })
    void mistakesAreNamed(String format, String problem) {
        assertThatThrownBy(() -> catalog(format))
                .isInstanceOf(InvalidDefinition.class)
                .hasMessageContaining(problem);
    }

    @Test
    void theCatalogSaysItInItsJson() {
        Catalog catalog = catalog(FORMAT);
        assertThat(catalog.json()).contains("\"avro\":{\"registry\":\"glue\"}");
        assertThat(new CatalogCompiler(EventFormats.WITHOUT_FILES)
                        .compile(catalog.json())
                        .hash())
                .isEqualTo(catalog.hash());
    }
}
