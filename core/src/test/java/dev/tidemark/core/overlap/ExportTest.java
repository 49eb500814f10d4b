package dev.tidemark.core.overlap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.overlap.Finding.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An export with a missing hour, with duplicates, with local times: each is named. */
class ExportTest {

    private static final long SEAM = Instant.parse("2026-03-10T05:00:00Z").toEpochMilli();
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final Catalog CATALOG = new CatalogCompiler().compile("""
            tidemark: 1
            sources:
              shop:
                stream: shop
                event_time: ts
                event_id: order
                history: {until: 2026-03-10T05:00:00Z}
            views:
              buyer:
                source: shop
                entity: [user, item.id]
                features:
                  buys: {function: count, windows: [1h]}
            """);
    private static final EventFields FIELDS =
            new EventFields(CATALOG, CATALOG.sources().get(0), FieldPath.parse("item.price"));

    private final Overlap overlap = new Overlap(SEAM, 6 * HOUR, 100_000);

    @Test
    void aGoodExportIsClean() {
        archive();
        read(events(0));

        assertThat(overlap.report().findings()).isEmpty();
        assertThat(overlap.report().hours().get(0).exportValue()).isEqualByComparingTo("90");
    }

    @Test
    void aMissingHour() {
        archive();
        List<String> events = events(0);
        events.removeIf(event -> event.contains("2026-03-09T14:"));
        read(events);

        assertThat(overlap.report().findings()).extracting(Finding::kind).containsExactly(Kind.MISSING_HOURS);
        assertThat(overlap.report().findings().get(0).text())
                .contains("from 2026-03-09T14:00:00Z to 2026-03-09T15:00:00Z");
    }

    @Test
    void aMissingHourNearTheSeam() {
        archive();
        List<String> events = events(0);
        events.removeIf(event -> event.contains("2026-03-10T04:"));
        read(events);

        assertThat(overlap.report().findings())
                .extracting(Finding::kind)
                .containsExactly(Kind.MISSING_HOURS, Kind.LOST);
        assertThat(overlap.report().seam().lost()).isEqualTo(60);
        assertThat(overlap.report().best()).isEqualTo(new SeamChoice(SEAM - HOUR, 0, 0));
    }

    @Test
    void duplicates() {
        archive();
        List<String> events = events(0);
        events.add(events.get(7));
        events.add(events.get(7));
        read(events);

        assertThat(overlap.report().findings()).extracting(Finding::kind).containsExactly(Kind.REPEATED_IDS);
        assertThat(overlap.report().findings().get(0).text()).contains("3 rows of the export share an event id");
    }

    @Test
    void localTimes() {
        archive();
        read(events(2 * HOUR));

        assertThat(overlap.report().findings())
                .extracting(Finding::kind)
                .contains(Kind.LOCAL_TIMES, Kind.LOST)
                .doesNotContain(Kind.REPEATED_IDS, Kind.MISSING_HOURS);
    }

    @Test
    void aRowWithoutATimeIsRefused() {
        Export export = new Export(FIELDS, overlap);

        assertThatThrownBy(() -> export.read("{\"user\":1}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InvalidEvent.class);
    }

    private void read(List<String> events) {
        Export export = new Export(FIELDS, overlap);
        events.forEach(event -> export.read(event.getBytes(StandardCharsets.UTF_8)));
        if (export.hasRepeatedIds()) {
            events.forEach(event -> export.readAgain(event.getBytes(StandardCharsets.UTF_8)));
        }
        export.end();
    }

    private void archive() {
        for (long time = SEAM - 2 * HOUR; time < SEAM + 4 * HOUR; time += MINUTE) {
            overlap.archive(new Sighting("o" + time, "7|x", time, null), time + 500);
        }
    }

    private static List<String> events(long zone) {
        List<String> events = new ArrayList<>();
        for (long time = SEAM - 96 * HOUR; time < SEAM + 4 * HOUR; time += MINUTE) {
            events.add("{\"order\":\"o" + time + "\",\"user\":7,\"item\":{\"id\":\"x\",\"price\":1.50},\"ts\":\""
                    + Instant.ofEpochMilli(time + zone) + "\"}");
        }
        return events;
    }
}
