package dev.tidemark.core.past;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.monitor.ClientSample;
import dev.tidemark.core.view.Model;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Clients that ask, log what they used, and the sample of it. */
class ClientAuditTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Catalog CATALOG = LoggedWorld.CATALOG;
    private static final String PRICE = LoggedWorld.PRICE;

    private final LoggedWorld world = new LoggedWorld();

    private Map<String, ClientSample> sample(int size) {
        return sample(world, size);
    }

    private static Map<String, ClientSample> sample(LoggedWorld world, int size) {
        return new ClientAudit(Catalogs.of(world.catalog), world.ports())
                .sample(world.catalog.monitors().get(0), size, world.nowMillis)
                .join();
    }

    @Test
    void predictionsOfASourceWhoseRecordsAreNoJsonAreDecoded() throws IOException {
        LoggedWorld encoded = LoggedWorld.encoded();
        encoded.run(60, Map.of("v7", LoggedWorld.Client.RIGHT, "v8", LoggedWorld.scaling(PRICE, 100)));

        Map<String, ClientSample> found = sample(encoded, 50);

        assertThat(found.get("v7")).isEqualTo(new ClientSample(encoded.nowMillis, 25, 0, 0, Map.of()));
        assertThat(Objects.requireNonNull(found.get("v8")).differing()).isGreaterThan(20);
    }

    @Test
    void aClientThatScalesAFeatureIsFoundAndOneThatIsRightIsNot() throws IOException {
        world.run(120, Map.of("v7", LoggedWorld.Client.RIGHT, "v8", LoggedWorld.scaling(PRICE, 100)));

        Map<String, ClientSample> found = sample(50);

        ClientSample right = found.get("v7");
        ClientSample wrong = Objects.requireNonNull(found.get("v8"));
        ClientSample.Feature price = Objects.requireNonNull(wrong.features().get(PRICE));
        assertThat(right).isEqualTo(new ClientSample(world.nowMillis, 25, 0, 0, Map.of()));
        assertThat(wrong.compared()).isEqualTo(25);
        assertThat(wrong.differing()).isGreaterThan(20);
        assertThat(wrong.features()).containsOnlyKeys(PRICE);
        assertThat(price.count()).isEqualTo(wrong.differing());
        assertThat(price.prediction()).matches("p\\d+");
        assertThat(wrong.shown()).contains(PRICE, price.prediction());
        assertThat(ClientSample.of(JSON.readValue(ClientSample.text(found), Object.class)))
                .isEqualTo(found);
    }

    /** A table of the moment before, say: what the reference said at the moment is found again, whatever it says now. */
    @Test
    void aClientThatKeepsAnOldTableIsFound() throws IOException {
        LoggedWorld.Client old = (name, value) -> name.equals("users.country") ? JSON.valueToTree("c-old") : value;
        world.run(60, Map.of("v7", LoggedWorld.Client.RIGHT, "v8", old));
        assertThat(world.users.numberAt(world.nowMillis)).isGreaterThan(5);

        Map<String, ClientSample> found = sample(50);

        assertThat(Objects.requireNonNull(found.get("v7")).differing()).isZero();
        assertThat(Objects.requireNonNull(found.get("v8")).features()).containsOnlyKeys("users.country");
    }

    /** Later events, also late ones, are in no receipt. */
    @Test
    void whatBecameKnownAfterTheAnswerIsNoDifference() throws IOException {
        world.run(60, Map.of("v7", LoggedWorld.Client.RIGHT));
        for (int i = 0; i < 30; i++) {
            world.put(String.format(
                    Locale.ROOT,
                    "{\"type\":\"view\",\"ts\":%d,\"user_id\":\"u%d\",\"price\":5000,\"item\":\"late\"}",
                    world.nowMillis - world.random.nextInt(1_800_000),
                    i % 5));
        }

        assertThat(sample(50).get("v7")).isEqualTo(new ClientSample(world.nowMillis, 50, 0, 0, Map.of()));
    }

    @Test
    void whatWasNotLoggedOrIsOfSinglePrecisionIsNoDifference() throws IOException {
        LoggedWorld.Client single =
                (name, value) -> value.isNumber() ? JSON.valueToTree((double) (float) value.asDouble()) : value;
        LoggedWorld.Client partly = (name, value) -> name.equals("usual") ? JSON.missingNode() : value;
        world.run(30, Map.of("v7", single, "v8", partly));

        assertThat(sample(50).values())
                .allSatisfy(one -> assertThat(one.differing()).isZero());
    }

    @Test
    void othersThanNumbersDifferToo() throws IOException {
        LoggedWorld.Client client = (name, value) -> switch (name) {
            case "request.device" -> JSON.valueToTree("desktop");
            case "viewer.items_1h" -> JSON.valueToTree(List.of());
            case "usual" -> JSON.nullNode();
            default -> value;
        };
        world.run(30, Map.of("v7", client));

        assertThat(Objects.requireNonNull(sample(10).get("v7")).features())
                .containsOnlyKeys("request.device", "viewer.items_1h", "usual");
    }

    /** Whoever logs decides about the digits; of a list nobody checks them before. */
    @Test
    void anImmenseNumberDiffersAtOnce() throws IOException {
        JsonMapper exact = JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        LoggedWorld.Client client = (name, value) -> name.equals("viewer.items_1h")
                ? exact.readTree(value.toString().replaceAll("\"count\":\\d+", "\"count\":1e999999999"))
                : value;
        world.run(30, Map.of("v7", client));

        assertThat(Objects.requireNonNull(sample(10).get("v7")).features()).containsOnlyKeys("viewer.items_1h");
    }

    @Test
    void whatHasNoReceiptOfThisCatalogIsSkipped() throws IOException {
        world.run(5, Map.of("v7", LoggedWorld.Client.RIGHT));
        for (String more : List.of(
                "",
                ",\"receipt\":{\"model\":\"0000000000000000\"}",
                ",\"receipt\":{}",
                ",\"receipt\":null",
                ",\"more\":{\"receipt\":{\"model\":\"0000000000000000\"}}",
                ",\"receipt\":7",
                receipt("\"lanes\":{\"x\":\"no position\"}", world.nowMillis),
                receipt("\"lanes\":{}", world.nowMillis - 2 * 3_600_000),
                receipt("\"lanes\":{}", world.nowMillis + 3_600_000))) {
            world.put("{\"type\":\"prediction\",\"id\":\"x\",\"ts\":" + world.nowMillis
                    + ",\"model\":\"discount\",\"version\":\"v7\",\"score\":0.5,\"features\":{},"
                    + "\"keys\":{\"user_id\":\"u1\"},\"request\":{\"list_price\":1,\"device\":\"phone\"}" + more + "}");
        }

        assertThat(sample(50).get("v7")).isEqualTo(new ClientSample(world.nowMillis, 5, 4, 0, Map.of()));
    }

    @Test
    void ofAVersionWithoutReceiptsNothingIsSaid() throws IOException {
        world.run(5, Map.of("v7", LoggedWorld.Client.RIGHT));
        world.put("{\"type\":\"prediction\",\"id\":\"x\",\"ts\":" + world.nowMillis
                + ",\"model\":\"discount\",\"version\":\"v8\",\"score\":0.5,\"features\":{},"
                + "\"keys\":{\"user_id\":\"u1\"},\"request\":{\"list_price\":1,\"device\":\"phone\"},"
                + "\"receipt\":null}");

        assertThat(sample(50)).containsOnlyKeys("v7");
    }

    private static String receipt(String view, long atMillis) {
        Model model = CATALOG.models().get(0);
        return ",\"receipt\":{\"model\":\"" + model.hash() + "\",\"at\":" + atMillis
                + ",\"views\":{\"viewer\":{\"version\":\""
                + model.views().get(0).view().version() + "\"," + view + "}}}";
    }

    @Test
    void onlyTheLastHourIsSampled() throws IOException {
        world.run(20, Map.of("v7", LoggedWorld.Client.RIGHT));
        world.nowMillis += 4_000_000;
        world.run(5, Map.of("v8", LoggedWorld.Client.RIGHT));

        assertThat(sample(50)).containsOnlyKeys("v8");
    }
}
