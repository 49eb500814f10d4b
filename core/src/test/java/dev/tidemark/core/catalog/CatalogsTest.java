package dev.tidemark.core.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.core.event.EventShape.EventTime;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.view.View;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogsTest {

    private static final String OLD = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            views:
              carts: {source: shop, entity: user, features: {n: {function: count, windows: [1h]}}}
              prices: {source: shop, entity: item, features: {p: {function: sum, input: price, windows: [1h]}}}
            """;

    private static final Catalog CURRENT = compile(OLD);
    private static final View CARTS = CURRENT.views().get(0);
    private static final View PRICES = CURRENT.views().get(1);

    private static Catalog compile(String yaml) {
        return new CatalogCompiler().compile(yaml);
    }

    @Test
    void oneCatalogIsReadInOneWay() {
        Catalogs catalogs = Catalogs.of(CURRENT);

        assertThat(catalogs.views()).isEqualTo(CURRENT.views());
        assertThat(catalogs.streams()).containsExactly("shop-events");
        assertThat(catalogs.readingsOf("shop-events"))
                .containsExactly(new Catalogs.Reading(CURRENT.sources().get(0), CURRENT.views()));
        assertThat(catalogs.readingsOf("another")).isEmpty();
    }

    @Test
    void aNextCatalogThatChangesNothingIsNone() {
        Catalogs catalogs = new Catalogs(CURRENT, compile(OLD + "# with a comment\n"));

        assertThat(catalogs).isEqualTo(Catalogs.of(CURRENT));
        assertThat(catalogs.views()).isEqualTo(CURRENT.views());
    }

    @Test
    void aViewThatIsTheSameInBothIsOneViewOfTheCurrentCatalog() {
        Catalog next = compile(OLD.replace("function: count, windows: [1h]", "function: count, windows: [2h]"));
        Catalogs catalogs = new Catalogs(CURRENT, next);

        assertThat(catalogs.views()).containsExactly(CARTS, PRICES, next.views().get(0));
        assertThat(catalogs.named("prices")).containsExactly(PRICES);
        assertThat(catalogs.named("carts")).containsExactly(CARTS, next.views().get(0));
        assertThat(catalogs.of(PRICES)).contains(CURRENT);
        assertThat(catalogs.of(next.views().get(0))).contains(next);
    }

    @Test
    void theSourceOfAViewIsThatOfTheCatalogThatDefinesIt() {
        Catalog next = compile(OLD.replace("stream: shop-events", "stream: other-events")
                .replace("function: count, windows: [1h]", "function: count, windows: [2h]"));
        Catalogs catalogs = new Catalogs(CURRENT, next);
        View newCarts = next.view("carts").orElseThrow();

        assertThat(catalogs.sourceOf(CARTS)).isEqualTo(CURRENT.sources().get(0));
        assertThat(catalogs.sourceOf(newCarts)).isEqualTo(next.sources().get(0));
        assertThatThrownBy(() -> Catalogs.of(CURRENT).sourceOf(newCarts))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("view 'carts' is in none of the catalogs");
        Catalog sourceless = new Catalog("hash", List.of(), List.of(CARTS), "{}");
        assertThatThrownBy(() -> sourceless.sourceOf(CARTS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no source '" + CARTS.source() + "' in the catalog");
    }

    @Test
    void sourcesThatReadTheSameFieldsAreReadOnce() {
        Catalog next = compile(OLD.replace("function: count, windows: [1h]", "function: count, windows: [2h]"));

        assertThat(new Catalogs(CURRENT, next).readingsOf("shop-events"))
                .containsExactly(new Catalogs.Reading(
                        CURRENT.sources().get(0),
                        List.of(CARTS, PRICES, next.views().get(0))));
    }

    /** An event between two seams counts in one of the catalogs only. */
    @Test
    void sourcesWithDifferentSeamsAreReadByThemselves() {
        String seam = "stream: shop-events, history: {until: 2026-0%d-01T00:00:00Z}";
        Catalog now = compile(OLD.replace("stream: shop-events", seam.formatted(1)));
        Catalog next = compile(OLD.replace("stream: shop-events", seam.formatted(2)));

        assertThat(new Catalogs(now, next).readingsOf("shop-events"))
                .containsExactly(
                        new Catalogs.Reading(now.sources().get(0), now.views()),
                        new Catalogs.Reading(next.sources().get(0), next.views()));
    }

    /** One parse for each event time, whatever the views' catalog. */
    @Test
    void viewsOfAnotherEventTimeAreReadByThemselves() {
        String timed = OLD.replace("views:\n", """
                views:
                  quality: {source: shop, entity: model, event_time: at, features: {n: {function: count, windows: 1h}}}
                  delays: {source: shop, entity: user, event_time: at, features: {n: {function: count, windows: 1h}}}
                  early: {source: shop, entity: user, event_time: {field: at, format: epoch_millis},
                          features: {n: {function: count, windows: 1h}}}
                """);
        Catalog next = compile(timed);
        Catalog.Source source = next.sources().get(0);
        int at = source.shape().fields().indexOf(new FieldPath(List.of("at")));
        EventTime iso = new EventTime(at, TimeFormat.ISO8601, false, null);
        EventTime epoch = new EventTime(at, TimeFormat.EPOCH_MILLIS, false, null);
        View early = next.view("early").orElseThrow();

        assertThat(Catalogs.of(next).readingsOf("shop-events"))
                .containsExactly(
                        new Catalogs.Reading(source, next.views().subList(3, 5)),
                        new Catalogs.Reading(source.at(iso), next.views().subList(0, 2)),
                        new Catalogs.Reading(source.at(epoch), List.of(early)));
        assertThat(early.eventTime()).isEqualTo(epoch);
        assertThat(next.sourceOf(early)).isEqualTo(source.at(epoch));
        assertThat(next.sourceOf(next.views().get(3))).isEqualTo(source);
        Catalog other =
                compile(timed.replace("{field: at, format: epoch_millis}", "{field: at, format: epoch_seconds}"));
        assertThat(new Catalogs(next, other).readingsOf("shop-events"))
                .hasSize(4)
                .endsWith(new Catalogs.Reading(
                        source.at(new EventTime(at, TimeFormat.EPOCH_SECONDS, false, null)),
                        List.of(other.view("early").orElseThrow())));
    }

    @Test
    void sourcesThatReadOtherFieldsAreReadForTheirOwnViews() {
        Catalog next = compile(OLD.replace("input: price", "input: cents"));

        assertThat(new Catalogs(CURRENT, next).readingsOf("shop-events"))
                .containsExactly(
                        new Catalogs.Reading(CURRENT.sources().get(0), CURRENT.views()),
                        new Catalogs.Reading(
                                next.sources().get(0), List.of(next.views().get(1))));
    }
}
