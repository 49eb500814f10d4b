package dev.tidemark.aws.dynamodb;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.PairCounts;
import dev.tidemark.core.control.ViewCounts;
import dev.tidemark.core.control.WarmUp;
import dev.tidemark.core.event.InvalidEvent.Reason;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The control row and a lane row as stored, frozen: see docs/format.md. */
class ControlAttributesTest {

    private static final Position LAST = new Position("49590338271490256608559692538361571095921575989136588898", 3);

    @Test
    void aLaneRowIsStoredAsFrozen() throws IOException {
        AttributeValue row = AttributeValue.fromM(ControlAttributes.encode(row(everyCount())));

        assertThat(lines("", row).collect(Collectors.joining("\n"))).isEqualTo(frozen("lane-row-1.txt"));
    }

    @Test
    void aControlRowIsStoredAsFrozenAndComesBack() throws IOException {
        Map<String, ViewStatus> views = new TreeMap<>();
        for (ViewStatus status : ViewStatus.values()) {
            views.put("000000000000000" + views.size(), status);
        }
        ControlRow row = new ControlRow(4, "g1", ControlRow.Phase.LIVE, views);
        Map<String, AttributeValue> stored = ControlAttributes.encode(row);

        assertThat(lines("", AttributeValue.fromM(stored)).collect(Collectors.joining("\n")))
                .isEqualTo(frozen("control-row-1.txt"));
        assertThat(ControlAttributes.decodeControl(stored)).isEqualTo(row);
    }

    @Test
    void everyCountComesBack() {
        LaneRow row = row(everyCount());

        assertThat(ControlAttributes.decodeLane(ControlAttributes.encode(row))).isEqualTo(row);
    }

    @Test
    void countsOfZeroTakeNoRoom() {
        Map<String, AttributeValue> none = ControlAttributes.encode(row(Map.of("0123456789abcdef", ViewCounts.NONE)));

        assertThat(none).doesNotContainKey("n");
        assertThat(ControlAttributes.decodeLane(none)).isEqualTo(row(Map.of()));
    }

    @Test
    void countsOfPairsAndOfTheSeamAreStored() {
        ViewCounts pairs = new ViewCounts(21, 0, 0, 0, 0, Map.of(), new PairCounts(1, 2, 3, 4, 5, 6, 7), 8, 9);
        Map<String, AttributeValue> stored = ControlAttributes.encode(row(Map.of("0123456789abcdef", pairs)));

        Map<String, AttributeValue> counts = requireNonNull(stored.get("n")).m();
        assertThat(requireNonNull(counts.get("0123456789abcdef")).m().keySet())
                .containsExactlyInAnyOrder("f", "pl", "pp", "ps", "po", "pw", "pv", "pt", "sb", "sa");
        assertThat(ControlAttributes.decodeLane(stored)).isEqualTo(row(Map.of("0123456789abcdef", pairs)));
    }

    @Test
    void warmUpsAreStored() {
        Map<String, WarmUp> warmUps = Map.of(
                "0123456789abcdef", new WarmUp(1_700_000_000_001L, LAST), "fedcba9876543210", new WarmUp(7, null));
        LaneRow row = row(Map.of()).withWarmUps(warmUps);
        Map<String, AttributeValue> stored = ControlAttributes.encode(row);

        assertThat(lines("", requireNonNull(stored.get("w"))))
                .containsExactlyInAnyOrder(
                        "/0123456789abcdef/e S " + LAST.text(),
                        "/0123456789abcdef/u N 1700000000001",
                        "/fedcba9876543210/u N 7");
        assertThat(ControlAttributes.decodeLane(stored)).isEqualTo(row);
        assertThat(ControlAttributes.encode(row(Map.of()))).doesNotContainKey("w");
    }

    private static Map<String, ViewCounts> everyCount() {
        Map<Reason, Long> quarantined = new EnumMap<>(Reason.class);
        for (Reason reason : Reason.values()) {
            quarantined.put(reason, 1L + quarantined.size());
        }
        return Map.of(
                "0123456789abcdef",
                new ViewCounts(1_000, 200, 50, 100, 30, quarantined),
                "fedcba9876543210",
                new ViewCounts(7, 0, 0, 0, 0, Map.of()));
    }

    private static LaneRow row(Map<String, ViewCounts> counts) {
        return new LaneRow(
                new Lane("arn:aws:kinesis:us-east-1:000000000000:stream/s", 1_700_000_000_123L, "shardId-000000000007"),
                12,
                LAST,
                1_316,
                1_700_000_009_999L,
                "g1",
                Map.of("0123456789abcdef", Position.ORIGIN, "fedcba9876543210", LAST),
                counts);
    }

    /** One line per attribute, in the order of their paths: path, type, value. */
    private static Stream<String> lines(String path, AttributeValue value) {
        return switch (value.type()) {
            case S -> Stream.of(path + " S " + value.s());
            case N -> Stream.of(path + " N " + value.n());
            case M ->
                new TreeMap<>(value.m())
                        .entrySet().stream().flatMap(entry -> lines(path + "/" + entry.getKey(), entry.getValue()));
            default -> throw new AssertionError("a lane row has texts, numbers and maps only: " + value.type());
        };
    }

    private static String frozen(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(ControlAttributesTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }
}
