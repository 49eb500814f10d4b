package dev.tidemark.functions.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.past.LoggedWorld;
import dev.tidemark.core.past.PastWorld;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.store.MonitorLog;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.ClientSamples;
import dev.tidemark.functions.MetricLines;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class AuditFunctionTest {

    private static final View BUYER = PastWorld.view("buyer");
    private static final View ONCE = PastWorld.view("once");
    private static final List<String> ZERO =
            List.of("auditLate", "auditDuplicates", "auditDefinitions", "auditFaults", "archiveDamage");

    private final PastWorld world = new PastWorld(1);
    private final MetricLines lines = new MetricLines();
    private final JsonAuditLog log = new JsonAuditLog(lines.out(), "g1", world::nowMillis);

    @Test
    void aCleanStateIsReportedPerViewWithoutDifferences() throws IOException {
        run(Map.of());

        assertThat(lines.lines()).hasSize(2);
        JsonNode buyer = line(BUYER);
        assertThat(buyer.get("checkpoint").asText())
                .as("the world is a few hours old")
                .isEmpty();
        assertThat(buyer.get("level").asText()).isEqualTo("INFO");
        assertThat(buyer.get("auditedEntities").intValue()).isEqualTo(3);
        assertThat(buyer.get("auditEntitiesLeft").intValue()).isZero();
        assertThat(buyer.get("auditedItems").longValue()).isEqualTo(items(BUYER));
        assertThat(buyer.get("records").intValue()).isPositive();
        assertThat(buyer.get("faults")).isEmpty();
        assertThat(ZERO).allMatch(metric -> buyer.get(metric).longValue() == 0, "is there, and 0");
        assertThat(line(ONCE).get("auditedItems").longValue()).isEqualTo(items(ONCE));
        assertThat(line(ONCE).get("auditFaults").intValue()).isZero();
        assertThat(lines.metrics()).as("what the alarm looks at").contains("auditFaults Count generation");
        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(lines.metrics()).isEqualTo(new TreeSet<>(MetricLines.documented(page, "Of an audit")));
    }

    @Test
    void aChangedItemIsAFaultThatIsNamedWithoutItsContent() {
        Map.Entry<ItemKey, StoredItem> item = tamper();

        run(Map.of());

        JsonNode line = line(BUYER);
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.get("auditFaults").intValue()).isOne();
        JsonNode fault = line.get("faults").get(0);
        assertThat(fault.get("entity").asText()).isEqualTo(item.getKey().entity());
        assertThat(fault.get("item").asText()).isEqualTo(item.getKey().sortKey());
        assertThat(fault.get("text").asText()).contains(item.getValue().mark().text());
        assertThat(line.toString()).doesNotContain("price", "\"ts\"");
        assertThat(line(ONCE).get("level").asText()).isEqualTo("INFO");
    }

    @Test
    void itBeginsWithTheNewestCheckpointThatIsOldEnough() {
        run(Map.of());
        int all = line(BUYER).get("records").intValue();

        run(Map.of("reachHours", 2));

        for (View view : List.of(BUYER, ONCE)) {
            assertThat(line(view).get("checkpoint").asText()).isEqualTo(twoHoursOld());
            assertThat(line(view).get("records").intValue()).isPositive().isLessThan(all);
            assertThat(line(view).get("auditFaults").intValue()).isZero();
            assertThat(line(view).get("auditedItems").longValue()).isEqualTo(items(view));
        }
        assertThat(world.checkpoints.bucketsRead).as("once for both views").doesNotHaveDuplicates();
        tamper();
        run(Map.of("reachHours", 1));
        assertThat(line(BUYER).get("auditFaults").intValue()).isOne();
        assertThatThrownBy(() -> run(Map.of("reachHours", 0))).hasMessageContaining("reachHours = '0'");
    }

    @Test
    void aDamagedCheckpointIsNamedAndFailsTheInvocation() {
        world.checkpoints.damaged = twoHoursOld();

        assertThatThrownBy(() -> run(Map.of("reachHours", 2)))
                .hasStackTraceContaining("checkpoint/" + world.checkpoints.damaged);
    }

    private String twoHoursOld() {
        return world.checkpoints.manifests.values().stream()
                .filter(manifest -> manifest.timeMillis() <= world.nowMillis() - 2 * 3_600_000)
                .reduce((older, newer) -> newer)
                .orElseThrow()
                .id();
    }

    @Test
    void aDamagedArchiveIsNamedAndFailsTheInvocation() {
        world.archive.unreadable = ref -> true;

        assertThatThrownBy(() -> run(Map.of()))
                .hasMessageContaining("tidemark archive verify")
                .hasMessageContaining("buyer")
                .hasMessageContaining("once");

        JsonNode line = line(BUYER);
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.get("archiveDamage").intValue()).isOne();
        assertThat(line.get("auditedEntities").intValue()).isZero();
        assertThat(line.get("auditEntitiesLeft").intValue()).isEqualTo(3);
        assertThat(line.at("/damage/0").asText()).contains("archive/shop/", PastWorld.FIRST.id());
    }

    @Test
    void aStoreThatDoesNotAnswerFailsTheInvocation() {
        InMemoryScan scan = scan();
        scan.failing = () -> true;

        assertThatThrownBy(() -> function(scan).handleRequest(Map.of(), context(() -> 900_000)))
                .hasMessageContaining("scan");
        assertThat(lines.lines()).isEmpty();
    }

    @Test
    void itStopsBetweenTwoSegmentsWhenTimeIsShort() {
        tamper();
        AtomicInteger reads = new AtomicInteger();
        world.archive.beforeRead = reads::incrementAndGet;

        function(scan()).handleRequest(Map.of(), context(() -> reads.get() < 5 ? 900_000 : 50_000));

        assertThat(reads).hasValue(5);
        assertThat(lines.lines()).hasSize(2);
        for (View view : List.of(BUYER, ONCE)) {
            assertThat(line(view).get("level").asText()).isEqualTo("WARN");
            assertThat(line(view).get("auditedEntities").intValue()).isZero();
            assertThat(line(view).get("auditEntitiesLeft").intValue()).isEqualTo(3);
            assertThat(line(view).get("auditFaults").intValue()).isZero();
        }
    }

    @Test
    void itStopsBeforeItReadsACheckpointWhenTimeIsShort() {
        function(scan()).handleRequest(Map.of("reachHours", 2), context(() -> 50_000));

        assertThat(world.checkpoints.bucketsRead).isEmpty();
        assertThat(line(BUYER).get("level").asText()).isEqualTo("WARN");
        assertThat(line(BUYER).get("auditEntitiesLeft").intValue()).isEqualTo(3);
        assertThat(line(BUYER).get("checkpoint").asText()).isEmpty();
    }

    /** A client that takes a feature for one of another unit, and one that does not. */
    @Test
    void loggedVectorsAreComparedAndWhatTheyShowIsKept() throws IOException {
        LoggedWorld shop = new LoggedWorld();
        shop.run(60, Map.of("v7", LoggedWorld.Client.RIGHT, "v8", LoggedWorld.scaling(LoggedWorld.PRICE, 100)));
        TreeMap<Long, String> kept = new TreeMap<>();
        MonitorLog memory = new MonitorLog() {
            @Override
            public CompletableFuture<Optional<Found>> newest(String model, long afterMillis) {
                return CompletableFuture.completedFuture(Optional.ofNullable(kept.lastEntry())
                        .map(entry -> new Found(entry.getKey(), entry.getValue())));
            }

            @Override
            public CompletableFuture<Void> write(String model, long atMillis, String text) {
                assertThat(model).isEqualTo("discount");
                kept.put(atMillis, text);
                return CompletableFuture.completedFuture(null);
            }
        };
        AuditFunction function = new AuditFunction(
                Catalogs.of(LoggedWorld.CATALOG),
                shop.ports(),
                new InMemoryScan(shop.items),
                new ClientSamples(() -> memory),
                log,
                InstantSource.fixed(Instant.ofEpochMilli(shop.nowMillis)));

        function.handleRequest(Map.of(), context(() -> 900_000));

        JsonNode line = vectors();
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.get("auditedVectors").intValue()).isEqualTo(50);
        assertThat(line.get("auditVectorsDiffering").intValue()).isBetween(20, 25);
        assertThat(line.get("differences").toString())
                .contains("v8: ", LoggedWorld.PRICE, "such as prediction p")
                .doesNotContain("v7", "user_id", "receipt\":");
        Map<String, ClientSample> found = new ClientSamples(() -> memory)
                .newest(LoggedWorld.CATALOG.monitors().get(0), shop.nowMillis);
        assertThat(found).containsOnlyKeys("v7", "v8");
        assertThat(Objects.requireNonNull(found.get("v7")).differing()).isZero();
        List<String> page = Files.readAllLines(Path.of("../docs/metrics.md"));
        assertThat(MetricLines.documented(page, "Of logged vectors"))
                .allMatch(metric -> lines.metrics().contains(metric));
        function.handleRequest(Map.of("vectors", 10), context(() -> 50_000));
        assertThat(vectors().get("level").asText()).as("no time").isEqualTo("WARN");
        assertThat(kept).as("nothing is said by what was not finished").hasSize(1);
    }

    private JsonNode vectors() {
        return lines.lines().stream()
                .filter(line -> line.has("auditedVectors"))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    @Test
    void onlyCompleteViewsAreAudited() {
        ControlRow row = Objects.requireNonNull(world.control.control);
        world.control.control =
                row.withViews(Map.of(BUYER.version(), ViewStatus.READY, ONCE.version(), ViewStatus.BACKFILLING));

        run(Map.of());

        assertThat(lines.lines()).hasSize(1);
        assertThat(line(BUYER).get("auditedItems").longValue()).isEqualTo(items(BUYER));
    }

    @Test
    void nothingIsAuditedWhileARestoreIsUnderWay() {
        world.control.control = Objects.requireNonNull(world.control.control).withPhase(ControlRow.Phase.LOAD);
        tamper();

        run(Map.of());

        assertThat(lines.lines()).isEmpty();
    }

    @Test
    void theSampleIsAsLargeAsTheScheduleSays() {
        run(Map.of("entities", 2));

        assertThat(lines.lines()).hasSize(2);
        assertThat(line(BUYER).get("auditedEntities").intValue()
                        + line(ONCE).get("auditedEntities").intValue())
                .isEqualTo(2);
        assertThatThrownBy(() -> run(Map.of("entities", "two"))).hasMessageContaining("entities = 'two'");
        assertThatThrownBy(() -> run(Map.of("entities", 0))).hasMessageContaining("entities = '0'");
    }

    @Test
    void theTemplatesInputIsTheDefault() throws IOException {
        List<String> template = Files.readAllLines(Path.of("../infra/template.yaml"));
        String settable = after(template, "AuditEntities:", "Default: ");
        String input = after(template, "Schedule: !Ref AuditSchedule", "Input: !Sub '");
        String reach = after(template, "AuditReachHours:", "Default: ");
        String text = input.substring(0, input.length() - 1)
                .replace("${AuditEntities}", settable)
                .replace("${AuditReachHours}", reach);

        Map<String, Object> parsed = new ObjectMapper().readValue(text, new TypeReference<>() {});

        assertThat(parsed).hasSize(2);
        assertThat(AuditRequest.of(parsed)).isEqualTo(AuditRequest.of(Map.of()));
    }

    /** What follows the prefix, in the first such line after another one. */
    private static String after(List<String> page, String first, String prefix) {
        return page.stream()
                .map(String::strip)
                .dropWhile(line -> !line.equals(first))
                .filter(line -> line.startsWith(prefix))
                .findFirst()
                .orElseThrow()
                .substring(prefix.length());
    }

    /** Changes one item. */
    private Map.Entry<ItemKey, StoredItem> tamper() {
        Map.Entry<ItemKey, StoredItem> entry = world.items.items.entrySet().stream()
                .filter(item -> item.getKey().viewVersion().equals(BUYER.version())
                        && item.getKey().lane().equals(PastWorld.CHILD.id()))
                .min(Comparator.comparing(
                        item -> item.getKey().sortKey() + item.getKey().entity()))
                .orElseThrow();
        StoredItem item = entry.getValue();
        byte[] body = item.body().clone();
        body[body.length - 1] ^= 1;
        entry.setValue(new StoredItem(item.mark(), body, item.expiresAtSeconds()));
        return entry;
    }

    private long items(View view) {
        return world.items.items.keySet().stream()
                .filter(key -> key.viewVersion().equals(view.version()))
                .count();
    }

    private JsonNode line(View view) {
        return lines.lines().stream()
                .filter(line -> line.get("view").asText().equals(view.name()))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private void run(Map<String, Object> input) {
        function(scan()).handleRequest(input, context(() -> 900_000));
    }

    private InMemoryScan scan() {
        InMemoryScan scan = new InMemoryScan(world.items);
        scan.pageItems = 10_000;
        return scan;
    }

    private AuditFunction function(InMemoryScan scan) {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochMilli(world.nowMillis()));
        return new AuditFunction(
                Catalogs.of(PastWorld.CATALOG),
                world.ports(),
                scan,
                new ClientSamples(() -> MonitorLog.EMPTY),
                log,
                clock);
    }

    private static Context context(IntSupplier remainingMillis) {
        return (Context) Proxy.newProxyInstance(
                AuditFunctionTest.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) -> remainingMillis.getAsInt());
    }
}
